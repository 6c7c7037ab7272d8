// SPDX-License-Identifier: Apache-2.0
// A search through the flaws.
#include "runners/mutant/float_mutants.hpp"

#include "runners/mutant/flaws.hpp"

namespace truenorm::mutant {

const Flaw* find_flaw(std::string_view mutant) {
  for (const auto& flaws : {flaws_of_statistics(), flaws_of_scale(), flaws_of_affine(),
                            flaws_of_running_statistics(), flaws_of_derivatives()}) {
    for (const Flaw& flaw : flaws) {
      if (flaw.name == mutant) return &flaw;
    }
  }
  return nullptr;
}

}  // namespace truenorm::mutant
