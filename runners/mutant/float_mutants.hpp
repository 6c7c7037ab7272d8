// SPDX-License-Identifier: Apache-2.0
// Mutants of the floats: right steps but for one.
#pragma once

#include <string_view>

#include "runners/mutant/model.hpp"

namespace truenorm::mutant {

/// What a mutant does otherwise.
struct Flaw {
  std::string_view name;  ///< of the mutant
  void (*plant)(Steps& steps, const Setting& setting);
};

/// The mutant's flaw, or null if it is a canonical one.
[[nodiscard]] const Flaw* find_flaw(std::string_view mutant);

}  // namespace truenorm::mutant
