// SPDX-License-Identifier: Apache-2.0
// Answers so wrong that a test which lets one pass asks nothing.
#pragma once

#include <string_view>
#include <vector>

#include "cases/test_case.hpp"

namespace truenorm {

/// The impostors that pass a test: zeros everywhere; the truth with its first slice copied
/// to the others, with its elements moved one place on, or with every sign flipped; the
/// input x itself.
///
/// values   each is a noun phrase, as a message may name it
/// result   empty for a test that tells them all from the truth, and for one whose outputs
///          have no elements that could be wrong
[[nodiscard]] std::vector<std::string_view> impostors_let_through(const TestCase& test);

}  // namespace truenorm
