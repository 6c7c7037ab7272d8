// SPDX-License-Identifier: Apache-2.0
// Mutants: deliberate deviations from the truth, which a good case must catch.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "oracle/question.hpp"

namespace truenorm {

struct Mutant {
  std::string_view name;   ///< snake_case; as in `catches` and `--runner mutant:NAME`
  std::string_view about;  ///< what it does wrong, in one sentence
  /// Whether `answer_as` computes it; otherwise its flaw lies in the float arithmetic.
  bool is_canonical;
  std::vector<std::string_view> operators;  ///< those to which it applies
};

[[nodiscard]] std::span<const Mutant> mutants();
[[nodiscard]] const Mutant* find_mutant(std::string_view name);

/// An output as a canonical mutant would give it: its wrong formula, without any further
/// error, rounded once.
///
/// throws   std::invalid_argument if the mutant is not canonical or does not apply
[[nodiscard]] Tensor answer_as(const Mutant& mutant, const Question& question,
                               std::string_view output);

}  // namespace truenorm
