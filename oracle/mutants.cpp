// SPDX-License-Identifier: Apache-2.0
// The table of mutants, and the canonical ones as changes of the canonical form.
#include "oracle/mutants.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "oracle/evaluation.hpp"

namespace truenorm {
namespace {

const std::array<Mutant, 3>& table() {
  static const std::array<Mutant, 3> mutants_by_name{{
      {"eps_outside_sqrt",
       "adds epsilon to the standard deviation instead of the variance",
       true,
       {"layer_norm", "rms_norm", "batch_norm_inference"}},
      {"unbiased_variance",
       "divides the sum of squares by n - 1 instead of n",
       true,
       {"layer_norm"}},
      {"single_pass_variance",
       "takes the variance as E[x^2] - E[x]^2, which cancels",
       false,
       {"layer_norm"}},
  }};
  return mutants_by_name;
}

CanonicalForm mutated(const Mutant& mutant, CanonicalForm form) {
  if (mutant.name == "eps_outside_sqrt" && form.eps_mode == EpsMode::inside) {
    form.eps_mode = EpsMode::outside;
    return form;
  }
  if (mutant.name == "unbiased_variance" && form.spread == Spread::variance) {
    form.ddof = 1;
    return form;
  }
  throw std::invalid_argument("mutant " + std::string(mutant.name) +
                              " does not apply to this question");
}

}  // namespace

std::span<const Mutant> mutants() { return table(); }

const Mutant* find_mutant(std::string_view mutant_name) {
  const auto found =
      std::find_if(table().begin(), table().end(),
                   [&](const Mutant& mutant) { return mutant.name == mutant_name; });
  return found == table().end() ? nullptr : &*found;
}

Tensor answer_as(const Mutant& mutant, const Question& question,
                 std::string_view output) {
  const CanonicalForm form = mutated(mutant, lower(question));
  const Format format = question.output_formats(output).front();
  Tensor answer(format, question.output_shape(output));
  const auto evaluation = evaluate(question, form, quantity_of(question, output), 0);
  if (!evaluation->is_scored()) return answer;
  for (std::int64_t block = 0; block < evaluation->blocks(); ++block) {
    evaluation->load(block);
    for (std::int64_t i = 0; i < evaluation->block_size(); ++i) {
      answer.set(evaluation->output_index(block, i),
                 evaluation->settle(i, format).rounded);
    }
  }
  return answer;
}

}  // namespace truenorm
