// SPDX-License-Identifier: Apache-2.0
// The partitions, one for each way of grouping.
#include "oracle/partition.hpp"

#include <algorithm>
#include <stdexcept>

#include "oracle/planted.hpp"
#include "oracle/question.hpp"

namespace truenorm {
namespace {

Shape row_major_strides(const Shape& shape) {
  Shape strides(shape.size(), 1);
  for (std::size_t axis = shape.size(); axis-- > 1;) {
    strides[axis - 1] = strides[axis] * shape[axis];
  }
  return strides;
}

/// As if the first axis varied fastest: a fault to plant.
Shape column_major_strides(const Shape& shape) {
  Shape strides = row_major_strides({shape.rbegin(), shape.rend()});
  std::reverse(strides.begin(), strides.end());
  return strides;
}

/// x's own axes, all of them within the group.
Partition one_group(const Shape& shape) {
  Partition partition;
  partition.shape = shape;
  partition.strides = row_major_strides(shape);
  partition.parameter_strides.assign(shape.size(), 0);
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    partition.inner_axes.push_back(axis);
  }
  return partition;
}

/// Moves an axis from the inside of the groups to their outside.
void separate(Partition& partition, std::size_t axis) {
  std::erase(partition.inner_axes, axis);
  partition.group_axes.push_back(axis);
  std::sort(partition.group_axes.begin(), partition.group_axes.end());
}

Partition over_axes(const Attributes& resolved, const Shape& shape) {
  Partition partition = one_group(shape);
  partition.inner_axes.clear();
  const auto& axes = std::get<std::vector<std::int64_t>>(resolved.find("axes")->second);
  for (const std::int64_t axis : axes) {
    partition.inner_axes.push_back(static_cast<std::size_t>(axis));
    partition.parameter_shape.push_back(shape[partition.inner_axes.back()]);
  }
  const Shape strides = is_planted("parameters_transposed")
                            ? column_major_strides(partition.parameter_shape)
                            : row_major_strides(partition.parameter_shape);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    partition.parameter_strides[partition.inner_axes[i]] = strides[i];
  }
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    const auto& inner = partition.inner_axes;
    if (std::find(inner.begin(), inner.end(), axis) == inner.end()) {
      partition.group_axes.push_back(axis);
    }
  }
  return partition;
}

bool is_batched(const Attributes& resolved) {
  const auto batched = resolved.find("batched");
  return batched == resolved.end() || std::get<bool>(batched->second);
}

std::size_t channel_axis(const OperatorSpec& op, const Attributes& resolved,
                         const Shape& x_shape) {
  const bool has_samples = is_batched(resolved);
  if (x_shape.size() < (has_samples ? 2 : 1)) {
    throw QuestionError(op.name, "x",
                        "has shape " + shape_text(x_shape) + " but " +
                            (has_samples ? "(N, C, ...)" : "(C, ...)") + " is needed");
  }
  const bool is_first =
      std::get<std::string>(resolved.find("layout")->second) == "channels_first";
  if (!is_first && !is_planted("layout_ignored")) return x_shape.size() - 1;
  return has_samples ? 1 : 0;
}

Partition over_channel_groups(const OperatorSpec& op, const Attributes& resolved,
                              const Shape& shape) {
  const std::size_t channel = channel_axis(op, resolved, shape);
  const std::int64_t groups = std::get<std::int64_t>(resolved.find("groups")->second);
  if (groups < 1 || shape[channel] % groups != 0) {
    throw QuestionError(op.name, "groups",
                        std::to_string(groups) + " does not divide the " +
                            std::to_string(shape[channel]) +
                            " channels of an x of shape " + shape_text(shape));
  }
  const std::int64_t members = shape[channel] / groups;
  Shape split = shape;
  split[channel] = members;
  split.insert(split.begin() + static_cast<std::ptrdiff_t>(channel), groups);
  Partition partition = one_group(split);
  separate(partition, 0);
  separate(partition, channel);
  const bool is_per_group =
      std::get<std::string>(resolved.find("affine")->second) == "per_group";
  partition.parameter_shape = {is_per_group ? groups : shape[channel]};
  partition.parameter_strides[channel] =
      is_per_group || is_planted("gamma_of_group") ? 1 : members;
  partition.parameter_strides[channel + 1] = is_per_group ? 0 : 1;
  return partition;
}

Partition over_channels(const OperatorSpec& op, const Attributes& resolved,
                        const Shape& shape) {
  const std::size_t channel = channel_axis(op, resolved, shape);
  Partition partition = one_group(shape);
  separate(partition, channel);
  if (op.grouping == Grouping::sample_channel && is_batched(resolved) &&
      !is_planted("samples_pooled")) {
    separate(partition, 0);
  }
  partition.parameter_shape = {shape[channel]};
  partition.parameter_strides[channel] = 1;
  return partition;
}

std::size_t named_dim(const Attributes& resolved) {
  return static_cast<std::size_t>(std::get<std::int64_t>(resolved.find("dim")->second));
}

Partition along_dim(const Attributes& resolved, const Shape& shape) {
  Partition partition = one_group(shape);
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (axis != named_dim(resolved)) separate(partition, axis);
  }
  partition.parameter_shape = shape;
  partition.parameter_strides = partition.strides;
  return partition;
}

Partition over_all_but_dim(const Attributes& resolved, const Shape& shape) {
  const std::size_t dim = named_dim(resolved);
  Partition partition = one_group(shape);
  separate(partition, dim);
  partition.parameter_shape = {shape[dim]};
  partition.parameter_strides[dim] = 1;
  return partition;
}

}  // namespace

Shape Partition::statistic_shape() const {
  Shape kept;
  for (const std::size_t axis : group_axes) kept.push_back(shape[axis]);
  return kept;
}

Partition partition_of(const OperatorSpec& op, const Attributes& resolved,
                       const Shape& x_shape) {
  try {
    static_cast<void>(element_count(x_shape));
  } catch (const std::overflow_error& error) {
    throw QuestionError(op.name, "x", error.what());
  }
  switch (op.grouping) {
    case Grouping::axes:
      return over_axes(resolved, x_shape);
    case Grouping::channel_groups:
      return over_channel_groups(op, resolved, x_shape);
    case Grouping::sample_channel:
    case Grouping::channel:
      return over_channels(op, resolved, x_shape);
    case Grouping::dim:
      return along_dim(resolved, x_shape);
    case Grouping::all_but_dim:
      return over_all_but_dim(resolved, x_shape);
  }
  return {};
}

}  // namespace truenorm
