// SPDX-License-Identifier: Apache-2.0
// Attributes by their kind, tensors by their bits.
#include "runners/mutant/question_of.hpp"

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace truenorm::mutant {
namespace {

Rational real_of(const sdk::Request& request, const std::string& attribute) {
  const std::string fraction = request.exact_real(attribute);
  if (fraction.empty()) return exact(request.real(attribute));
  const std::optional<Rational> value = parse_fraction(fraction);
  if (!value) throw sdk::Failure(attribute + ": '" + fraction + "' is no fraction");
  return *value;
}

AttributeValue value_of(const sdk::Request& request, const AttributeSpec& spec) {
  switch (spec.kind) {
    case AttributeKind::boolean:
      return request.flag(spec.name);
    case AttributeKind::integer:
    case AttributeKind::axis:
      return request.integer(spec.name);
    case AttributeKind::real:
      return real_of(request, spec.name);
    case AttributeKind::axes:
      return request.axes(spec.name);
    case AttributeKind::choice:
      return request.choice(spec.name);
  }
  throw sdk::Failure(spec.name + ": an attribute of no known kind");
}

Tensor tensor_of(const std::string& name, const sdk::Tensor& tensor) {
  const std::optional<Format> format = find_format(tensor.dtype);
  if (!format) throw sdk::Failure(name + ": unknown dtype " + tensor.dtype);
  return {*format, tensor.shape, tensor.bytes};
}

}  // namespace

Question question_of(const sdk::Request& request) {
  const OperatorSpec* op = find_operator(request.op);
  if (op == nullptr) throw sdk::Unsupported("no operator " + request.op);
  const std::optional<Direction> direction = find_direction(request.direction);
  if (!direction) throw sdk::Unsupported("no direction " + request.direction);
  try {
    Attributes attributes;
    for (const AttributeSpec& spec : op->attributes) {
      attributes.emplace(spec.name, value_of(request, spec));
    }
    Tensors inputs;
    for (const auto& [name, tensor] : request.inputs) {
      inputs.emplace(name, tensor_of(name, tensor));
    }
    return {*op, *direction, std::move(attributes), std::move(inputs)};
  } catch (const std::invalid_argument& error) {
    throw sdk::Failure(error.what());
  }
}

sdk::Tensor to_sdk(const Tensor& tensor) {
  return {std::string(tensor.format().name),
          tensor.shape(),
          {tensor.bytes().begin(), tensor.bytes().end()}};
}

}  // namespace truenorm::mutant
