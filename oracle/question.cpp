// SPDX-License-Identifier: Apache-2.0
// Checks that a question can be asked: attributes, axes, shapes.
#include "oracle/question.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "oracle/partition.hpp"

namespace truenorm {
namespace {

std::string_view kind_text(AttributeKind kind) {
  switch (kind) {
    case AttributeKind::boolean:
      return "true or false";
    case AttributeKind::integer:
      return "an integer";
    case AttributeKind::real:
      return "a finite number";
    case AttributeKind::axis:
      return "an axis";
    case AttributeKind::axes:
      return "a list of axes";
    case AttributeKind::choice:
      return "a word";
  }
  return {};
}

bool has_kind(const AttributeValue& value, AttributeKind kind) {
  switch (kind) {
    case AttributeKind::boolean:
      return std::holds_alternative<bool>(value);
    case AttributeKind::integer:
    case AttributeKind::axis:
      return std::holds_alternative<std::int64_t>(value);
    case AttributeKind::real:
      return std::holds_alternative<Rational>(value);
    case AttributeKind::axes:
      return std::holds_alternative<std::vector<std::int64_t>>(value);
    case AttributeKind::choice:
      return std::holds_alternative<std::string>(value);
  }
  return false;
}

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

/// The value as one of `choices` would be written.
std::string word_of(const AttributeValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    return std::to_string(*integer);
  }
  return std::get<std::string>(value);
}

void check_attribute(const std::string& op, const AttributeSpec& spec,
                     const AttributeValue& value) {
  if (!has_kind(value, spec.kind)) {
    throw QuestionError(op, spec.name, "must be " + std::string(kind_text(spec.kind)));
  }
  if (spec.choices.empty()) return;
  const std::string word = word_of(value);
  if (std::find(spec.choices.begin(), spec.choices.end(), word) == spec.choices.end()) {
    throw QuestionError(op, spec.name,
                        "'" + word + "' is none of " + listed(spec.choices));
  }
}

/// A real that was given as a double, as the rational that it is.
void make_exact(const std::string& op, const AttributeSpec& spec,
                AttributeValue& value) {
  const auto* number = std::get_if<double>(&value);
  if (number == nullptr || spec.kind != AttributeKind::real) return;
  if (!std::isfinite(*number)) {
    throw QuestionError(op, spec.name, "must be finite, not " + hex_float(*number));
  }
  value = exact(*number);
}

std::int64_t resolve_axis(const std::string& op, const std::string& attribute,
                          std::int64_t axis, std::int64_t rank) {
  if (axis < -rank || axis >= rank) {
    throw QuestionError(op, attribute,
                        "axis " + std::to_string(axis) +
                            " does not exist in an x of rank " + std::to_string(rank));
  }
  return axis < 0 ? axis + rank : axis;
}

std::vector<std::int64_t> resolve_axes(const std::string& op,
                                       const std::vector<std::int64_t>& axes,
                                       std::int64_t rank) {
  std::vector<std::int64_t> resolved;
  std::set<std::int64_t> seen;
  for (const std::int64_t axis : axes) {
    resolved.push_back(resolve_axis(op, "axes", axis, rank));
    if (!seen.insert(resolved.back()).second) {
      throw QuestionError(op, "axes",
                          "axis " + std::to_string(axis) + " is named twice");
    }
  }
  return resolved;
}

/// SPEC 2: the p-th root of a sum of powers meets epsilon only where p = 2.
void check_power(const OperatorSpec& op, const Attributes& resolved) {
  const auto p = resolved.find("p");
  if (p == resolved.end() || std::get<std::string>(p->second) == "2") return;
  const std::string& mode = std::get<std::string>(resolved.find("eps_mode")->second);
  if (mode == "inside" || mode == "floor_inside") {
    throw QuestionError(op.name, "eps_mode", mode + " needs p = 2");
  }
}

/// Every attribute of the operator, as SPEC 3 has them for an x of that rank.
Attributes resolve(const OperatorSpec& op, Attributes given, const Shape& x_shape) {
  for (auto& [attribute, value] : given) {
    const AttributeSpec* spec = op.find_attribute(attribute);
    if (spec == nullptr) throw QuestionError(op.name, attribute, "unknown attribute");
    make_exact(op.name, *spec, value);
    check_attribute(op.name, *spec, value);
  }
  const auto rank = static_cast<std::int64_t>(x_shape.size());
  for (const AttributeSpec& spec : op.attributes) {
    if (!given.contains(spec.name)) {
      if (!spec.default_value) {
        throw QuestionError(op.name, spec.name, "is required and has no default");
      }
      const bool is_scalar_axes = spec.kind == AttributeKind::axes && rank == 0;
      given.emplace(spec.name,
                    is_scalar_axes ? std::vector<std::int64_t>{} : *spec.default_value);
    }
    AttributeValue& value = given.find(spec.name)->second;
    if (spec.kind == AttributeKind::axes) {
      value = resolve_axes(op.name, std::get<std::vector<std::int64_t>>(value), rank);
    }
    if (spec.kind == AttributeKind::axis) {
      value = resolve_axis(op.name, spec.name, std::get<std::int64_t>(value), rank);
    }
  }
  check_power(op, given);
  return given;
}

Shape shape_of_input(const Partition& partition, std::string_view input,
                     const Shape& x_shape) {
  const bool is_like_x = input == "x" || input == "dy" || input == "tangent_x";
  return is_like_x ? x_shape : partition.parameter_shape;
}

/// SPEC 4: what is forward only.
void check_direction(const OperatorSpec& op, Direction direction,
                     const Attributes& resolved) {
  if (direction == Direction::forward) return;
  const auto p = resolved.find("p");
  if (p != resolved.end() && std::get<std::string>(p->second) != "2") {
    throw QuestionError(op.name, "direction",
                        std::string(name(direction)) + " needs p = 2");
  }
  const auto rounds = resolved.find("round_normalized");
  if (rounds != resolved.end() && std::get<bool>(rounds->second)) {
    throw QuestionError(
        op.name, "direction",
        std::string(name(direction)) + " is not defined with round_normalized");
  }
}

/// A tangent belongs to an input that is there.
void check_tangents(const OperatorSpec& op, const Tensors& inputs) {
  constexpr std::string_view prefix = "tangent_";
  for (const auto& [input, tensor] : inputs) {
    if (!input.starts_with(prefix)) continue;
    const std::string primal = input.substr(prefix.size());
    if (!inputs.contains(primal)) {
      throw QuestionError(op.name, input, "is given, but " + primal + " is not");
    }
  }
}

}  // namespace

Question::Question(const OperatorSpec& op, Direction direction, Attributes attributes,
                   Tensors inputs, ZeroScaleGradient zero_scale_gradient)
    : op_(&op),
      direction_(direction),
      inputs_(std::move(inputs)),
      zero_scale_gradient_(zero_scale_gradient) {
  for (const auto& [input_name, tensor] : inputs_) {
    if (!op.find_input(direction, input_name)) {
      throw QuestionError(op.name, input_name, "unknown input");
    }
  }
  for (const InputSpec& spec : op.inputs_of(direction)) {
    if (spec.is_required && !inputs_.contains(spec.name)) {
      throw QuestionError(op.name, spec.name, "is required");
    }
  }
  attributes_ = resolve(op, std::move(attributes), x().shape());
  check_direction(op, direction, attributes_);
  check_tangents(op, inputs_);
  const Partition partition = partition_of(op, attributes_, x().shape());
  for (const auto& [input_name, tensor] : inputs_) {
    const Shape wanted = shape_of_input(partition, input_name, x().shape());
    if (tensor.shape() != wanted) {
      throw QuestionError(op.name, input_name,
                          "has shape " + shape_text(tensor.shape()) +
                              " but x of shape " + shape_text(x().shape()) + " needs " +
                              shape_text(wanted));
    }
  }
}

Shape input_shape(const OperatorSpec& op, const Attributes& attributes,
                  std::string_view input, const Shape& x_shape) {
  const Attributes resolved = resolve(op, attributes, x_shape);
  return shape_of_input(partition_of(op, resolved, x_shape), input, x_shape);
}

const Tensor* Question::input(std::string_view input_name) const {
  const auto found = inputs_.find(input_name);
  return found == inputs_.end() ? nullptr : &found->second;
}

bool Question::flag(std::string_view attribute) const {
  return std::get<bool>(attributes_.find(attribute)->second);
}

std::int64_t Question::integer(std::string_view attribute) const {
  return std::get<std::int64_t>(attributes_.find(attribute)->second);
}

const Rational& Question::real(std::string_view attribute) const {
  return std::get<Rational>(attributes_.find(attribute)->second);
}

const std::vector<std::int64_t>& Question::axes(std::string_view attribute) const {
  return std::get<std::vector<std::int64_t>>(attributes_.find(attribute)->second);
}

const std::string& Question::choice(std::string_view attribute) const {
  return std::get<std::string>(attributes_.find(attribute)->second);
}

std::vector<std::string> Question::outputs() const {
  std::vector<std::string> names;
  for (const OutputSpec& output : op_->outputs_of(direction_)) {
    if (output.is_statistic() || inputs_.contains(output.like)) {
      names.push_back(output.name);
    }
  }
  return names;
}

OutputSpec Question::output_spec(std::string_view output) const {
  const std::optional<OutputSpec> spec = op_->find_output(direction_, output);
  if (!spec) throw QuestionError(op_->name, std::string(output), "unknown output");
  if (!spec->is_statistic() && !inputs_.contains(spec->like)) {
    throw QuestionError(op_->name, std::string(output),
                        "does not exist without the input " + spec->like);
  }
  return *spec;
}

Shape Question::output_shape(std::string_view output) const {
  const OutputSpec spec = output_spec(output);
  if (!spec.is_statistic()) return input(spec.like)->shape();
  return statistic_shape();
}

Shape Question::statistic_shape() const {
  return partition_of(*op_, attributes_, x().shape()).statistic_shape();
}

std::vector<Format> Question::output_formats(std::string_view output) const {
  const OutputSpec spec = output_spec(output);
  if (!spec.is_statistic()) return {input(spec.like)->format()};
  const Format& format = x().format();
  if (format == float32) return {format};
  if (format.storage_bits < float32.storage_bits) return {float32, format};
  return {format, float32};
}

}  // namespace truenorm
