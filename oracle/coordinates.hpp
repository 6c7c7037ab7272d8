// SPDX-License-Identifier: Apache-2.0
// From a flat index to a place along each axis.
#pragma once

#include <cstdint>
#include <vector>

#include "oracle/tensor.hpp"

namespace truenorm {

/// The place of a row-major element along each axis of its tensor.
[[nodiscard]] std::vector<std::int64_t> coordinates(std::int64_t index,
                                                    const Shape& shape);

}  // namespace truenorm
