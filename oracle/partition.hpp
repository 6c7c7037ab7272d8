// SPDX-License-Identifier: Apache-2.0
// How an operator cuts x into groups, as shapes and strides (SPEC 3).
#pragma once

#include <cstddef>
#include <vector>

#include "oracle/operators.hpp"
#include "oracle/tensor.hpp"

namespace truenorm {

/// The axes of x, each either along the groups or within one.
///
/// values   x's own axes in x's order, but that group_norm's channels count as two: the
///          group of channels and the place in it. Strides are in elements of the
///          row-major x, or of a row-major parameter; 0 where the parameter does not
///          depend on the axis
struct Partition {
  Shape shape;
  Shape strides;
  Shape parameter_strides;
  std::vector<std::size_t> group_axes;  ///< in x's order
  std::vector<std::size_t>
      inner_axes;  ///< in x's order, or as the attribute names them
  Shape parameter_shape;

  /// One element for each group.
  [[nodiscard]] Shape statistic_shape() const;
};

/// values   `resolved` holds every attribute of the operator
/// throws   QuestionError if x does not have the dimensions that the operator needs, or
///          more elements than an int64 counts
[[nodiscard]] Partition partition_of(const OperatorSpec& op, const Attributes& resolved,
                                     const Shape& x_shape);

}  // namespace truenorm
