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

AttributeSpec axis_attribute(std::int64_t default_value) {
  return {"dim", AttributeKind::axis, default_value, {}};
}

AttributeSpec with_default(AttributeSpec spec, AttributeValue value) {
  spec.default_value = std::move(value);
  return spec;
}

AttributeSpec layout_attribute() {
  return choice_attribute("layout", {"channels_first", "channels_last"});
}

AttributeSpec eps_mode_attribute() {
  return choice_attribute("eps_mode", {"inside", "outside", "floor", "floor_inside"});
}

/// The attributes of every operator that has a gamma, after its own.
std::vector<AttributeSpec> with_affine(std::vector<AttributeSpec> attributes) {
  attributes.push_back(eps_mode_attribute());
  attributes.push_back(
      {"gamma_offset", AttributeKind::integer, std::int64_t{0}, {"0", "1"}});
  attributes.push_back(flag_attribute("round_normalized", false));
  return attributes;
}

InputSpec x_input() { return {"x", true}; }
InputSpec gamma_input() { return {"gamma", false}; }
InputSpec beta_input() { return {"beta", false}; }
OutputSpec y_output() { return {"y", "x"}; }
OutputSpec mean_output() { return {"mean", ""}; }
OutputSpec rstd_output() { return {"rstd", ""}; }

OperatorSpec layer_norm() {
  return {"layer_norm",
          Grouping::axes,
          Location::mean,
          Spread::variance,
          {x_input(), gamma_input(), beta_input()},
          {y_output(), mean_output(), rstd_output()},
          with_affine({axes_attribute(), eps_attribute()})};
}

OperatorSpec rms_norm() {
  return {"rms_norm",
          Grouping::axes,
          Location::none,
          Spread::mean_square,
          {x_input(), gamma_input(), beta_input()},
          {y_output(), rstd_output()},
          with_affine({axes_attribute(), required(eps_attribute())})};
}

OperatorSpec group_norm() {
  return {"group_norm",
          Grouping::channel_groups,
          Location::mean,
          Spread::variance,
          {x_input(), gamma_input(), beta_input()},
          {y_output(), mean_output(), rstd_output()},
          with_affine({required({"groups", AttributeKind::integer, {}, {}}),
                       layout_attribute(), eps_attribute(),
                       choice_attribute("affine", {"per_channel", "per_group"})})};
}

OperatorSpec instance_norm() {
  return {"instance_norm",
          Grouping::sample_channel,
          Location::mean,
          Spread::variance,
          {x_input(), gamma_input(), beta_input()},
          {y_output(), mean_output(), rstd_output()},
          with_affine(
              {layout_attribute(), flag_attribute("batched", true), eps_attribute()})};
}

OperatorSpec batch_norm() {
  return {
      "batch_norm",
      Grouping::channel,
      Location::mean,
      Spread::variance,
      {x_input(),
       gamma_input(),
       beta_input(),
       {"running_mean", false},
       {"running_variance", false}},
      {y_output(),
       mean_output(),
       {"variance", ""},
       rstd_output(),
       {"running_mean", "running_mean"},
       {"running_variance", "running_variance"}},
      with_affine({layout_attribute(),
                   flag_attribute("batched", true),
                   eps_attribute(),
                   {"momentum", AttributeKind::real, exact(0.1), {}},
                   choice_attribute("momentum_of", {"new", "old"}),
                   choice_attribute("running_variance_divisor", {"n_minus_1", "n"})})};
}

OperatorSpec batch_norm_inference() {
  return {"batch_norm_inference",
          Grouping::channel,
          Location::given,
          Spread::given,
          {x_input(), {"mean", true}, {"variance", true}, gamma_input(), beta_input()},
          {y_output(), {"scale", ""}, {"offset", ""}},
          with_affine({layout_attribute(), flag_attribute("batched", true),
                       eps_attribute(), flag_attribute("clamp_variance", false)})};
}

OperatorSpec normalize_along_dim() {
  return {"normalize_along_dim",
          Grouping::dim,
          Location::mean,
          Spread::variance,
          {x_input(), gamma_input(), beta_input()},
          {y_output()},
          with_affine({axis_attribute(-1), eps_attribute()})};
}

OperatorSpec weight_norm() {
  return {"weight_norm",
          Grouping::all_but_dim,
          Location::none,
          Spread::sum_square,
          {x_input(), gamma_input()},
          {y_output(), {"norm", ""}},
          with_affine({axis_attribute(0), with_default(eps_attribute(), Rational(0))})};
}

OperatorSpec lp_normalize() {
  return {"lp_normalize",
          Grouping::dim,
          Location::none,
          Spread::sum_power,
          {x_input()},
          {y_output()},
          {with_default(choice_attribute("p", {"1", "2", "inf"}), std::string("2")),
           axis_attribute(-1), with_default(eps_attribute(), exact(1e-12)),
           with_default(eps_mode_attribute(), std::string("floor"))}};
}

bool is_running(const std::string& input) { return input.starts_with("running_"); }

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

std::vector<InputSpec> OperatorSpec::inputs_of(Direction direction) const {
  if (direction == Direction::forward) return inputs;
  std::vector<InputSpec> all;
  for (const InputSpec& input : inputs) {
    if (!is_running(input.name)) all.push_back(input);
  }
  if (direction == Direction::vjp) {
    all.push_back({"dy", true});
    return all;
  }
  const std::vector<InputSpec> primals = all;
  for (const InputSpec& input : primals) {
    all.push_back({"tangent_" + input.name, false});
  }
  return all;
}

std::vector<OutputSpec> OperatorSpec::outputs_of(Direction direction) const {
  if (direction == Direction::forward) return outputs;
  if (direction == Direction::jvp) return {{"tangent_y", "x"}};
  std::vector<OutputSpec> gradients;
  for (const InputSpec& input : inputs) {
    if (!is_running(input.name)) gradients.push_back({"d" + input.name, input.name});
  }
  return gradients;
}

std::optional<InputSpec> OperatorSpec::find_input(Direction direction,
                                                  std::string_view input) const {
  const std::vector<InputSpec> all = inputs_of(direction);
  const InputSpec* found = find_by_name(all, input);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

std::optional<OutputSpec> OperatorSpec::find_output(Direction direction,
                                                    std::string_view output) const {
  const std::vector<OutputSpec> all = outputs_of(direction);
  const OutputSpec* found = find_by_name(all, output);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

std::span<const OperatorSpec> operators() {
  static const std::vector<OperatorSpec> table = {
      layer_norm(),          rms_norm(),    group_norm(),
      instance_norm(),       batch_norm(),  batch_norm_inference(),
      normalize_along_dim(), weight_norm(), lp_normalize(),
  };
  return table;
}

const OperatorSpec* find_operator(std::string_view operator_name) {
  return find_by_name(operators(), operator_name);
}

}  // namespace truenorm
