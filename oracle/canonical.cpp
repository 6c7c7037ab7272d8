// SPDX-License-Identifier: Apache-2.0
// From the table of operators to the canonical form.
#include "oracle/canonical.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "oracle/partition.hpp"
#include "oracle/planted.hpp"

namespace truenorm {
namespace {

std::vector<IndexMap::Axis> axes_of(const Partition& partition,
                                    const std::vector<std::size_t>& chosen) {
  std::vector<IndexMap::Axis> axes;
  axes.reserve(chosen.size());
  for (const std::size_t axis : chosen) {
    axes.push_back({partition.shape[axis], partition.strides[axis],
                    partition.parameter_strides[axis]});
  }
  return axes;
}

IndexMap index_map(const Partition& partition) {
  return {axes_of(partition, partition.group_axes),
          axes_of(partition, partition.inner_axes)};
}

template <typename Value, std::size_t count>
Value value_of(const std::array<std::pair<std::string_view, Value>, count>& words,
               std::string_view word) {
  return std::find_if(words.begin(), words.end(),
                      [&](const auto& entry) { return entry.first == word; })
      ->second;
}

EpsMode eps_mode_of(std::string_view word) {
  constexpr std::array<std::pair<std::string_view, EpsMode>, 4> modes{{
      {"inside", EpsMode::inside},
      {"outside", EpsMode::outside},
      {"floor", EpsMode::floor},
      {"floor_inside", EpsMode::floor_inside},
  }};
  return value_of(modes, word);
}

Power power_of(std::string_view word) {
  constexpr std::array<std::pair<std::string_view, Power>, 3> powers{{
      {"1", Power::one},
      {"2", Power::two},
      {"inf", Power::infinity},
  }};
  return value_of(powers, word);
}

}  // namespace

std::int64_t CanonicalForm::divisor() const {
  switch (spread) {
    case Spread::variance:
      return map.group_size() - (is_planted("divisor_n_minus_1") ? 1 : ddof);
    case Spread::mean_square:
      return map.group_size();
    case Spread::sum_square:
    case Spread::sum_power:
    case Spread::given:
      return 1;
  }
  return 1;
}

CanonicalForm lower(const Question& question) {
  return lower(question, partition_of(question.op(), question.attributes(),
                                      question.x().shape()));
}

CanonicalForm lower(const Question& question, const Partition& partition) {
  const OperatorSpec& op = question.op();
  const auto has = [&](std::string_view attribute) {
    return op.find_attribute(attribute) != nullptr;
  };
  CanonicalForm form;
  form.location = op.location;
  form.spread = op.spread;
  form.eps = question.real("eps");
  form.eps_mode = eps_mode_of(question.choice("eps_mode"));
  if (has("p")) form.power = power_of(question.choice("p"));
  if (has("clamp_variance")) form.clamps_variance = question.flag("clamp_variance");
  if (has("gamma_offset")) form.gamma_offset = question.integer("gamma_offset");
  if (has("round_normalized"))
    form.rounds_normalized = question.flag("round_normalized");
  form.map = index_map(partition);
  return form;
}

Quantity quantity_of(const Question& question, std::string_view output) {
  constexpr std::array<std::pair<std::string_view, Quantity>, 15> quantities{{
      {"y", Quantity::y},
      {"mean", Quantity::mean},
      {"variance", Quantity::variance},
      {"rstd", Quantity::rstd},
      {"norm", Quantity::norm},
      {"scale", Quantity::scale},
      {"offset", Quantity::offset},
      {"running_mean", Quantity::running_mean},
      {"running_variance", Quantity::running_variance},
      {"dx", Quantity::dx},
      {"dgamma", Quantity::dgamma},
      {"dbeta", Quantity::dbeta},
      {"dmean", Quantity::dmean},
      {"dvariance", Quantity::dvariance},
      {"tangent_y", Quantity::tangent_y},
  }};
  static_cast<void>(question.output_shape(output));  // throws if there is none
  return value_of(quantities, output);
}

}  // namespace truenorm
