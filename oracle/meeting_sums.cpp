// SPDX-License-Identifier: Apache-2.0
// Two passes: which exponents there are, then the sums.
#include "oracle/meeting_sums.hpp"

#include <span>

namespace truenorm {
namespace {

/// Calls visit(index) for the index in x of each element that lies in the group.
template <typename Visit>
void for_each_index(const IndexMap& map, const Meetings& meetings, std::int64_t group,
                    const Visit& visit) {
  const std::int64_t first = map.group_element(group);
  for (std::int64_t k = 0; k < meetings.places(); ++k) {
    visit(first + map.inner_element(meetings.place(k)));
  }
}

std::span<const double> one(const double& value) { return {&value, 1}; }

}  // namespace

std::optional<Rational> finite_sum(const IndexMap& map, const Meetings& meetings,
                                   const Tensor& values) {
  const auto for_each_value = [&](const auto& visit) {
    for (std::int64_t j = 0; j < meetings.groups(); ++j) {
      for_each_index(map, meetings, meetings.group(j),
                     [&](std::int64_t at) { visit(values[at]); });
    }
  };
  MagnitudeRange range;
  for_each_value([&](double value) { range.add(one(value)); });
  if (!range.is_finite()) return std::nullopt;
  ExactSum sum({range});
  for_each_value([&](double value) { sum.add(one(value)); });
  return sum.total();
}

std::optional<VectorSums> finite_sums_in_group(const ExactGroup& group,
                                               std::int64_t number,
                                               const Meetings& meetings,
                                               const Tensor& values) {
  const IndexMap& map = group.form().map;
  const Tensor& x = group.x().tensor();
  MagnitudeRange of_values;
  MagnitudeRange of_x;
  for_each_index(map, meetings, number, [&](std::int64_t at) {
    of_values.add(one(values[at]));
    of_x.add(one(x[at]));
  });
  if (!group.mean().is_finite() || !of_values.is_finite() || !of_x.is_finite()) {
    return std::nullopt;
  }
  ExactSum sum({of_values});
  ExactSum products({of_values, of_x});
  for_each_index(map, meetings, number, [&](std::int64_t at) {
    const double value = values[at];
    const double factor = x[at];
    sum.add(one(value));
    products.add(one(value), one(factor));
  });
  const Rational total = sum.total();
  return VectorSums{total,
                    Rational(products.total() - group.mean().number().a * total)};
}

}  // namespace truenorm
