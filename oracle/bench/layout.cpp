// SPDX-License-Identifier: Apache-2.0
// The loop nests of the benchmark's operators.
#include "oracle/bench/layout.hpp"

#include <algorithm>

namespace truenorm::bench {

Layout layout_of(const Row& row) {
  const Shape& shape = row.shape;
  if (row.op == "batch_norm") {
    const std::int64_t space = shape[2] * shape[3];
    return {.groups = shape[1],
            .runs = shape[0],
            .run_length = space,
            .group_stride = space,
            .run_stride = shape[1] * space,
            .cycle = shape[1],
            .group_step = 1,
            .run_step = 0,
            .element_step = 0,
            .parameters = shape[1]};
  }
  if (row.op == "group_norm") {
    const std::int64_t space = shape[2] * shape[3];
    const std::int64_t channels = shape[1] / row.groups;
    return {.groups = shape[0] * row.groups,
            .runs = channels,
            .run_length = space,
            .group_stride = channels * space,
            .run_stride = space,
            .cycle = row.groups,
            .group_step = channels,
            .run_step = 1,
            .element_step = 0,
            .parameters = shape[1]};
  }
  return {.groups = shape[0],
          .runs = 1,
          .run_length = shape[1],
          .group_stride = shape[1],
          .run_stride = shape[1],
          .cycle = shape[0],
          .group_step = 0,
          .run_step = 0,
          .element_step = 1,
          .parameters = shape[1]};
}

Layout first_groups(const Layout& layout, std::int64_t groups) {
  Layout first = layout;
  first.groups = std::min(groups, layout.groups);
  first.run_stride = layout.run_length;
  first.group_stride = layout.group_size();
  return first;
}

}  // namespace truenorm::bench
