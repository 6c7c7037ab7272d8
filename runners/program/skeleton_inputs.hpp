// SPDX-License-Identifier: Apache-2.0
// The inputs of a new case: shapes and numbers that tell mistakes apart.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "oracle/operators.hpp"
#include "oracle/tensor.hpp"

namespace truenorm {

/// A shape of x, no two axes of which have the same length.
[[nodiscard]] Shape skeleton_shape(const OperatorSpec& op);

/// An input of a case of these dtypes, as a case file writes a tensor. Each parameter
/// differs from the others, betas are not 0, and given statistics are not those of x.
[[nodiscard]] std::string skeleton_input(std::string_view input, const Shape& shape,
                                         const std::vector<std::string>& dtypes,
                                         std::size_t seed);

}  // namespace truenorm
