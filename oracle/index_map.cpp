// SPDX-License-Identifier: Apache-2.0
// Walks over axes, with as few of them as the strides allow.
#include "oracle/index_map.hpp"

#include <cstddef>

namespace truenorm {
namespace {

using Axis = IndexMap::Axis;

/// Whether a step along `outer` is the step that follows the last one along `inner`.
bool continues(const Axis& outer, const Axis& inner) {
  return outer.element_stride == inner.length * inner.element_stride &&
         outer.parameter_stride == inner.length * inner.parameter_stride;
}

std::vector<Axis> merged(const std::vector<Axis>& axes) {
  std::vector<Axis> result;
  for (const Axis& axis : axes) {
    if (axis.length == 1) continue;
    if (!result.empty() && continues(result.back(), axis)) {
      result.back() = {result.back().length * axis.length, axis.element_stride,
                       axis.parameter_stride};
    } else {
      result.push_back(axis);
    }
  }
  return result;
}

std::int64_t count(const std::vector<Axis>& axes) {
  std::int64_t product = 1;
  for (const Axis& axis : axes) product *= axis.length;
  return product;
}

std::int64_t offset(const std::vector<Axis>& axes, std::int64_t index,
                    std::int64_t Axis::*stride) {
  if (axes.empty()) return 0;
  std::int64_t sum = 0;
  for (std::size_t k = axes.size(); k-- > 1;) {
    const Axis& axis = axes[k];
    const std::int64_t rest = index / axis.length;
    sum += (index - rest * axis.length) * axis.*stride;
    index = rest;
  }
  // What is left lies along the outermost axis: no division for maps of one axis.
  return sum + index * axes.front().*stride;
}

}  // namespace

IndexMap::IndexMap(const std::vector<Axis>& unmerged_group_axes,
                   const std::vector<Axis>& unmerged_inner_axes)
    : group_axes(merged(unmerged_group_axes)),
      inner_axes(merged(unmerged_inner_axes)),
      groups_(count(group_axes)),
      group_size_(count(inner_axes)) {}

std::int64_t IndexMap::group_element(std::int64_t group) const {
  return offset(group_axes, group, &Axis::element_stride);
}

std::int64_t IndexMap::group_parameter(std::int64_t group) const {
  return offset(group_axes, group, &Axis::parameter_stride);
}

std::int64_t IndexMap::inner_element(std::int64_t i) const {
  return offset(inner_axes, i, &Axis::element_stride);
}

std::int64_t IndexMap::inner_parameter(std::int64_t i) const {
  return offset(inner_axes, i, &Axis::parameter_stride);
}

}  // namespace truenorm
