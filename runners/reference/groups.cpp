// SPDX-License-Identifier: Apache-2.0
// Offsets of subsets of axes.
#include "runners/reference/groups.hpp"

#include <algorithm>

namespace truenorm::reference {
namespace {

using Axes = std::vector<std::int64_t>;

std::size_t size_of(const std::vector<std::int64_t>& shape, std::int64_t axis) {
  return static_cast<std::size_t>(shape[static_cast<std::size_t>(axis)]);
}

std::size_t stride_of(const std::vector<std::int64_t>& shape, std::int64_t axis) {
  std::size_t stride = 1;
  const auto rank = static_cast<std::int64_t>(shape.size());
  for (std::int64_t later = axis + 1; later < rank; ++later) {
    stride *= size_of(shape, later);
  }
  return stride;
}

std::vector<std::size_t> offsets(const std::vector<std::int64_t>& shape,
                                 const Axes& axes) {
  std::vector<std::size_t> found{0};
  for (const std::int64_t axis : axes) {
    const std::size_t stride = stride_of(shape, axis);
    std::vector<std::size_t> longer;
    longer.reserve(found.size() * size_of(shape, axis));
    for (const std::size_t offset : found) {
      for (std::size_t i = 0; i < size_of(shape, axis); ++i) {
        longer.push_back(offset + i * stride);
      }
    }
    found = std::move(longer);
  }
  return found;
}

Axes all_but(const std::vector<std::int64_t>& shape, const Axes& axes) {
  Axes others;
  for (std::int64_t axis = 0; axis < static_cast<std::int64_t>(shape.size()); ++axis) {
    if (std::find(axes.begin(), axes.end(), axis) == axes.end()) others.push_back(axis);
  }
  return others;
}

}  // namespace

Groups groups_over(const std::vector<std::int64_t>& shape, const Axes& axes) {
  return {offsets(shape, all_but(shape, axes)), offsets(shape, axes)};
}

Groups groups_along(const std::vector<std::int64_t>& shape, std::size_t channel_axis) {
  const Axes channel{static_cast<std::int64_t>(channel_axis)};
  return {offsets(shape, channel), offsets(shape, all_but(shape, channel))};
}

}  // namespace truenorm::reference
