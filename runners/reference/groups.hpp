// SPDX-License-Identifier: Apache-2.0
// Where the elements of a group lie in a row-major tensor, and which parameters they meet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "runners/sdk/cpp/runner.hpp"

namespace truenorm::reference {

/// Every position is a sum of what the group and what the place within it gives.
struct Groups {
  std::vector<std::size_t> group;            ///< in x
  std::vector<std::size_t> inner;            ///< in x
  std::vector<std::size_t> group_parameter;  ///< in gamma and beta
  std::vector<std::size_t> inner_parameter;  ///< in gamma and beta
  std::vector<std::int64_t> statistic_shape;

  [[nodiscard]] std::size_t element(std::size_t g, std::size_t i) const {
    return group[g] + inner[i];
  }
  [[nodiscard]] std::size_t parameter(std::size_t g, std::size_t i) const {
    return group_parameter[g] + inner_parameter[i];
  }
};

/// The groups into which the request's operator cuts an x of the shape.
///
/// throws   sdk::Unsupported for an operator that is not known, sdk::Failure if x lacks the
///          channels
[[nodiscard]] Groups groups_of(const sdk::Request& request,
                               const std::vector<std::int64_t>& shape);

}  // namespace truenorm::reference
