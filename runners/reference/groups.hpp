// SPDX-License-Identifier: Apache-2.0
// Where the elements of a group lie in a row-major tensor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace truenorm::reference {

/// The element i of group g lies at group[g] + inner[i].
struct Groups {
  std::vector<std::size_t> group;
  std::vector<std::size_t> inner;
};

/// The groups over the axes: inner runs row-major over the axes in the order given, group
/// over the remaining ones.
[[nodiscard]] Groups groups_over(const std::vector<std::int64_t>& shape,
                                 const std::vector<std::int64_t>& axes);

/// As groups_over, of all axes but one.
[[nodiscard]] Groups groups_along(const std::vector<std::int64_t>& shape,
                                  std::size_t channel_axis);

}  // namespace truenorm::reference
