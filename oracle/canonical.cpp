// SPDX-License-Identifier: Apache-2.0
// From the table of operators to the canonical form.
#include "oracle/canonical.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace truenorm {
namespace {

/// The offsets of a subset of x's axes in row-major order of that subset.
std::vector<std::int64_t> offsets_over(const Shape& shape, const Shape& strides,
                                       const std::vector<std::size_t>& axes) {
  std::vector<std::int64_t> offsets{0};
  for (const std::size_t axis : axes) {
    std::vector<std::int64_t> longer;
    longer.reserve(offsets.size() * static_cast<std::size_t>(shape[axis]));
    for (const std::int64_t offset : offsets) {
      for (std::int64_t i = 0; i < shape[axis]; ++i) {
        longer.push_back(offset + i * strides[axis]);
      }
    }
    offsets = std::move(longer);
  }
  return offsets;
}

Shape row_major_strides(const Shape& shape) {
  Shape strides(shape.size(), 1);
  for (std::size_t axis = shape.size(); axis-- > 1;) {
    strides[axis - 1] = strides[axis] * shape[axis];
  }
  return strides;
}

std::vector<std::int64_t> counting(std::size_t size) {
  std::vector<std::int64_t> numbers(size);
  for (std::size_t i = 0; i < size; ++i) numbers[i] = static_cast<std::int64_t>(i);
  return numbers;
}

/// Groups over the axes, in the order in which they are named; a parameter for each
/// place within the group.
IndexMap groups_over_axes(const Shape& shape, const std::vector<std::int64_t>& axes) {
  std::vector<std::size_t> reduced(axes.begin(), axes.end());
  std::vector<std::size_t> kept;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (std::find(reduced.begin(), reduced.end(), axis) == reduced.end()) {
      kept.push_back(axis);
    }
  }
  const Shape strides = row_major_strides(shape);
  IndexMap map;
  map.group_element = offsets_over(shape, strides, kept);
  map.inner_element = offsets_over(shape, strides, reduced);
  map.group_parameter.assign(map.group_element.size(), 0);
  map.inner_parameter = counting(map.inner_element.size());
  return map;
}

/// A group for each channel; a parameter for each group.
IndexMap groups_per_channel(const Shape& shape, std::size_t channel) {
  std::vector<std::size_t> others;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (axis != channel) others.push_back(axis);
  }
  const Shape strides = row_major_strides(shape);
  IndexMap map;
  map.group_element = offsets_over(shape, strides, {channel});
  map.inner_element = offsets_over(shape, strides, others);
  map.group_parameter = counting(map.group_element.size());
  map.inner_parameter.assign(map.inner_element.size(), 0);
  return map;
}

EpsMode eps_mode_of(const std::string& word) {
  constexpr std::array<std::pair<std::string_view, EpsMode>, 4> modes{{
      {"inside", EpsMode::inside},
      {"outside", EpsMode::outside},
      {"floor", EpsMode::floor},
      {"floor_inside", EpsMode::floor_inside},
  }};
  return std::find_if(modes.begin(), modes.end(),
                      [&](const auto& mode) { return mode.first == word; })
      ->second;
}

}  // namespace

CanonicalForm lower(const Question& question) {
  CanonicalForm form;
  form.eps = question.real("eps");
  form.eps_mode = eps_mode_of(question.choice("eps_mode"));
  form.gamma_offset = question.integer("gamma_offset");
  form.rounds_normalized = question.flag("round_normalized");
  const Shape& shape = question.x().shape();
  const std::string& op = question.op().name;
  if (op == "batch_norm_inference") {
    form.location = Location::given;
    form.spread = Spread::given;
    form.clamps_variance = question.flag("clamp_variance");
    form.map = groups_per_channel(
        shape, channel_axis(question.op(), question.attributes(), shape));
    return form;
  }
  if (op == "rms_norm") {
    form.location = Location::none;
    form.spread = Spread::mean_square;
  }
  form.map = groups_over_axes(shape, question.axes("axes"));
  return form;
}

Quantity quantity_of(const Question& question, std::string_view output) {
  constexpr std::array<std::pair<std::string_view, Quantity>, 5> quantities{{
      {"y", Quantity::y},
      {"mean", Quantity::mean},
      {"rstd", Quantity::rstd},
      {"scale", Quantity::scale},
      {"offset", Quantity::offset},
  }};
  const auto found = std::find_if(quantities.begin(), quantities.end(),
                                  [&](const auto& q) { return q.first == output; });
  if (found == quantities.end() || question.op().find_output(output) == nullptr) {
    throw QuestionError(question.op().name, std::string(output), "unknown output");
  }
  return found->second;
}

}  // namespace truenorm
