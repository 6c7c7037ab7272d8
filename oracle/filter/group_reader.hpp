// SPDX-License-Identifier: Apache-2.0
// Stretches of a group out of strided tensors, as doubles.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "oracle/index_map.hpp"
#include "oracle/tensor.hpp"

namespace truenorm::filter {

/// Reads the elements that a group has in a tensor, in the order of their places.
///
/// values   takes no memory that grows with a tensor
class GroupReader {
 public:
  enum class Along {
    elements,    ///< the tensor has an element for each of x
    parameters,  ///< the tensor has an element for each parameter
  };

  /// values   `map` outlives this
  GroupReader(const IndexMap& map, Along along);

  /// The tensor's elements at places [begin, begin + count) of the group.
  void read(const Tensor& tensor, std::int64_t group, std::int64_t begin,
            std::size_t count, double* to) const;

  /// Where these elements lie as doubles one after the other, so that reading them needs no
  /// copy; null where they do not.
  [[nodiscard]] const double* find(const Tensor& tensor, std::int64_t group,
                                   std::int64_t begin, std::size_t count) const;

  /// Calls visit(offset, stride, count) for each stretch of the places
  /// [begin, begin + count) that one stride serves, in their order.
  template <typename Visit>
  void for_each_run(std::int64_t group, std::int64_t begin, std::size_t count,
                    const Visit& visit) const {
    const std::int64_t base = along_ == Along::elements ? map_.group_element(group)
                                                        : map_.group_parameter(group);
    const Axis& last = axes_.back();
    while (count > 0) {
      std::int64_t outer = begin / last.length;
      const std::int64_t place = begin % last.length;
      std::int64_t offset = base + place * last.stride;
      for (std::size_t axis = axes_.size() - 1; axis-- > 0;) {
        offset += outer % axes_[axis].length * axes_[axis].stride;
        outer /= axes_[axis].length;
      }
      const std::size_t run =
          std::min(count, static_cast<std::size_t>(last.length - place));
      visit(offset, last.stride, run);
      begin += static_cast<std::int64_t>(run);
      count -= run;
    }
  }

  /// Whether every group reads the same elements: parameters of places only.
  [[nodiscard]] bool is_same_for_all_groups() const { return is_same_; }

 private:
  struct Axis {
    std::int64_t length;
    std::int64_t stride;
  };

  const IndexMap& map_;
  Along along_;
  std::vector<Axis> axes_;  ///< within a group, outermost first; at least one
  bool is_same_;
};

}  // namespace truenorm::filter
