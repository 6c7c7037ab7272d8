// SPDX-License-Identifier: Apache-2.0
// The rows of SPEC 3, each read off an element's coordinates.
#include "oracle/test/placement.hpp"

#include <algorithm>

namespace truenorm::twin {
namespace {

using Coordinates = std::vector<std::int64_t>;
using Axes = std::vector<std::int64_t>;

Coordinates coordinates_of(const Shape& shape, std::int64_t element) {
  Coordinates result(shape.size());
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    result[axis] = element % shape[axis];
    element /= shape[axis];
  }
  return result;
}

/// The row-major index over some of the axes, the last named one running fastest.
std::int64_t index_over(const Axes& axes, const Shape& shape, const Coordinates& at) {
  std::int64_t index = 0;
  for (const std::int64_t axis : axes) {
    const auto i = static_cast<std::size_t>(axis);
    index = index * shape[i] + at[i];
  }
  return index;
}

/// The axes that remain, in x's order.
Axes without(const Axes& axes, const Shape& shape) {
  Axes rest;
  for (std::int64_t axis = 0; axis < static_cast<std::int64_t>(shape.size()); ++axis) {
    if (std::find(axes.begin(), axes.end(), axis) == axes.end()) rest.push_back(axis);
  }
  return rest;
}

/// The axis that attribute `dim` names.
std::int64_t dim_of(const Question& question) {
  return std::get<std::int64_t>(question.attributes().find("dim")->second);
}

Place place_by_channel(const Question& question, const Coordinates& at) {
  const std::string& op = question.op().name;
  const Shape& shape = question.x().shape();
  const bool has_samples = op == "group_norm" || question.flag("batched");
  const std::size_t last = shape.size() - 1;
  const std::size_t first = has_samples ? 1 : 0;
  const std::size_t axis = question.choice("layout") == "channels_last" ? last : first;
  const std::int64_t channel = at[axis];
  if (op == "group_norm") {
    const std::int64_t groups = question.integer("groups");
    const std::int64_t group = channel * groups / shape[axis];
    const bool is_per_group = question.choice("affine") == "per_group";
    return {at[0] * groups + group, is_per_group ? group : channel};
  }
  const bool is_per_sample = op == "instance_norm" && has_samples;
  return {is_per_sample ? at[0] * shape[axis] + channel : channel, channel};
}

Place place_of(const Question& question, std::int64_t element) {
  const std::string& op = question.op().name;
  const Shape& shape = question.x().shape();
  const Coordinates at = coordinates_of(shape, element);
  if (op == "layer_norm" || op == "rms_norm") {
    const Axes& axes = question.axes("axes");
    return {index_over(without(axes, shape), shape, at), index_over(axes, shape, at)};
  }
  if (op == "normalize_along_dim" || op == "lp_normalize") {
    return {index_over(without({dim_of(question)}, shape), shape, at), element};
  }
  if (op == "weight_norm") {
    const std::int64_t index = at[static_cast<std::size_t>(dim_of(question))];
    return {index, index};
  }
  return place_by_channel(question, at);
}

}  // namespace

std::vector<Place> places_of(const Question& question) {
  std::vector<Place> places;
  for (std::int64_t element = 0; element < question.x().size(); ++element) {
    places.push_back(place_of(question, element));
  }
  return places;
}

}  // namespace truenorm::twin
