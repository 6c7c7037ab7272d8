// SPDX-License-Identifier: Apache-2.0
// Groups, elements and the forward outputs.
#include "oracle/test/twin_rational.hpp"

#include <stdexcept>

#include "oracle/test/twin_derivative.hpp"
#include "oracle/test/twin_members.hpp"

namespace truenorm::twin {
namespace {

Extended integer(std::size_t value) { return Extended(mpq_class(value)); }

Extended zero() { return integer(0); }
Extended one() { return integer(1); }

Extended input_at(const Question& question, std::string_view name, std::size_t at) {
  return Extended::from_float((*question.input(name))[static_cast<std::int64_t>(at)]);
}

bool has_location(const Question& question) {
  const std::string& op = question.op().name;
  return op != "rms_norm" && op != "weight_norm" && op != "lp_normalize";
}

/// SPEC 3's last column, without y and what belongs to an input.
std::vector<std::string> statistics_of(const Question& question) {
  const std::string& op = question.op().name;
  if (op == "batch_norm") return {"mean", "variance", "rstd"};
  if (op == "layer_norm" || op == "group_norm" || op == "instance_norm") {
    return {"mean", "rstd"};
  }
  if (op == "rms_norm") return {"rstd"};
  if (op == "weight_norm") return {"norm"};
  if (op == "batch_norm_inference") return {"scale", "offset"};
  return {};
}

/// sqrt(q+), or the p-th root of a sum of powers: of the sum itself for p = 1, of the
/// largest magnitude for p = inf.
Extended root_of(const Question& question, const Extended& spread) {
  const bool is_power = question.op().name == "lp_normalize";
  return is_power && question.choice("p") != "2" ? spread : square_root(spread);
}

Extended scale_of(const Question& question, const Extended& spread) {
  const Extended eps(attribute_rational(question, "eps"));
  const std::string& mode = question.choice("eps_mode");
  if (mode == "inside") return square_root(spread + eps);
  if (mode == "outside") return root_of(question, spread) + eps;
  if (mode == "floor") return maximum(root_of(question, spread), eps);
  if (mode == "floor_inside") return square_root(maximum(spread, eps));
  throw std::logic_error("an eps_mode that SPEC 2 does not have");
}

Extended share_above(const Extended& value, const Extended& floor) {
  if (value.is_nan()) return value;
  return (value - floor).sign() >= 0 ? one() : zero();
}

/// lambda, given s.
Extended root_share(const Question& question, const Extended& spread,
                    const Extended& scale) {
  const Extended eps(attribute_rational(question, "eps"));
  const std::string& mode = question.choice("eps_mode");
  if (mode == "inside") return one();
  if (mode == "floor") return share_above(root_of(question, spread), eps);
  if (mode == "floor_inside") return share_above(spread, eps);
  return spread.is_zero() ? Extended::nan() : scale / root_of(question, spread);
}

Extended mean_of(const std::vector<Extended>& values) {
  Extended sum = zero();
  for (const Extended& value : values) sum = sum + value;
  return sum / integer(values.size());
}

Extended sum_of_powers(const std::vector<Extended>& values, const std::string& p) {
  Extended result = zero();
  for (const Extended& value : values) {
    const Extended magnitude = maximum(value, -value);
    if (p == "1") result = result + magnitude;
    if (p == "2") result = result + value * value;
    if (p == "inf") result = maximum(result, magnitude);
  }
  return result;
}

/// q of the values, by SPEC 3's fourth column.
Extended spread_of(const Question& question, const std::vector<Extended>& values,
                   const Extended& mean) {
  const std::string& op = question.op().name;
  if (op == "lp_normalize") return sum_of_powers(values, question.choice("p"));
  std::vector<Extended> centered;
  for (const Extended& value : values) {
    centered.push_back(has_computed_mean(question) ? value - mean : value);
  }
  const Extended sum = sum_of_powers(centered, "2");
  return op == "weight_norm" ? sum : sum / integer(values.size());
}

Group measure(const Question& question, std::size_t number,
              const std::vector<std::size_t>& members) {
  Group group;
  group.size = members.size();
  std::vector<Extended> values;
  for (const std::size_t at : members) {
    values.push_back(input_at(question, "x", at));
    group.has_nonfinite_x |= !values.back().is_number();
  }
  if (has_given_statistics(question)) {
    group.mean = input_at(question, "mean", number);
    group.spread = input_at(question, "variance", number);
  } else {
    group.mean = has_computed_mean(question) ? mean_of(values) : zero();
    group.spread = spread_of(question, values, group.mean);
  }
  const bool clamps = has_given_statistics(question) && question.flag("clamp_variance");
  group.clamped_spread = clamps ? maximum(group.spread, zero()) : group.spread;
  group.scale = scale_of(question, group.clamped_spread);
  group.reciprocal = one() / group.scale;
  group.root_share = root_share(question, group.clamped_spread, group.scale);
  const bool clamp_acts = clamps && !group.spread.is_nan() && group.spread.sign() < 0;
  group.ignores_spread = clamp_acts || group.root_share.is_zero();
  return group;
}

std::vector<Group> measure_all(const Question& question, const Members& members) {
  std::vector<Group> groups;
  for (const std::vector<std::size_t>& of_group : members.of_groups) {
    groups.push_back(measure(question, groups.size(), of_group));
  }
  return groups;
}

/// values   dividing by a number other than 0 is multiplying by its reciprocal
Extended normalized(const Extended& centered, const Group& group) {
  const bool is_regular = group.scale.is_number() && !group.scale.is_zero();
  return is_regular ? centered * group.reciprocal : centered / group.scale;
}

Element element_at(const Question& question, std::size_t at,
                   const Membership& membership, const Group& group) {
  Element element;
  element.group = membership.group;
  element.parameter = membership.parameter;
  element.x = input_at(question, "x", at);
  element.centered = has_location(question) ? element.x - group.mean : element.x;
  element.normalized = normalized(element.centered, group);
  element.meets_nonfinite_input = has_given_statistics(question)
                                      ? !element.x.is_number() ||
                                            !group.mean.is_number() ||
                                            !group.spread.is_number()
                                      : group.has_nonfinite_x;
  if (question.input("gamma") != nullptr) {
    const Extended offset(mpq_class(question.integer("gamma_offset")));
    element.gamma = input_at(question, "gamma", element.parameter) + offset;
  }
  if (question.input("beta") != nullptr) {
    element.beta = input_at(question, "beta", element.parameter);
  }
  return element;
}

bool rounds_normalized(const Question& question) {
  return question.op().find_attribute("round_normalized") != nullptr &&
         question.flag("round_normalized");
}

OutputElement y_of(const Question& question, const Element& element,
                   const Group& group) {
  OutputElement y{element.normalized, element.group, element.meets_nonfinite_input,
                  group.scale.is_zero()};
  if (rounds_normalized(question) && y.value.is_number()) {
    y.value =
        Extended::from_float(round(question.x().format(), y.value.number()).nearest);
  }
  if (element.gamma) {
    y.value = y.value * *element.gamma;
    y.meets_nonfinite_input |= !element.gamma->is_number();
  }
  if (element.beta) {
    y.value = y.value + *element.beta;
    y.meets_nonfinite_input |= !element.beta->is_number();
  }
  return y;
}

/// r' of a running statistic, by the batch's own.
OutputElement running(const Question& question, std::string_view name,
                      const Extended& of_batch, std::size_t number,
                      const Group& group) {
  const Extended old = input_at(question, name, number);
  if (group.size == 0) return {old, number, !old.is_number(), false};
  const Extended momentum(attribute_rational(question, "momentum"));
  const bool is_of_new = question.choice("momentum_of") == "new";
  const Extended share_of_new = is_of_new ? momentum : one() - momentum;
  const Extended share_of_old = is_of_new ? one() - momentum : momentum;
  return {share_of_old * old + share_of_new * of_batch, number,
          group.has_nonfinite_x || !old.is_number(), false};
}

/// The variance that a running variance gathers.
Extended stored_variance(const Question& question, const Group& group) {
  if (question.choice("running_variance_divisor") == "n") return group.spread;
  return integer(group.size) / (integer(group.size) - one()) * group.spread;
}

/// scale and offset of SPEC 5.1.
void add_fold(const Question& question, std::size_t channel, const Group& group,
              Evaluation& result) {
  OutputElement scale{group.reciprocal, channel, !group.spread.is_number(),
                      group.scale.is_zero()};
  if (question.input("gamma") != nullptr) {
    const Extended gamma = input_at(question, "gamma", channel) +
                           Extended(mpq_class(question.integer("gamma_offset")));
    scale.value = gamma / group.scale;
    scale.meets_nonfinite_input |= !gamma.is_number();
  }
  OutputElement offset = scale;
  offset.value = -(group.mean * scale.value);
  offset.meets_nonfinite_input |= !group.mean.is_number();
  if (question.input("beta") != nullptr) {
    const Extended beta = input_at(question, "beta", channel);
    offset.value = beta + offset.value;
    offset.meets_nonfinite_input |= !beta.is_number();
  }
  result.outputs["scale"].push_back(scale);
  result.outputs["offset"].push_back(offset);
}

OutputElement statistic(const std::string& name, std::size_t number,
                        const Group& group) {
  OutputElement result{group.mean, number, group.has_nonfinite_x, false};
  if (name == "variance") result.value = group.spread;
  if (name == "norm") result.value = group.scale;
  if (name == "rstd") {
    result.value = group.reciprocal;
    result.meets_zero_scale = group.scale.is_zero();
  }
  return result;
}

void add_statistics(const Question& question, std::size_t number, const Group& group,
                    Evaluation& result) {
  for (const std::string& name : statistics_of(question)) {
    result.outputs[name].push_back(statistic(name, number, group));
  }
  if (question.input("running_mean") != nullptr) {
    result.outputs["running_mean"].push_back(
        running(question, "running_mean", group.mean, number, group));
  }
  if (question.input("running_variance") != nullptr) {
    result.outputs["running_variance"].push_back(running(
        question, "running_variance", stored_variance(question, group), number, group));
  }
}

/// Outputs are there even if they have no elements.
void name_forward_outputs(const Question& question, Evaluation& result) {
  result.outputs["y"];
  for (const std::string& name : statistics_of(question)) result.outputs[name];
  for (const char* name : {"running_mean", "running_variance"}) {
    if (question.input(name) != nullptr) result.outputs[name];
  }
}

void add_forward(const Question& question, Evaluation& result) {
  name_forward_outputs(question, result);
  for (const Element& element : result.elements) {
    result.outputs["y"].push_back(
        y_of(question, element, result.groups[element.group]));
  }
  for (std::size_t number = 0; number < result.groups.size(); ++number) {
    const Group& group = result.groups[number];
    if (has_given_statistics(question)) {
      add_fold(question, number, group, result);
    } else {
      add_statistics(question, number, group, result);
    }
  }
}

}  // namespace

mpq_class attribute_rational(const Question& question, std::string_view attribute) {
  return mpq_class(question.real(attribute).backend().data());
}

Rational to_attribute(const mpq_class& value) { return Rational(value.get_mpq_t()); }

bool has_given_statistics(const Question& question) {
  return question.op().name == "batch_norm_inference";
}

bool has_computed_mean(const Question& question) {
  return has_location(question) && !has_given_statistics(question);
}

std::vector<Group> measure_groups(const Question& question) {
  return measure_all(question, members_of(question));
}

Evaluation evaluate(const Question& question) {
  const Members members = members_of(question);
  Evaluation result;
  result.groups = measure_all(question, members);
  for (std::size_t at = 0; at < members.of_element.size(); ++at) {
    const Membership& membership = members.of_element[at];
    result.elements.push_back(
        element_at(question, at, membership, result.groups[membership.group]));
  }
  switch (question.direction()) {
    case Direction::forward:
      add_forward(question, result);
      break;
    case Direction::vjp:
      add_gradients(question, members, result);
      break;
    case Direction::jvp:
      add_tangent(question, members, result);
      break;
  }
  return result;
}

}  // namespace truenorm::twin
