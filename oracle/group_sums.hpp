// SPDX-License-Identifier: Apache-2.0
// Sums over the elements of a group that involve more than one tensor, exactly.
#pragma once

#include <cstdint>
#include <optional>

#include "oracle/exact_group.hpp"
#include "oracle/tensor.hpp"

namespace truenorm {

/// What v = factor (weight + weight_offset) is made of; a tensor that has an element for
/// each of x, and one that has an element for each parameter, or null for a weight of 1.
struct WeightedVector {
  const Tensor* factor;
  const Tensor* weight;
  std::int64_t weight_offset;
};

/// The sums of v over a group.
///
/// result   none if an element of x or v, or the mean, is not finite
[[nodiscard]] std::optional<VectorSums> finite_vector_sums(const ExactGroup& group,
                                                           std::int64_t number,
                                                           const WeightedVector& v);

}  // namespace truenorm
