// SPDX-License-Identifier: Apache-2.0
// Mutants: deliberate deviations from the truth, which a good case must catch.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "oracle/question.hpp"

namespace truenorm {

struct Mutant {
  std::string_view name;     ///< snake_case; as in `catches` and `--runner mutant:NAME`
  std::string_view formula;  ///< the family of wrong formulas that it belongs to
  std::string_view about;    ///< what it does wrong, in one sentence
  /// Whether `answer_as` computes it; otherwise its flaw lies in the float arithmetic.
  bool is_canonical;
  std::vector<std::string_view> operators;  ///< those to which it applies
  std::vector<Direction> directions;
};

/// Every mutant, family by family.
[[nodiscard]] std::span<const Mutant> mutants();
[[nodiscard]] const Mutant* find_mutant(std::string_view name);

/// Whether the mutant is one of the question's operator and direction.
[[nodiscard]] bool applies(const Mutant& mutant, const Question& question);

/// An output as a canonical mutant would give it: its wrong formula, without any further
/// error, rounded once.
///
/// throws   std::invalid_argument if the mutant is not canonical, does not apply, has no
///          such output, or is right here because the question has what it would change
[[nodiscard]] Tensor answer_as(const Mutant& mutant, const Question& question,
                               std::string_view output);

}  // namespace truenorm
