// SPDX-License-Identifier: Apache-2.0
// The one-pass variance, whose flaw is not in the formula but in the floats.
#pragma once

#include <string_view>

#include "oracle/question.hpp"

namespace truenorm::mutant {

/// An output of layer_norm with the variance <x^2> - <x>^2, from running sums and without
/// a clamp, in float64 for a float64 x and in float32 for any other.
[[nodiscard]] Tensor single_pass_layer_norm(const Question& question,
                                            std::string_view output);

}  // namespace truenorm::mutant
