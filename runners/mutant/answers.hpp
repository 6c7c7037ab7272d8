// SPDX-License-Identifier: Apache-2.0
// What a mutant answers, whether it is one of the formula or of the floats.
#pragma once

#include <string_view>

#include "oracle/mutants.hpp"

namespace truenorm::mutant {

/// An output as the mutant gives it.
///
/// throws   std::invalid_argument if the mutant does not apply, has no such output, or is
///          right here because the question has what it would change
[[nodiscard]] Tensor answer(const Mutant& mutant, const Question& question,
                            std::string_view output);

}  // namespace truenorm::mutant
