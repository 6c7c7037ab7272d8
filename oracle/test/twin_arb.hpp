// SPDX-License-Identifier: Apache-2.0
// A third oracle: SPEC 2 and 3 in Arb's ball arithmetic, rounded where a ball decides.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "oracle/question.hpp"

namespace truenorm::twin {

/// RN of every element of an output, or nothing where no ball of up to limit_bits is
/// finite and narrow enough: exact ties, and truths that are no numbers.
///
/// values   the question's inputs are finite
/// source   F. Johansson, Arb: efficient arbitrary-precision midpoint-radius interval
///          arithmetic, 2017
[[nodiscard]] std::vector<std::optional<double>> rounded_by_balls(
    const Question& question, std::string_view output, const Format& format,
    long limit_bits);

}  // namespace truenorm::twin
