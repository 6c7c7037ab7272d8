// SPDX-License-Identifier: Apache-2.0
// Checks that a question can be asked: attributes, axes, shapes.
#include "oracle/question.hpp"

#include <algorithm>
#include <set>

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

std::vector<std::int64_t> resolve_axes(const std::string& op,
                                       std::vector<std::int64_t> axes,
                                       std::int64_t rank) {
  std::set<std::int64_t> seen;
  for (std::int64_t& axis : axes) {
    const std::int64_t written = axis;
    if (axis < -rank || axis >= rank) {
      throw QuestionError(op, "axes",
                          "axis " + std::to_string(written) + " of an x of rank " +
                              std::to_string(rank));
    }
    if (axis < 0) axis += rank;
    if (!seen.insert(axis).second) {
      throw QuestionError(op, "axes",
                          "axis " + std::to_string(written) + " is named twice");
    }
  }
  return axes;
}

Attributes resolve(const OperatorSpec& op, Attributes given, const Shape& x_shape) {
  for (const auto& [attribute, value] : given) {
    const AttributeSpec* spec = op.find_attribute(attribute);
    if (spec == nullptr) throw QuestionError(op.name, attribute, "unknown attribute");
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
    if (spec.kind == AttributeKind::axes) {
      auto& axes = std::get<std::vector<std::int64_t>>(given.find(spec.name)->second);
      axes = resolve_axes(op.name, std::move(axes), rank);
    }
  }
  return given;
}

}  // namespace

Question::Question(const OperatorSpec& op, Direction direction, Attributes attributes,
                   Tensors inputs)
    : op_(&op), direction_(direction), inputs_(std::move(inputs)) {
  if (direction != Direction::forward) {
    throw QuestionError(op.name, "direction",
                        std::string(name(direction)) + " is not offered");
  }
  for (const auto& [input_name, tensor] : inputs_) {
    if (op.find_input(input_name) == nullptr) {
      throw QuestionError(op.name, input_name, "unknown input");
    }
  }
  for (const InputSpec& spec : op.inputs) {
    if (spec.is_required && !inputs_.contains(spec.name)) {
      throw QuestionError(op.name, spec.name, "is required");
    }
  }
  attributes_ = resolve(op, std::move(attributes), x().shape());
  for (const auto& [input_name, tensor] : inputs_) {
    if (input_name == "x") continue;
    const Shape wanted = parameter_shape(op, attributes_, x().shape());
    if (tensor.shape() != wanted) {
      throw QuestionError(op.name, input_name,
                          "has shape " + shape_text(tensor.shape()) +
                              " but x of shape " + shape_text(x().shape()) + " needs " +
                              shape_text(wanted));
    }
  }
}

Shape parameter_shape(const OperatorSpec& op, const Attributes& attributes,
                      const Shape& x_shape) {
  const Attributes resolved = resolve(op, attributes, x_shape);
  if (const auto axes = resolved.find("axes"); axes != resolved.end()) {
    Shape shape;
    for (const std::int64_t axis : std::get<std::vector<std::int64_t>>(axes->second)) {
      shape.push_back(x_shape[static_cast<std::size_t>(axis)]);
    }
    return shape;
  }
  return {x_shape[channel_axis(op, resolved, x_shape)]};
}

std::size_t channel_axis(const OperatorSpec& op, const Attributes& resolved,
                         const Shape& x_shape) {
  const bool is_batched = std::get<bool>(resolved.find("batched")->second);
  const std::size_t rank_needed = is_batched ? 2 : 1;
  if (x_shape.size() < rank_needed) {
    throw QuestionError(op.name, "x",
                        "has shape " + shape_text(x_shape) + " but " +
                            (is_batched ? "(N, C, ...)" : "(C, ...)") + " is needed");
  }
  const bool is_first =
      std::get<std::string>(resolved.find("layout")->second) == "channels_first";
  if (!is_first) return x_shape.size() - 1;
  return is_batched ? 1 : 0;
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
  for (const OutputSpec& output : op_->outputs) names.push_back(output.name);
  return names;
}

Shape Question::output_shape(std::string_view output) const {
  const OutputSpec* spec = op_->find_output(output);
  if (spec == nullptr) {
    throw QuestionError(op_->name, std::string(output), "unknown output");
  }
  const Shape& shape = x().shape();
  if (!spec->is_statistic) return shape;
  if (op_->find_attribute("axes") == nullptr) {
    return {shape[channel_axis(*op_, attributes_, shape)]};
  }
  const auto& reduced = axes("axes");
  Shape kept;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    const auto signed_axis = static_cast<std::int64_t>(axis);
    if (std::find(reduced.begin(), reduced.end(), signed_axis) == reduced.end()) {
      kept.push_back(shape[axis]);
    }
  }
  return kept;
}

std::vector<Format> Question::output_formats(std::string_view output) const {
  const OutputSpec* spec = op_->find_output(output);
  if (spec == nullptr) {
    throw QuestionError(op_->name, std::string(output), "unknown output");
  }
  const Format& format = x().format();
  if (!spec->is_statistic || format == float32) return {format};
  if (format.storage_bits < float32.storage_bits) return {float32, format};
  return {format, float32};
}

}  // namespace truenorm
