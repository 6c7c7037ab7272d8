// SPDX-License-Identifier: Apache-2.0
// A case from a captured request and answer: what a wrong element depends on, no more.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "runners/program/captured_answer.hpp"
#include "runners/program/question_cut.hpp"

namespace truenorm {

struct CapturedCaseChoice {
  /// None: y if an element is named and y came back, else the first that fails.
  std::optional<std::string> output;
  std::optional<std::int64_t> element;  ///< none: the worst
  std::string name;                     ///< empty: of operator, output and element
  std::string about;                    ///< empty: what came and what is true
};

/// The cut if the truth at its element is what it is in the whole question, to 30 digits
/// and rounded; else the whole question.
///
/// values   `answer` is one to the output of the whole question
[[nodiscard]] QuestionCut with_same_truth(const Question& question,
                                          std::string_view output, std::int64_t element,
                                          const Tensor& answer, QuestionCut cut);

/// The text of a file with one case, which reads back as the same bits.
///
/// throws   UsageError if there is no such output or element, nothing fails and no element
///          is named, or the case would be too large for a file
[[nodiscard]] std::string captured_case(const CapturedAnswer& captured,
                                        const CapturedCaseChoice& choice);

}  // namespace truenorm
