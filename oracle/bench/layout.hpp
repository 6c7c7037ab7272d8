// SPDX-License-Identifier: Apache-2.0
// Where the elements of a group lie, and which parameter meets each: a loop nest.
#pragma once

#include <cstdint>

#include "oracle/bench/row.hpp"

namespace truenorm::bench {

/// values   element i of run k of group g is at g*group_stride + k*run_stride + i; its
///          parameter is (g mod cycle)*group_step + k*run_step + i*element_step
struct Layout {
  std::int64_t groups;
  std::int64_t runs;
  std::int64_t run_length;
  std::int64_t group_stride;
  std::int64_t run_stride;
  std::int64_t cycle;
  std::int64_t group_step;
  std::int64_t run_step;
  std::int64_t element_step;  ///< 0 or 1
  std::int64_t parameters;

  [[nodiscard]] std::int64_t group_size() const { return runs * run_length; }
  [[nodiscard]] std::int64_t start(std::int64_t group, std::int64_t run) const {
    return group * group_stride + run * run_stride;
  }
  [[nodiscard]] std::int64_t parameter(std::int64_t group, std::int64_t run) const {
    return group % cycle * group_step + run * run_step;
  }
};

[[nodiscard]] Layout layout_of(const Row& row);

/// The first groups of a layout, moved together so that nothing lies between them.
[[nodiscard]] Layout first_groups(const Layout& layout, std::int64_t groups);

}  // namespace truenorm::bench
