// SPDX-License-Identifier: Apache-2.0
// A parameter's coordinates, and the walks over the axes that they leave free.
#include "oracle/meetings.hpp"

#include <cstddef>
#include <vector>

namespace truenorm {
namespace {

using Axis = IndexMap::Axis;

/// The axes with strides that count what the axes number, groups or places.
std::vector<Axis> numbering(std::vector<Axis> axes) {
  std::int64_t stride = 1;
  for (std::size_t k = axes.size(); k-- > 0;) {
    axes[k].element_stride = stride;
    stride *= axes[k].length;
  }
  return axes;
}

std::vector<Axis> free_axes(const std::vector<Axis>& axes) {
  std::vector<Axis> chosen = numbering(axes);
  std::erase_if(chosen, [](const Axis& axis) { return axis.parameter_stride != 0; });
  return chosen;
}

/// The number at which the free axes start.
std::int64_t first_number(const std::vector<Axis>& axes, std::int64_t parameter) {
  std::int64_t number = 0;
  for (const Axis& axis : numbering(axes)) {
    if (axis.parameter_stride == 0) continue;
    number += parameter / axis.parameter_stride % axis.length * axis.element_stride;
  }
  return number;
}

}  // namespace

Meetings::Meetings(const IndexMap& map, std::int64_t parameter)
    : first_group_(first_number(map.group_axes, parameter)),
      first_place_(first_number(map.inner_axes, parameter)),
      free_(free_axes(map.group_axes), free_axes(map.inner_axes)) {}

std::int64_t Meetings::groups_before(std::int64_t number) const {
  std::int64_t first = 0;
  std::int64_t last = groups();
  while (first < last) {
    const std::int64_t middle = first + (last - first) / 2;
    if (group(middle) < number) {
      first = middle + 1;
    } else {
      last = middle;
    }
  }
  return first;
}

}  // namespace truenorm
