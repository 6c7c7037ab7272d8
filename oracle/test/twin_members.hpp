// SPDX-License-Identifier: Apache-2.0
// SPEC 3's index map, read index by index: the group and the parameter of an element.
#pragma once

#include <cstddef>
#include <vector>

#include "oracle/question.hpp"

namespace truenorm::twin {

struct Membership {
  std::size_t group = 0;      ///< its place in a statistic's tensor
  std::size_t parameter = 0;  ///< its place in gamma; 0 where there are no parameters
};

struct Members {
  std::vector<Membership> of_element;               ///< row-major, as x
  std::vector<std::vector<std::size_t>> of_groups;  ///< the elements of each group
};

/// values   for batch_norm_inference, whose elements each stand alone, a group is a
///          channel: what shares its statistics
[[nodiscard]] Members members_of(const Question& question);

}  // namespace truenorm::twin
