// SPDX-License-Identifier: Apache-2.0
// A third oracle: SPEC 2, 3 and 4 in Arb's ball arithmetic, for finite inputs.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "oracle/question.hpp"
#include "oracle/test/ball.hpp"

namespace truenorm::twin {

/// A ball around every element of every output of the question's direction, computed
/// with so many bits.
///
/// values   the question's inputs are finite. The ball of what is no number holds
///          everything, and so does that of a number where the precision did not suffice
[[nodiscard]] std::map<std::string, std::vector<Ball>, std::less<>> evaluate_in_balls(
    const Question& question, long bits);

}  // namespace truenorm::twin
