// SPDX-License-Identifier: Apache-2.0
// The table of operators, a row each.
#include "oracle/operators.hpp"

#include <algorithm>

namespace truenorm {
namespace {

template <typename Specs>
const auto* find_by_name(const Specs& specs, std::string_view name) {
  const auto found = std::find_if(specs.begin(), specs.end(),
                                  [&](const auto& spec) { return spec.name == name; });
  return found == specs.end() ? nullptr : &*found;
}

AttributeSpec axes_attribute() {
  return {"axes", AttributeKind::axes, std::vector<std::int64_t>{-1}, {}};
}

AttributeSpec eps_attribute() { return {"eps", AttributeKind::real, exact(1e-5), {}}; }

AttributeSpec required(AttributeSpec spec) {
  spec.default_value.reset();
  return spec;
}

AttributeSpec flag_attribute(std::string attribute, bool default_value) {
  return {std::move(attribute), AttributeKind::boolean, default_value, {}};
}

AttributeSpec choice_attribute(std::string attribute,
                               std::vector<std::string> choices) {
  std::string default_value = choices.front();
  return {std::move(attribute), AttributeKind::choice, std::move(default_value),
          std::move(choices)};
}

/// The attributes of every operator that has a gamma.
std::vector<AttributeSpec> with_affine(std::vector<AttributeSpec> attributes) {
  attributes.push_back(
      choice_attribute("eps_mode", {"inside", "outside", "floor", "floor_inside"}));
  attributes.push_back(
      {"gamma_offset", AttributeKind::integer, std::int64_t{0}, {"0", "1"}});
  attributes.push_back(flag_attribute("round_normalized", false));
  return attributes;
}

std::vector<OperatorSpec> make_operators() {
  const InputSpec x{"x", true};
  const InputSpec gamma{"gamma", false};
  const InputSpec beta{"beta", false};
  const OutputSpec y{"y", false};
  return {
      {"layer_norm",
       {x, gamma, beta},
       {y, {"mean", true}, {"rstd", true}},
       with_affine({axes_attribute(), eps_attribute()})},
      {"rms_norm",
       {x, gamma, beta},
       {y, {"rstd", true}},
       with_affine({axes_attribute(), required(eps_attribute())})},
      {"batch_norm_inference",
       {x, {"mean", true}, {"variance", true}, gamma, beta},
       {y, {"scale", true}, {"offset", true}},
       with_affine({choice_attribute("layout", {"channels_first", "channels_last"}),
                    flag_attribute("batched", true), eps_attribute(),
                    flag_attribute("clamp_variance", false)})},
  };
}

}  // namespace

std::string_view name(Direction direction) {
  switch (direction) {
    case Direction::forward:
      return "forward";
    case Direction::vjp:
      return "vjp";
    case Direction::jvp:
      return "jvp";
  }
  return {};
}

std::optional<Direction> find_direction(std::string_view direction_name) {
  for (const Direction d : {Direction::forward, Direction::vjp, Direction::jvp}) {
    if (name(d) == direction_name) return d;
  }
  return std::nullopt;
}

const AttributeSpec* OperatorSpec::find_attribute(std::string_view attribute) const {
  return find_by_name(attributes, attribute);
}

const InputSpec* OperatorSpec::find_input(std::string_view input) const {
  return find_by_name(inputs, input);
}

const OutputSpec* OperatorSpec::find_output(std::string_view output) const {
  return find_by_name(outputs, output);
}

std::span<const OperatorSpec> operators() {
  static const std::vector<OperatorSpec> table = make_operators();
  return table;
}

const OperatorSpec* find_operator(std::string_view operator_name) {
  return find_by_name(operators(), operator_name);
}

}  // namespace truenorm
