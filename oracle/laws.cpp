// SPDX-License-Identifier: Apache-2.0
// The table of laws, and the proof of all of them.
#include "oracle/laws.hpp"

#include <array>
#include <limits>

#include "oracle/law_case.hpp"

namespace truenorm {
namespace {

constexpr std::array<Law, 12> table{{
    {"affine_fold", "batch_norm_inference is x scale + offset", "5.1"},
    {"adjoint", "what is pulled back and what is pushed forward pair to one number",
     "5.2"},
    {"stages", "the stages follow from each other, and the reverse sweep ends at dx",
     "5.3"},
    {"interval_bounds", "a box goes to the box of its corners' values", "5.4"},
    {"affine_bounds", "an affine form goes to diag(scale) A and scale c + offset",
     "5.5"},
    {"derivative_bounds", "derivatives go to scale times themselves; no curvature",
     "5.6"},
    {"invariants", "sums of x-hat and dx; shifts, scalings, permutations; disguises",
     "5.7"},
    {"batch_invariance", "a row has the same bits in any batch", "5.7"},
    {"range", "no |x-hat| exceeds what n elements allow", "5.8"},
    {"degenerate", "equal elements give beta and add nothing to dgamma", "5.9"},
    {"eps_inside_root", "epsilon is added to the variance under the root", "2"},
    {"explicit_running_statistics", "inference depends on its inputs alone", "2"},
}};

}  // namespace

std::span<const Law> laws() { return table; }

std::vector<ElementValue> LawSubject::values(const Question& question,
                                             std::string_view output) const {
  const CanonicalForm form = lower(question);
  const auto evaluation = evaluate(question, form, quantity_of(question, output), 0);
  ElementValue unscored;
  unscored.special = std::numeric_limits<double>::quiet_NaN();
  std::vector<ElementValue> values(
      static_cast<std::size_t>(element_count(question.output_shape(output))), unscored);
  if (!evaluation->is_scored()) return values;
  for (std::int64_t block = 0; block < evaluation->blocks(); ++block) {
    evaluation->load(block);
    for (std::int64_t i = 0; i < evaluation->block_size(); ++i) {
      const auto at = static_cast<std::size_t>(evaluation->output_index(block, i));
      values[at] = evaluation->value(i);
    }
  }
  return values;
}

std::vector<ExactStage> LawSubject::stages(const Question& question) const {
  return exact_stages(question);
}

std::vector<LawCheck> prove_laws(const Question& question, const LawSubject& subject) {
  LawCase laws(question, subject);
  prove_affine_fold(laws);
  prove_adjoint(laws);
  prove_stages(laws);
  prove_interval_bounds(laws);
  prove_affine_bounds(laws);
  prove_derivative_bounds(laws);
  prove_invariants(laws);
  prove_identities(laws);
  prove_range(laws);
  prove_degenerate(laws);
  prove_eps_inside_root(laws);
  prove_explicit_running_statistics(laws);
  return laws.take_checks();
}

std::vector<LawCheck> prove_laws(const Question& question) {
  return prove_laws(question, LawSubject());
}

}  // namespace truenorm
