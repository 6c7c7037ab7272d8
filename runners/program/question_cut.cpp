// SPDX-License-Identifier: Apache-2.0
// A range along each axis of the partition; whatever the operator, tensors are copied by
// the strides of both partitions.
#include "runners/program/question_cut.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "oracle/coordinates.hpp"
#include "oracle/partition.hpp"

namespace truenorm {
namespace {

/// What a number of an output belongs to.
enum class Belongs { to_element, to_group, to_parameter };

struct Range {
  std::int64_t begin;
  std::int64_t length;
};

Belongs belonging(const Question& question, std::string_view output) {
  const OutputSpec spec = *question.op().find_output(question.direction(), output);
  if (spec.is_statistic()) return Belongs::to_group;
  return spec.like == "x" ? Belongs::to_element : Belongs::to_parameter;
}

bool is_like_x(std::string_view input) {
  return input == "x" || input == "dy" || input == "tangent_x";
}

/// The place of a parameter along the axes that it depends on; 0 along the others.
std::vector<std::int64_t> parameter_place(const Partition& partition,
                                          std::int64_t index) {
  std::vector<std::int64_t> place(partition.shape.size(), 0);
  for (std::size_t axis = 0; axis < place.size(); ++axis) {
    const std::int64_t stride = partition.parameter_strides[axis];
    if (stride != 0) place[axis] = index / stride % partition.shape[axis];
  }
  return place;
}

/// The place of a group along the axes that tell groups apart; 0 along the others.
std::vector<std::int64_t> group_place(const Partition& partition, std::int64_t group) {
  std::vector<std::int64_t> place(partition.shape.size(), 0);
  const std::vector<std::int64_t> along =
      coordinates(group, partition.statistic_shape());
  for (std::size_t k = 0; k < along.size(); ++k) {
    place[partition.group_axes[k]] = along[k];
  }
  return place;
}

std::int64_t offset(const std::vector<std::int64_t>& place, const Shape& strides) {
  std::int64_t sum = 0;
  for (std::size_t axis = 0; axis < place.size(); ++axis) {
    sum += place[axis] * strides[axis];
  }
  return sum;
}

class Cutter {
 public:
  Cutter(const Question& question, std::string_view output, std::int64_t element)
      : question_(question),
        whole_(
            partition_of(question.op(), question.attributes(), question.x().shape())),
        belongs_(belonging(question, output)),
        place_(place_of(element)) {
    for (const std::int64_t length : whole_.shape) ranges_.push_back({0, length});
    for (const std::size_t axis : whole_.group_axes) {
      // A gradient sums over the groups that meet its parameter.
      const bool is_summed =
          belongs_ == Belongs::to_parameter && whole_.parameter_strides[axis] == 0;
      if (!is_summed) narrow(axis);
    }
    const bool has_own_statistics = question.op().location != Location::given;
    if (has_own_statistics || belongs_ == Belongs::to_parameter) return;
    for (const std::size_t axis : whole_.inner_axes) narrow(axis);
  }

  [[nodiscard]] QuestionCut cut() const {
    Attributes attributes = question_.attributes();
    const Shape x_shape = cut_x_shape(attributes);
    const Partition part = partition_of(question_.op(), attributes, x_shape);
    Tensors inputs;
    for (const auto& [name, tensor] : question_.inputs()) {
      inputs.emplace(name, is_like_x(name) ? cut_like_x(tensor, x_shape, part)
                                           : cut_parameter(tensor, part));
    }
    return {Question(question_.op(), question_.direction(), std::move(attributes),
                     std::move(inputs), question_.zero_scale_gradient()),
            element_in(part), x_shape == question_.x().shape()};
  }

 private:
  [[nodiscard]] std::vector<std::int64_t> place_of(std::int64_t element) const {
    switch (belongs_) {
      case Belongs::to_element:
        return coordinates(element, whole_.shape);
      case Belongs::to_group:
        return group_place(whole_, element);
      case Belongs::to_parameter:
        return parameter_place(whole_, element);
    }
    return {};
  }

  void narrow(std::size_t axis) {
    ranges_[axis] = {place_[axis], std::min<std::int64_t>(1, whole_.shape[axis])};
  }

  /// The shape of x; group_norm's channels are two axes of the partition, and its number
  /// of groups an attribute.
  [[nodiscard]] Shape cut_x_shape(Attributes& attributes) const {
    Shape shape;
    for (const Range& range : ranges_) shape.push_back(range.length);
    if (question_.op().grouping == Grouping::channel_groups) {
      const std::size_t groups = whole_.group_axes[1];
      attributes.find("groups")->second = shape[groups];
      shape[groups + 1] *= shape[groups];
      shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(groups));
    }
    return shape;
  }

  /// The place in the whole of a place in the part.
  [[nodiscard]] std::vector<std::int64_t> in_whole(
      std::vector<std::int64_t> place) const {
    for (std::size_t axis = 0; axis < place.size(); ++axis) {
      place[axis] += ranges_[axis].begin;
    }
    return place;
  }

  [[nodiscard]] Tensor cut_like_x(const Tensor& tensor, const Shape& x_shape,
                                  const Partition& part) const {
    Tensor result(tensor.format(), x_shape);
    for (std::int64_t i = 0; i < result.size(); ++i) {
      const auto place = in_whole(coordinates(i, part.shape));
      result.set_bits(i, tensor.bits(offset(place, whole_.strides)));
    }
    return result;
  }

  [[nodiscard]] Tensor cut_parameter(const Tensor& tensor,
                                     const Partition& part) const {
    Tensor result(tensor.format(), part.parameter_shape);
    for (std::int64_t i = 0; i < result.size(); ++i) {
      const auto place = in_whole(parameter_place(part, i));
      result.set_bits(i, tensor.bits(offset(place, whole_.parameter_strides)));
    }
    return result;
  }

  [[nodiscard]] std::int64_t element_in(const Partition& part) const {
    std::vector<std::int64_t> place = place_;
    for (std::size_t axis = 0; axis < place.size(); ++axis) {
      place[axis] -= ranges_[axis].begin;
    }
    switch (belongs_) {
      case Belongs::to_element:
        return offset(place, part.strides);
      case Belongs::to_group:
        return 0;
      case Belongs::to_parameter:
        return offset(place, part.parameter_strides);
    }
    return 0;
  }

  const Question& question_;
  Partition whole_;
  Belongs belongs_;
  std::vector<std::int64_t> place_;
  std::vector<Range> ranges_;
};

}  // namespace

QuestionCut cut_to(const Question& question, std::string_view output,
                   std::int64_t element) {
  return Cutter(question, output, element).cut();
}

}  // namespace truenorm
