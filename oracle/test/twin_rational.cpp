// SPDX-License-Identifier: Apache-2.0
// SPEC 2, 3 and 6 written out over exact numbers by nested loops over indices.
#include "oracle/test/twin_rational.hpp"

#include <algorithm>
#include <functional>
#include <stdexcept>

namespace truenorm::twin {
namespace {

using Index = std::vector<std::int64_t>;

std::size_t position(const Shape& shape, const Index& index) {
  std::int64_t result = 0;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    result = result * shape[axis] + index[axis];
  }
  return static_cast<std::size_t>(result);
}

/// Calls `visit` with every setting of the named axes of `index`, the last one fastest.
void for_each_setting(const Shape& shape, const std::vector<std::size_t>& axes,
                      Index& index, const std::function<void()>& visit,
                      std::size_t depth = 0) {
  if (depth == axes.size()) {
    visit();
    return;
  }
  const std::size_t axis = axes[depth];
  for (index[axis] = 0; index[axis] < shape[axis]; ++index[axis]) {
    for_each_setting(shape, axes, index, visit, depth + 1);
  }
}

Extended input_at(const Tensor& tensor, std::size_t at) {
  return Extended::from_float(tensor[static_cast<std::int64_t>(at)]);
}

Extended scale_of(const Question& question, const Extended& spread) {
  const Extended eps(attribute_rational(question, "eps"));
  const std::string& mode = question.choice("eps_mode");
  if (mode == "inside") return square_root(spread + eps);
  if (mode == "outside") return square_root(spread) + eps;
  if (mode == "floor") return maximum(square_root(spread), eps);
  if (mode == "floor_inside") return square_root(maximum(spread, eps));
  throw std::logic_error("an eps_mode that SPEC 2 does not have");
}

std::optional<Extended> gamma_at(const Question& question, std::size_t at) {
  const Tensor* gamma = question.input("gamma");
  if (gamma == nullptr) return std::nullopt;
  const Extended offset(mpq_class(question.integer("gamma_offset")));
  return input_at(*gamma, at) + offset;
}

std::optional<Extended> beta_at(const Question& question, std::size_t at) {
  const Tensor* beta = question.input("beta");
  if (beta == nullptr) return std::nullopt;
  return input_at(*beta, at);
}

OutputElement affine(const Question& question, const Element& element,
                     const Group& group) {
  Extended value = element.normalized;
  if (question.flag("round_normalized") && value.is_number()) {
    value = Extended::from_float(round(question.x().format(), value.number()).nearest);
  }
  bool meets_nonfinite = group.has_nonfinite_x || !element.x.is_number() ||
                         !group.mean.is_number() || !group.spread.is_number();
  if (element.gamma) {
    value = value * *element.gamma;
    meets_nonfinite |= !element.gamma->is_number();
  }
  if (element.beta) {
    value = value + *element.beta;
    meets_nonfinite |= !element.beta->is_number();
  }
  return {value, element.group, meets_nonfinite, group.scale.is_zero()};
}

/// The statistics of the values, with SPEC 2's location and spread.
Group measure(const Question& question, const std::vector<Extended>& values) {
  Group group;
  group.size = values.size();
  const Extended count(mpq_class(static_cast<unsigned long>(values.size())));
  const bool has_mean = question.op().name == "layer_norm";
  group.mean = Extended(mpq_class(0));
  for (const Extended& value : values) {
    group.has_nonfinite_x |= !value.is_number();
    if (has_mean) group.mean = group.mean + value;
  }
  if (has_mean) group.mean = group.mean / count;
  Extended squares(mpq_class(0));
  for (const Extended& value : values) {
    const Extended centered = has_mean ? value - group.mean : value;
    squares = squares + centered * centered;
  }
  group.spread = squares / count;
  group.clamped_spread = group.spread;
  group.scale = scale_of(question, group.clamped_spread);
  return group;
}

Evaluation evaluate_slices(const Question& question) {
  const Tensor& x = question.x();
  const Shape& shape = x.shape();
  std::vector<std::size_t> inner;
  for (const std::int64_t axis : question.axes("axes")) {
    inner.push_back(static_cast<std::size_t>(axis));
  }
  std::vector<std::size_t> outer;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (std::find(inner.begin(), inner.end(), axis) == inner.end()) {
      outer.push_back(axis);
    }
  }
  const bool has_mean = question.op().name == "layer_norm";
  Evaluation result;
  result.elements.resize(static_cast<std::size_t>(x.size()));
  std::vector<OutputElement>& y = result.outputs["y"];
  y.resize(static_cast<std::size_t>(x.size()));
  Index index(shape.size());
  for_each_setting(shape, outer, index, [&] {
    std::vector<Extended> values;
    for_each_setting(shape, inner, index,
                     [&] { values.push_back(input_at(x, position(shape, index))); });
    const Group group = measure(question, values);
    const std::size_t group_number = result.groups.size();
    result.groups.push_back(group);
    // gamma's dimensions follow the order of the axes, and so does this loop.
    std::size_t parameter = 0;
    for_each_setting(shape, inner, index, [&] {
      Element element;
      element.group = group_number;
      element.x = values[parameter];
      element.centered = has_mean ? element.x - group.mean : element.x;
      element.normalized = element.centered / group.scale;
      element.gamma = gamma_at(question, parameter);
      element.beta = beta_at(question, parameter);
      const std::size_t at = position(shape, index);
      y[at] = affine(question, element, group);
      result.elements[at] = element;
      ++parameter;
    });
    if (has_mean) {
      result.outputs["mean"].push_back(
          {group.mean, group_number, group.has_nonfinite_x, false});
    }
    result.outputs["rstd"].push_back({Extended(mpq_class(1)) / group.scale,
                                      group_number, group.has_nonfinite_x,
                                      group.scale.is_zero()});
  });
  return result;
}

Evaluation evaluate_channels(const Question& question) {
  const Tensor& x = question.x();
  const Shape& shape = x.shape();
  std::size_t channel_axis = question.flag("batched") ? 1 : 0;
  if (question.choice("layout") == "channels_last") channel_axis = shape.size() - 1;
  const auto channels = static_cast<std::size_t>(shape[channel_axis]);
  Evaluation result;
  for (std::size_t channel = 0; channel < channels; ++channel) {
    Group group;
    group.size = 1;
    group.mean = input_at(*question.input("mean"), channel);
    group.spread = input_at(*question.input("variance"), channel);
    group.clamped_spread = question.flag("clamp_variance")
                               ? maximum(group.spread, Extended(mpq_class(0)))
                               : group.spread;
    group.scale = scale_of(question, group.clamped_spread);
    result.groups.push_back(group);

    const std::optional<Extended> gamma = gamma_at(question, channel);
    const std::optional<Extended> beta = beta_at(question, channel);
    const Extended scale =
        gamma ? *gamma / group.scale : Extended(mpq_class(1)) / group.scale;
    const Extended shifted = group.mean * scale;
    const Extended offset = beta ? *beta - shifted : -shifted;
    const bool scale_meets =
        !group.spread.is_number() || (gamma && !gamma->is_number());
    const bool offset_meets =
        scale_meets || !group.mean.is_number() || (beta && !beta->is_number());
    result.outputs["scale"].push_back(
        {scale, channel, scale_meets, group.scale.is_zero()});
    result.outputs["offset"].push_back(
        {offset, channel, offset_meets, group.scale.is_zero()});
  }
  result.elements.resize(static_cast<std::size_t>(x.size()));
  std::vector<OutputElement>& y = result.outputs["y"];
  y.resize(static_cast<std::size_t>(x.size()));
  std::vector<std::size_t> every_axis(shape.size());
  for (std::size_t axis = 0; axis < shape.size(); ++axis) every_axis[axis] = axis;
  Index index(shape.size());
  for_each_setting(shape, every_axis, index, [&] {
    const std::size_t at = position(shape, index);
    Element element;
    element.group = static_cast<std::size_t>(index[channel_axis]);
    const Group& group = result.groups[element.group];
    element.x = input_at(x, at);
    element.centered = element.x - group.mean;
    element.normalized = element.centered / group.scale;
    element.gamma = gamma_at(question, element.group);
    element.beta = beta_at(question, element.group);
    y[at] = affine(question, element, group);
    result.elements[at] = element;
  });
  return result;
}

}  // namespace

mpq_class attribute_rational(const Question& question, std::string_view attribute) {
  return mpq_class(question.real(attribute).backend().data());
}

Rational to_attribute(const mpq_class& value) { return Rational(value.get_mpq_t()); }

Evaluation evaluate(const Question& question) {
  return question.op().name == "batch_norm_inference" ? evaluate_channels(question)
                                                      : evaluate_slices(question);
}

}  // namespace truenorm::twin
