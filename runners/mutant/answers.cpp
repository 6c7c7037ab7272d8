// SPDX-License-Identifier: Apache-2.0
// From the table of mutants to who computes them.
#include "runners/mutant/answers.hpp"

#include <stdexcept>
#include <string>

#include "runners/mutant/float_mutants.hpp"

namespace truenorm::mutant {

Tensor answer(const Mutant& mutant, const Question& question, std::string_view output) {
  if (mutant.is_canonical) return answer_as(mutant, question, output);
  const Flaw* flaw = find_flaw(mutant.name);
  if (flaw == nullptr || !applies(mutant, question)) {
    throw std::invalid_argument("mutant " + std::string(mutant.name) +
                                " does not apply to this question");
  }
  Model model(question);
  flaw->plant(model.steps(), model.setting());
  return model.answer(output);
}

}  // namespace truenorm::mutant
