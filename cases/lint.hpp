// SPDX-License-Identifier: Apache-2.0
// What is allowed in a case file but looks like a mistake.
#pragma once

#include <span>
#include <vector>

#include "cases/reader.hpp"

namespace truenorm {

/// The tests of one case, which stand next to each other in every reading.
using TestsOfCase = std::span<const TestCase>;

/// One span for each case, in the order of the tests.
[[nodiscard]] std::vector<TestsOfCase> by_case(const std::vector<TestCase>& tests);

/// Warnings about a case: it does not say what it is about; gamma is all ones; an axis
/// within the groups is as long as one across them, so that taking one for the other
/// leaves no trace in a shape; an answer that is wrong throughout passes all of its tests.
///
/// values   a case that says 'catches: []' may be vacuous
[[nodiscard]] std::vector<Diagnostic> lint(TestsOfCase tests);

}  // namespace truenorm
