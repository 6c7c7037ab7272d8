// SPDX-License-Identifier: Apache-2.0
// Where the elements of a group lie in x, and which parameters they meet, as strides.
#pragma once

#include <cstdint>
#include <vector>

namespace truenorm {

/// The offset of element i of a group, in x and in the parameters, is a sum of a part that
/// the group gives and a part that the place within the group gives. Each part is a walk
/// over axes in row-major order, so the map takes no memory for what it maps.
struct IndexMap {
  /// One axis, or neighbours merged where one pair of strides serves both; strides in
  /// elements.
  struct Axis {
    std::int64_t length;
    std::int64_t element_stride;
    std::int64_t parameter_stride;  ///< 0 where the parameter does not depend on it
  };

  /// One group of one element.
  IndexMap() = default;
  /// values   axes as they are; neighbours are merged and axes of length 1 dropped here
  IndexMap(const std::vector<Axis>& unmerged_group_axes,
           const std::vector<Axis>& unmerged_inner_axes);

  std::vector<Axis> group_axes;  ///< outermost first
  std::vector<Axis> inner_axes;  ///< outermost first, the last varies fastest

  [[nodiscard]] std::int64_t groups() const { return groups_; }
  [[nodiscard]] std::int64_t group_size() const { return group_size_; }

  /// The part of an offset that the group gives: where its first element lies.
  [[nodiscard]] std::int64_t group_element(std::int64_t group) const;
  [[nodiscard]] std::int64_t group_parameter(std::int64_t group) const;
  /// The part that the place within the group gives.
  [[nodiscard]] std::int64_t inner_element(std::int64_t i) const;
  [[nodiscard]] std::int64_t inner_parameter(std::int64_t i) const;

  [[nodiscard]] std::int64_t element(std::int64_t group, std::int64_t i) const {
    return group_element(group) + inner_element(i);
  }
  [[nodiscard]] std::int64_t parameter(std::int64_t group, std::int64_t i) const {
    return group_parameter(group) + inner_parameter(i);
  }

 private:
  std::int64_t groups_ = 1;
  std::int64_t group_size_ = 1;
};

}  // namespace truenorm
