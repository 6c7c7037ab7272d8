// SPDX-License-Identifier: Apache-2.0
// The rows of the benchmark: what is normalized, in which format and direction.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "oracle/format.hpp"
#include "oracle/operators.hpp"
#include "oracle/tensor.hpp"

namespace truenorm::bench {

/// values   offset is the mean of x in standard deviations of x, which are 1
struct Row {
  std::string id;  ///< no '/' and no space: it is part of a benchmark's name
  std::string op;
  std::string size;  ///< as asked for: n, or the shape of images
  Direction direction;
  Format format;
  Shape shape;
  std::int64_t groups;  ///< of a group_norm; 0 elsewhere
  double offset;
  bool is_per_call;  ///< so small that the figure is the time of a call
  bool is_scaling;   ///< asked of several threads too
};

/// Every row, in the order of the report.
///
/// values   tensors have about `elements` elements. No dimension that names a row grows;
///          below it, a row is cut
[[nodiscard]] std::vector<Row> rows(std::int64_t elements);

/// One line of NAME=VALUE words.
[[nodiscard]] std::string description(const Row& row);

}  // namespace truenorm::bench
