// SPDX-License-Identifier: Apache-2.0
// SPEC 8's scores worked out a second time, from exact distances and long double sums.
#pragma once

#include <string_view>
#include <vector>

#include "oracle/score.hpp"
#include "oracle/test/twin_rational.hpp"

namespace truenorm::twin {

/// A score, without `settled` and `worst`, which belong to the oracle's own workings.
[[nodiscard]] Score expected_score(const Question& question,
                                   const Evaluation& evaluation,
                                   std::string_view output, const Tensor& answer,
                                   const Criteria& criteria);

/// The upper edge of the bin (64 an octave) up to which the fraction of the values lies.
[[nodiscard]] double percentile(std::vector<double> values, double fraction);

}  // namespace truenorm::twin
