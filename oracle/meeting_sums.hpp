// SPDX-License-Identifier: Apache-2.0
// Sums over the elements that meet one parameter, exactly.
#pragma once

#include <cstdint>
#include <optional>

#include "oracle/exact_group.hpp"
#include "oracle/meetings.hpp"
#include "oracle/tensor.hpp"

namespace truenorm {

/// The sum of the values of a tensor that has an element for each of x.
///
/// result   none if one of them is not finite
[[nodiscard]] std::optional<Rational> finite_sum(const IndexMap& map,
                                                 const Meetings& meetings,
                                                 const Tensor& values);

/// The sums of the values, and of the values times c, over those of the elements that lie
/// in one group.
///
/// result   none if a value, an element of x, or the mean is not finite
[[nodiscard]] std::optional<VectorSums> finite_sums_in_group(const ExactGroup& group,
                                                             std::int64_t number,
                                                             const Meetings& meetings,
                                                             const Tensor& values);

}  // namespace truenorm
