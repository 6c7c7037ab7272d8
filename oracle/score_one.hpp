// SPDX-License-Identifier: Apache-2.0
// One element of an answer by itself, which the score of all of them may not show.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "oracle/element_score.hpp"
#include "oracle/score.hpp"

namespace truenorm {

struct ScoredElement {
  double expected = 0;  ///< the truth, rounded; or the NaN, Inf that it is
  double actual = 0;
  ElementScore score;
};

/// How `score` judges the element at a flat index, worked out by the exact levels.
///
/// shapes   answer has question.output_shape(output); of it one element is read
/// result   nothing where the output is not scored: statistics of empty groups
/// throws   std::out_of_range if there is no such element
[[nodiscard]] std::optional<ScoredElement> score_one(const Question& question,
                                                     std::string_view output,
                                                     const Tensor& answer,
                                                     std::int64_t index,
                                                     const Criteria& criteria = {});

}  // namespace truenorm
