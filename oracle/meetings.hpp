// SPDX-License-Identifier: Apache-2.0
// Which elements of which groups meet one parameter, worked out from the strides.
#pragma once

#include <cstdint>

#include "oracle/index_map.hpp"

namespace truenorm {

/// The elements that meet a parameter: the same places in some of the groups.
///
/// values   A parameter's index is a sum of one stride a dimension, and each dimension is
///          an axis of the map or a part of one. So the parameter fixes where its elements
///          lie along the axes that it depends on, and leaves the others free
class Meetings {
 public:
  /// Of a parameter that nothing meets.
  Meetings() : free_({{0, 0, 0}}, {{0, 0, 0}}) {}
  Meetings(const IndexMap& map, std::int64_t parameter);

  /// How many groups have such elements; 0 if there are none.
  [[nodiscard]] std::int64_t groups() const {
    return free_.group_size() == 0 ? 0 : free_.groups();
  }
  /// How many of them each of these groups has.
  [[nodiscard]] std::int64_t places() const { return free_.group_size(); }

  /// The number of the j-th of these groups, in ascending order.
  [[nodiscard]] std::int64_t group(std::int64_t j) const {
    return first_group_ + free_.group_element(j);
  }
  /// How many of these groups have a number less than that.
  [[nodiscard]] std::int64_t groups_before(std::int64_t number) const;
  /// The j-th of the places within such a group, in ascending order.
  [[nodiscard]] std::int64_t place(std::int64_t j) const {
    return first_place_ + free_.inner_element(j);
  }

 private:
  std::int64_t first_group_ = 0;
  std::int64_t first_place_ = 0;
  IndexMap free_;  ///< over the free axes; its strides count groups and places
};

}  // namespace truenorm
