// SPDX-License-Identifier: Apache-2.0
// The small part of a question that one element of an output depends on.
#pragma once

#include <cstdint>
#include <string_view>

#include "oracle/question.hpp"

namespace truenorm {

struct QuestionCut {
  Question question;
  std::int64_t element;  ///< where the element stands in the output of this question
  bool is_whole;         ///< nothing could be left out
};

/// The group that the element belongs to, or the element alone where statistics are given.
/// Of a parameter's gradient, every group that meets the parameter, which for layer_norm
/// and rms_norm is all of them.
///
/// shapes   x keeps its rank; axes along which groups are left out have length 1, and
///          group_norm has groups 1
/// values   0 <= element < the size of the output
[[nodiscard]] QuestionCut cut_to(const Question& question, std::string_view output,
                                 std::int64_t element);

}  // namespace truenorm
