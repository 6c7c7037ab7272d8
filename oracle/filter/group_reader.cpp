// SPDX-License-Identifier: Apache-2.0
// Runs along the innermost axis: contiguous, constant or strided.
#include "oracle/filter/group_reader.hpp"

#include <algorithm>

#include "oracle/filter/kernels.hpp"

namespace truenorm::filter {
namespace {

void read_run(const Tensor& tensor, std::int64_t offset, std::int64_t stride,
              std::size_t count, double* to) {
  if (stride == 1) {
    const auto width = static_cast<std::size_t>(tensor.format().storage_bits) / 8;
    const std::byte* from =
        tensor.bytes().data() + static_cast<std::size_t>(offset) * width;
    kernels().decode(tensor.format(), from, count, to);
  } else if (stride == 0) {
    std::fill_n(to, count, tensor[offset]);
  } else {
    for (std::size_t i = 0; i < count; ++i) {
      to[i] = tensor[offset + static_cast<std::int64_t>(i) * stride];
    }
  }
}

}  // namespace

GroupReader::GroupReader(const IndexMap& map, Along along) : map_(map), along_(along) {
  const auto stride_of = [&](const IndexMap::Axis& axis) {
    return along == Along::elements ? axis.element_stride : axis.parameter_stride;
  };
  for (const IndexMap::Axis& axis : map.inner_axes) {
    const Axis next{axis.length, stride_of(axis)};
    // Neighbours that the map keeps apart may be one for these strides.
    if (!axes_.empty() && axes_.back().stride == next.length * next.stride) {
      axes_.back() = {axes_.back().length * next.length, next.stride};
    } else {
      axes_.push_back(next);
    }
  }
  if (axes_.empty()) axes_.push_back({1, 0});
  is_same_ =
      std::all_of(map.group_axes.begin(), map.group_axes.end(),
                  [&](const IndexMap::Axis& axis) { return stride_of(axis) == 0; });
}

void GroupReader::read(const Tensor& tensor, std::int64_t group, std::int64_t begin,
                       std::size_t count, double* to) const {
  for_each_run(group, begin, count,
               [&](std::int64_t offset, std::int64_t stride, std::size_t run) {
                 read_run(tensor, offset, stride, run, to);
                 to += run;
               });
}

const double* GroupReader::find(const Tensor& tensor, std::int64_t group,
                                std::int64_t begin, std::size_t count) const {
  if (tensor.format() != float64 || axes_.back().stride != 1) return nullptr;
  const double* found = nullptr;
  for_each_run(group, begin, count,
               [&](std::int64_t offset, std::int64_t /*stride*/, std::size_t run) {
                 const auto at = static_cast<std::size_t>(offset) * sizeof(double);
                 if (run != count) return;
                 found = reinterpret_cast<const double*>(tensor.bytes().data() + at);
               });
  return found;
}

}  // namespace truenorm::filter
