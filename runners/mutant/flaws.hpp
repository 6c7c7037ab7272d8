// SPDX-License-Identifier: Apache-2.0
// The flaws by the step that they are in.
#pragma once

#include <span>

#include "runners/mutant/float_mutants.hpp"

namespace truenorm::mutant {

[[nodiscard]] std::span<const Flaw> flaws_of_statistics();
[[nodiscard]] std::span<const Flaw> flaws_of_scale();
[[nodiscard]] std::span<const Flaw> flaws_of_affine();
[[nodiscard]] std::span<const Flaw> flaws_of_running_statistics();
[[nodiscard]] std::span<const Flaw> flaws_of_derivatives();

}  // namespace truenorm::mutant
