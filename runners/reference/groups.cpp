// SPDX-License-Identifier: Apache-2.0
// Each operator's way of telling the axes along the groups from those within one.
#include "runners/reference/groups.hpp"

#include <algorithm>

namespace truenorm::reference {
namespace {

struct Axis {
  std::size_t size = 0;
  std::size_t stride = 0;
  std::size_t parameter_stride = 0;
};
using Axes = std::vector<Axis>;

struct Cut {
  Axes group;
  Axes inner;
};

/// The axes of a row-major tensor; no parameter varies along them yet.
Axes axes_of(const std::vector<std::int64_t>& shape) {
  Axes axes(shape.size());
  std::size_t stride = 1;
  for (std::size_t i = shape.size(); i-- > 0;) {
    axes[i] = {static_cast<std::size_t>(shape[i]), stride, 0};
    stride *= axes[i].size;
  }
  return axes;
}

std::vector<std::size_t> offsets(const Axes& axes, std::size_t Axis::*stride) {
  std::vector<std::size_t> found{0};
  for (const Axis& axis : axes) {
    std::vector<std::size_t> longer;
    longer.reserve(found.size() * axis.size);
    for (const std::size_t offset : found) {
      for (std::size_t i = 0; i < axis.size; ++i) {
        longer.push_back(offset + i * axis.*stride);
      }
    }
    found = std::move(longer);
  }
  return found;
}

/// Some axes along the groups, the others within them.
template <typename IsAlongGroups>
Cut cut(const Axes& axes, const IsAlongGroups& is_along_groups) {
  Cut result;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    (is_along_groups(i) ? result.group : result.inner).push_back(axes[i]);
  }
  return result;
}

/// The parameters have the named axes in the order in which they are named.
Cut over_named_axes(const sdk::Request& request, const Axes& axes) {
  const std::vector<std::int64_t> named = request.axes("axes");
  Cut result = cut(axes, [&](std::size_t i) {
    return std::find(named.begin(), named.end(), static_cast<std::int64_t>(i)) ==
           named.end();
  });
  result.inner.clear();
  for (const std::int64_t i : named) {
    result.inner.push_back(axes[static_cast<std::size_t>(i)]);
  }
  std::size_t stride = 1;
  for (std::size_t i = result.inner.size(); i-- > 0;) {
    result.inner[i].parameter_stride = stride;
    stride *= result.inner[i].size;
  }
  return result;
}

std::size_t channel_axis(const sdk::Request& request, const Axes& axes,
                         bool has_samples) {
  const std::size_t first = has_samples ? 1 : 0;
  if (axes.size() <= first) throw sdk::Failure("x has no channel axis");
  return request.choice("layout") == "channels_last" ? axes.size() - 1 : first;
}

/// group_norm's channels are two axes: the group of channels, and the place in it.
Cut over_channel_groups(const sdk::Request& request, const Axes& axes) {
  const std::size_t channel = channel_axis(request, axes, true);
  const auto groups = static_cast<std::size_t>(request.integer("groups"));
  const std::size_t members = axes[channel].size / groups;
  const std::size_t stride = axes[channel].stride;
  const bool is_per_group = request.choice("affine") == "per_group";
  Cut result{{axes[0], {groups, stride * members, is_per_group ? 1 : members}}, {}};
  for (std::size_t i = 1; i < axes.size(); ++i) {
    result.inner.push_back(
        i == channel ? Axis{members, stride, is_per_group ? std::size_t{0} : 1}
                     : axes[i]);
  }
  return result;
}

Cut over_channels(const sdk::Request& request, Axes axes, bool has_sample_groups) {
  const bool has_samples = request.flag("batched");
  const std::size_t channel = channel_axis(request, axes, has_samples);
  axes[channel].parameter_stride = 1;
  return cut(axes, [&](std::size_t i) {
    return i == channel || (has_sample_groups && has_samples && i == 0);
  });
}

Cut along_dim(const sdk::Request& request, Axes axes) {
  const auto dim = static_cast<std::size_t>(request.integer("dim"));
  for (Axis& axis : axes) axis.parameter_stride = axis.stride;
  return cut(axes, [&](std::size_t i) { return i != dim; });
}

Cut over_all_but_dim(const sdk::Request& request, Axes axes) {
  const auto dim = static_cast<std::size_t>(request.integer("dim"));
  axes.at(dim).parameter_stride = 1;
  return cut(axes, [&](std::size_t i) { return i == dim; });
}

Cut cut_of(const sdk::Request& request, const Axes& axes) {
  const std::string& op = request.op;
  if (op == "layer_norm" || op == "rms_norm") return over_named_axes(request, axes);
  if (op == "group_norm") return over_channel_groups(request, axes);
  if (op == "instance_norm") return over_channels(request, axes, true);
  if (op == "batch_norm" || op == "batch_norm_inference") {
    return over_channels(request, axes, false);
  }
  if (op == "normalize_along_dim" || op == "lp_normalize") {
    return along_dim(request, axes);
  }
  if (op == "weight_norm") return over_all_but_dim(request, axes);
  throw sdk::Unsupported("no operator " + op);
}

}  // namespace

Groups groups_of(const sdk::Request& request, const std::vector<std::int64_t>& shape) {
  const Cut axes = cut_of(request, axes_of(shape));
  Groups groups{offsets(axes.group, &Axis::stride),
                offsets(axes.inner, &Axis::stride),
                offsets(axes.group, &Axis::parameter_stride),
                offsets(axes.inner, &Axis::parameter_stride),
                {}};
  for (const Axis& axis : axes.group) {
    groups.statistic_shape.push_back(static_cast<std::int64_t>(axis.size));
  }
  return groups;
}

}  // namespace truenorm::reference
