// SPDX-License-Identifier: Apache-2.0
// Two passes: which exponents there are, then the sums.
#include "oracle/group_sums.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "oracle/filter/group_reader.hpp"

namespace truenorm {
namespace {

using Values = std::span<const double>;

/// Calls visit(x, factor, weight) for one stretch of a group after the other; weight is
/// empty without a tensor of weights.
template <typename Visit>
void for_each_stretch(const ExactGroup& group, std::int64_t number,
                      const WeightedVector& v, const Visit& visit) {
  using filter::GroupReader;
  constexpr std::size_t longest = 1024;
  const IndexMap& map = group.form().map;
  const GroupReader elements(map, GroupReader::Along::elements);
  const GroupReader parameters(map, GroupReader::Along::parameters);
  std::array<double, longest> x;
  std::array<double, longest> factor;
  std::array<double, longest> weight;
  const std::size_t size = group.x().size();
  for (std::size_t begin = 0; begin < size; begin += longest) {
    const std::size_t count = std::min(longest, size - begin);
    const auto at = static_cast<std::int64_t>(begin);
    elements.read(group.x().tensor(), number, at, count, x.data());
    elements.read(*v.factor, number, at, count, factor.data());
    if (v.weight != nullptr) {
      parameters.read(*v.weight, number, at, count, weight.data());
    }
    visit(Values(x.data(), count), Values(factor.data(), count),
          Values(weight.data(), v.weight != nullptr ? count : 0));
  }
}

}  // namespace

std::optional<VectorSums> finite_vector_sums(const ExactGroup& group,
                                             std::int64_t number,
                                             const WeightedVector& v) {
  MagnitudeRange of_x;
  MagnitudeRange of_factor;
  MagnitudeRange of_weight;
  for_each_stretch(group, number, v, [&](Values x, Values factor, Values weight) {
    of_x.add(x);
    of_factor.add(factor);
    of_weight.add(weight);
  });
  if (!group.mean().is_finite() || !of_x.is_finite() || !of_factor.is_finite() ||
      !of_weight.is_finite()) {
    return std::nullopt;
  }
  ExactSum factors({of_factor});
  ExactSum products({of_factor, of_x});
  ExactSum weighted({of_factor, of_weight});
  ExactSum weighted_products({of_factor, of_weight, of_x});
  const bool has_weight = v.weight != nullptr;
  const bool needs_plain = !has_weight || v.weight_offset != 0;
  for_each_stretch(group, number, v, [&](Values x, Values factor, Values weight) {
    if (needs_plain) {
      factors.add(factor);
      products.add(factor, x);
    }
    if (has_weight) {
      weighted.add(factor, weight);
      weighted_products.add(factor, weight, x);
    }
  });
  const Rational offset(has_weight ? v.weight_offset : 1);
  const Rational sum = factors.total() * offset + weighted.total();
  const Rational raw = products.total() * offset + weighted_products.total();
  return VectorSums{sum, Rational(raw - group.mean().number().a * sum)};
}

}  // namespace truenorm
