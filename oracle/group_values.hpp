// SPDX-License-Identifier: Apache-2.0
// The elements of one group, read where they lie in x.
#pragma once

#include <cstddef>
#include <cstdint>

#include "oracle/index_map.hpp"
#include "oracle/tensor.hpp"

namespace truenorm {

/// A view of a tensor; a group may be as large as that, so it is not copied.
class GroupValues {
 public:
  /// values   x and map outlive this
  GroupValues(const Tensor& x, const IndexMap& map, std::int64_t group)
      : x_(&x), map_(&map), first_(map.group_element(group)) {}

  [[nodiscard]] std::size_t size() const {
    return static_cast<std::size_t>(map_->group_size());
  }
  [[nodiscard]] double operator[](std::size_t i) const {
    return (*x_)[first_ + map_->inner_element(static_cast<std::int64_t>(i))];
  }

  /// In order.
  class Iterator {
   public:
    Iterator(const GroupValues& values, std::size_t i) : values_(&values), i_(i) {}
    double operator*() const { return (*values_)[i_]; }
    Iterator& operator++() {
      ++i_;
      return *this;
    }
    friend bool operator!=(const Iterator& left, const Iterator& right) {
      return left.i_ != right.i_;
    }

   private:
    const GroupValues* values_;
    std::size_t i_;
  };
  [[nodiscard]] Iterator begin() const { return {*this, 0}; }
  [[nodiscard]] Iterator end() const { return {*this, size()}; }

 private:
  const Tensor* x_;
  const IndexMap* map_;
  std::int64_t first_;
};

}  // namespace truenorm
