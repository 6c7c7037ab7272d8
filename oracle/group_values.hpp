// SPDX-License-Identifier: Apache-2.0
// The elements of one group, read where they lie in x.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "oracle/filter/group_reader.hpp"
#include "oracle/index_map.hpp"
#include "oracle/tensor.hpp"

namespace truenorm {

/// A view of a tensor; a group may be as large as that, so it is not copied.
class GroupValues {
 public:
  /// values   x and map outlive this
  GroupValues(const Tensor& x, const IndexMap& map, std::int64_t group)
      : x_(&x), map_(&map), group_(group), first_(map.group_element(group)) {}

  [[nodiscard]] const Tensor& tensor() const { return *x_; }
  [[nodiscard]] std::size_t size() const {
    return static_cast<std::size_t>(map_->group_size());
  }
  [[nodiscard]] double operator[](std::size_t i) const {
    return (*x_)[first_ + map_->inner_element(static_cast<std::int64_t>(i))];
  }

  /// Calls visit(values) for one stretch of the elements after the other: their decoding
  /// costs a tenth of what it costs one by one.
  template <typename Visit>
  void for_each_stretch(const Visit& visit) const {
    constexpr std::size_t longest = 1024;
    const filter::GroupReader reader(*map_, filter::GroupReader::Along::elements);
    std::array<double, longest> values;
    for (std::size_t begin = 0; begin < size(); begin += longest) {
      const std::size_t count = std::min(longest, size() - begin);
      reader.read(*x_, group_, static_cast<std::int64_t>(begin), count, values.data());
      visit(std::span<const double>(values.data(), count));
    }
  }

 private:
  const Tensor* x_;
  const IndexMap* map_;
  std::int64_t group_;
  std::int64_t first_;
};

}  // namespace truenorm
