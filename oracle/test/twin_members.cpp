// SPDX-License-Identifier: Apache-2.0
// The table of SPEC 3 as two lists of axes for each operator.
#include "oracle/test/twin_members.hpp"

#include <algorithm>
#include <stdexcept>

namespace truenorm::twin {
namespace {

using Index = std::vector<std::int64_t>;
using Axes = std::vector<std::size_t>;

/// Along which coordinates groups differ, and along which the parameters do. Both count
/// in row-major order of their list.
struct Plan {
  Axes group_axes;
  Axes parameter_axes;
};

/// The extents of an index, and of the group of channels where that is one more
/// coordinate, after x's own.
Shape extents_of(const Question& question) {
  Shape extents = question.x().shape();
  if (question.op().name == "group_norm") extents.push_back(question.integer("groups"));
  return extents;
}

bool is_batched(const Question& question) {
  return question.op().find_attribute("batched") == nullptr || question.flag("batched");
}

std::size_t channel_axis(const Question& question) {
  if (question.choice("layout") == "channels_last") {
    return question.x().shape().size() - 1;
  }
  return is_batched(question) ? 1 : 0;
}

Axes all_axes(const Question& question) {
  Axes axes;
  for (std::size_t axis = 0; axis < question.x().shape().size(); ++axis) {
    axes.push_back(axis);
  }
  return axes;
}

Axes all_but(const Question& question, const Axes& left_out) {
  Axes axes = all_axes(question);
  for (const std::size_t axis : left_out) std::erase(axes, axis);
  return axes;
}

Plan plan_of(const Question& question) {
  const std::string& op = question.op().name;
  if (op == "layer_norm" || op == "rms_norm") {
    Axes named;
    for (const std::int64_t axis : question.axes("axes")) {
      named.push_back(static_cast<std::size_t>(axis));
    }
    return {all_but(question, named), named};
  }
  if (op == "group_norm") {
    const std::size_t channel = channel_axis(question);
    const std::size_t channel_group = question.x().shape().size();
    const bool is_per_group = question.choice("affine") == "per_group";
    return {{0, channel_group}, {is_per_group ? channel_group : channel}};
  }
  if (op == "instance_norm" && is_batched(question)) {
    return {{0, channel_axis(question)}, {channel_axis(question)}};
  }
  if (op == "instance_norm" || op == "batch_norm" || op == "batch_norm_inference") {
    return {{channel_axis(question)}, {channel_axis(question)}};
  }
  const auto dim = static_cast<std::size_t>(question.integer("dim"));
  if (op == "normalize_along_dim")
    return {all_but(question, {dim}), all_axes(question)};
  if (op == "weight_norm") return {{dim}, {dim}};
  if (op == "lp_normalize") return {all_but(question, {dim}), {}};
  throw std::logic_error("an operator that SPEC 3 does not have");
}

std::size_t position_along(const Axes& axes, const Shape& extents, const Index& index) {
  std::int64_t result = 0;
  for (const std::size_t axis : axes) result = result * extents[axis] + index[axis];
  return static_cast<std::size_t>(result);
}

std::size_t count_along(const Axes& axes, const Shape& extents) {
  std::int64_t count = 1;
  for (const std::size_t axis : axes) count *= extents[axis];
  return static_cast<std::size_t>(count);
}

/// The row-major successor; 0 everywhere after the last index.
void advance(Index& index, const Shape& shape) {
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    if (++index[axis] < shape[axis]) return;
    index[axis] = 0;
  }
}

}  // namespace

Members members_of(const Question& question) {
  const Shape& shape = question.x().shape();
  const Shape extents = extents_of(question);
  const Plan plan = plan_of(question);
  Members members;
  members.of_groups.resize(count_along(plan.group_axes, extents));
  Index index(extents.size());
  const auto count = static_cast<std::size_t>(question.x().size());
  for (std::size_t at = 0; at < count; ++at) {
    if (question.op().name == "group_norm") {
      const std::size_t channel = channel_axis(question);
      index.back() = index[channel] * extents.back() / shape[channel];
    }
    const Membership membership{position_along(plan.group_axes, extents, index),
                                position_along(plan.parameter_axes, extents, index)};
    members.of_element.push_back(membership);
    members.of_groups[membership.group].push_back(at);
    advance(index, shape);
  }
  return members;
}

}  // namespace truenorm::twin
