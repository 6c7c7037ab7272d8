// SPDX-License-Identifier: Apache-2.0
// SPEC 4's formulas, group by group, with the special values of SPEC 6.
#include "oracle/test/twin_derivative.hpp"

namespace truenorm::twin {
namespace {

Extended zero() { return Extended(mpq_class(0)); }

/// m of SPEC 4, with ddof 0.
Extended divisor(const Question& question, const Group& group) {
  const std::string& op = question.op().name;
  const bool is_plain_sum = op == "weight_norm" || op == "lp_normalize";
  return Extended(is_plain_sum ? mpq_class(1) : mpq_class(group.size));
}

bool is_zero_gradient(const Question& question, const Group& group) {
  return group.scale.is_zero() &&
         question.zero_scale_gradient() == ZeroScaleGradient::zero;
}

/// An exact value, and whether an input that it was made of is not finite.
struct Reading {
  Extended value;
  bool meets_nonfinite = false;
};

Reading read(const Question& question, std::string_view name, std::size_t at) {
  const Extended value =
      Extended::from_float((*question.input(name))[static_cast<std::int64_t>(at)]);
  return {value, !value.is_number()};
}

/// w = dy (gamma + gamma_offset)
Reading weight_of(const Question& question, std::size_t at, const Element& element) {
  Reading w = read(question, "dy", at);
  if (element.gamma) {
    w.value = w.value * *element.gamma;
    w.meets_nonfinite |= !element.gamma->is_number();
  }
  return w;
}

/// r (v - <v> - lambda x-hat (1/m) sum of v x-hat), of which dx is one with w for v and
/// the tangent of x-hat another one with that of x.
///
/// values   has an entry for each of `members`; s is not 0
std::vector<Extended> through_group(const Question& question, const Evaluation& result,
                                    const Group& group,
                                    const std::vector<std::size_t>& members,
                                    const std::vector<Reading>& v) {
  Extended sum = zero();
  Extended sum_of_products = zero();
  for (std::size_t i = 0; i < members.size(); ++i) {
    sum = sum + v[i].value;
    sum_of_products =
        sum_of_products + v[i].value * result.elements[members[i]].normalized;
  }
  const Extended mean = sum / Extended(mpq_class(members.size()));
  const Extended projection = sum_of_products / divisor(question, group);
  std::vector<Extended> values;
  for (std::size_t i = 0; i < members.size(); ++i) {
    Extended inner = v[i].value;
    if (has_computed_mean(question)) inner = inner - mean;
    inner =
        inner - group.root_share * result.elements[members[i]].normalized * projection;
    values.push_back(group.reciprocal * inner);
  }
  return values;
}

bool any_meets_nonfinite(const std::vector<Reading>& readings) {
  for (const Reading& reading : readings) {
    if (reading.meets_nonfinite) return true;
  }
  return false;
}

using Weights = std::vector<Reading>;

Weights weights_of(const Question& question, const Evaluation& result,
                   const std::vector<std::size_t>& members) {
  Weights weights;
  for (const std::size_t at : members) {
    weights.push_back(weight_of(question, at, result.elements[at]));
  }
  return weights;
}

void add_dx_of_group(const Question& question, const std::vector<std::size_t>& members,
                     std::size_t number, Evaluation& result) {
  const Group& group = result.groups[number];
  std::vector<OutputElement>& dx = result.outputs["dx"];
  const Weights w = weights_of(question, result, members);
  if (group.scale.is_zero()) {
    const bool is_zero = is_zero_gradient(question, group);
    for (const std::size_t at : members) {
      dx[at] = {is_zero ? zero() : Extended::nan(), number, false, true};
    }
    return;
  }
  if (has_given_statistics(question)) {
    for (std::size_t i = 0; i < members.size(); ++i) {
      dx[members[i]] = {group.reciprocal * w[i].value, number,
                        w[i].meets_nonfinite || !group.spread.is_number(), false};
    }
    return;
  }
  const std::vector<Extended> values =
      through_group(question, result, group, members, w);
  const bool meets_nonfinite = group.has_nonfinite_x || any_meets_nonfinite(w);
  for (std::size_t i = 0; i < members.size(); ++i) {
    dx[members[i]] = {values[i], number, meets_nonfinite, false};
  }
}

void add_dgamma(const Question& question, Evaluation& result) {
  std::vector<OutputElement>& dgamma = result.outputs["dgamma"];
  dgamma.resize(static_cast<std::size_t>(question.input("gamma")->size()));
  for (std::size_t k = 0; k < dgamma.size(); ++k) dgamma[k].group = k;
  for (std::size_t at = 0; at < result.elements.size(); ++at) {
    const Element& element = result.elements[at];
    const Group& group = result.groups[element.group];
    OutputElement& total = dgamma[element.parameter];
    total.meets_zero_scale |= group.scale.is_zero();
    if (is_zero_gradient(question, group)) continue;
    const Reading dy = read(question, "dy", at);
    const Extended term =
        group.scale.is_zero() ? Extended::nan() : dy.value * element.normalized;
    total.value = total.value + term;
    total.meets_nonfinite_input |= dy.meets_nonfinite || element.meets_nonfinite_input;
  }
}

void add_dbeta(const Question& question, Evaluation& result) {
  std::vector<OutputElement>& dbeta = result.outputs["dbeta"];
  dbeta.resize(static_cast<std::size_t>(question.input("beta")->size()));
  for (std::size_t k = 0; k < dbeta.size(); ++k) dbeta[k].group = k;
  for (std::size_t at = 0; at < result.elements.size(); ++at) {
    OutputElement& total = dbeta[result.elements[at].parameter];
    const Reading dy = read(question, "dy", at);
    total.value = total.value + dy.value;
    total.meets_nonfinite_input |= dy.meets_nonfinite;
  }
}

/// dmean = -sum of r w, dvariance = -1/2 sum of w x-hat r^2 lambda
void add_gradients_of_given(const Question& question,
                            const std::vector<std::size_t>& members,
                            std::size_t channel, Evaluation& result) {
  const Group& group = result.groups[channel];
  const Weights w = weights_of(question, result, members);
  const Extended half(mpq_class(1, 2));
  const bool is_undefined = group.scale.is_zero() && !members.empty();
  OutputElement dmean{zero(), channel, false, is_undefined};
  OutputElement dvariance{zero(), channel, !group.spread.is_number(), is_undefined};
  if (is_undefined) {
    dmean.value = Extended::nan();
    dvariance.value = Extended::nan();
  }
  for (std::size_t i = 0; i < members.size() && !is_undefined; ++i) {
    const Element& element = result.elements[members[i]];
    dmean.value = dmean.value - group.reciprocal * w[i].value;
    dmean.meets_nonfinite_input |= w[i].meets_nonfinite || !group.spread.is_number();
    if (group.ignores_spread) continue;
    dvariance.value = dvariance.value - half * w[i].value * element.normalized *
                                            group.reciprocal * group.reciprocal *
                                            group.root_share;
    dvariance.meets_nonfinite_input |=
        w[i].meets_nonfinite || element.meets_nonfinite_input;
  }
  result.outputs["dmean"].push_back(dmean);
  result.outputs["dvariance"].push_back(dvariance);
}

/// The tangents that a question gives, each an input by its name.
struct Tangents {
  bool has_x;
  bool has_gamma;
  bool has_beta;
  bool has_mean;
  bool has_variance;

  explicit Tangents(const Question& question)
      : has_x(question.input("tangent_x") != nullptr),
        has_gamma(question.input("tangent_gamma") != nullptr),
        has_beta(question.input("tangent_beta") != nullptr),
        has_mean(question.input("tangent_mean") != nullptr),
        has_variance(question.input("tangent_variance") != nullptr) {}

  /// Whether a term is left that divides by s.
  [[nodiscard]] bool meet_scale() const {
    return has_x || has_gamma || has_mean || has_variance;
  }
};

using NormalizedTangents = std::vector<std::optional<Reading>>;

/// The tangent of x-hat, by that of x alone.
NormalizedTangents tangents_of_computed(const Question& question,
                                        const Evaluation& result, const Group& group,
                                        const std::vector<std::size_t>& members) {
  NormalizedTangents tangents(members.size());
  if (!Tangents(question).has_x) return tangents;
  std::vector<Reading> v;
  for (const std::size_t at : members) v.push_back(read(question, "tangent_x", at));
  const std::vector<Extended> values =
      through_group(question, result, group, members, v);
  const bool meets_nonfinite = group.has_nonfinite_x || any_meets_nonfinite(v);
  for (std::size_t i = 0; i < members.size(); ++i) {
    tangents[i] = {values[i], meets_nonfinite};
  }
  return tangents;
}

/// r (x-dot - mu-dot) - 1/2 x-hat r^2 lambda q-dot
std::optional<Reading> tangent_of_given(const Question& question,
                                        const Element& element, const Group& group,
                                        std::size_t at) {
  const Tangents given(question);
  std::optional<Reading> tangent;
  if (given.has_x || given.has_mean) {
    tangent = {zero(), !group.spread.is_number()};
    if (given.has_x) {
      const Reading dot = read(question, "tangent_x", at);
      tangent->value = tangent->value + dot.value;
      tangent->meets_nonfinite |= dot.meets_nonfinite;
    }
    if (given.has_mean) {
      const Reading dot = read(question, "tangent_mean", element.group);
      tangent->value = tangent->value - dot.value;
      tangent->meets_nonfinite |= dot.meets_nonfinite;
    }
    tangent->value = group.reciprocal * tangent->value;
  }
  if (given.has_variance && !group.ignores_spread) {
    const Reading dot = read(question, "tangent_variance", element.group);
    const Extended half(mpq_class(1, 2));
    const Extended term = half * element.normalized * group.reciprocal *
                          group.reciprocal * group.root_share * dot.value;
    const bool meets_nonfinite = dot.meets_nonfinite || element.meets_nonfinite_input;
    tangent = tangent ? Reading{tangent->value - term,
                                tangent->meets_nonfinite || meets_nonfinite}
                      : Reading{-term, meets_nonfinite};
  }
  return tangent;
}

void add_tangents_of_group(const Question& question,
                           const std::vector<std::size_t>& members, std::size_t number,
                           Evaluation& result) {
  const Group& group = result.groups[number];
  const Tangents given(question);
  const bool is_undefined = group.scale.is_zero() && given.meet_scale();
  NormalizedTangents normalized(members.size());
  if (!is_undefined && !has_given_statistics(question)) {
    normalized = tangents_of_computed(question, result, group, members);
  }
  for (std::size_t i = 0; i < members.size(); ++i) {
    const std::size_t at = members[i];
    const Element& element = result.elements[at];
    OutputElement& y = result.outputs["tangent_y"][at];
    y = {is_undefined ? Extended::nan() : zero(), number, false, is_undefined};
    if (is_undefined) continue;
    if (has_given_statistics(question))
      normalized[i] = tangent_of_given(question, element, group, at);
    if (normalized[i]) {
      y.value = normalized[i]->value;
      y.meets_nonfinite_input = normalized[i]->meets_nonfinite;
      if (element.gamma) {
        y.value = y.value * *element.gamma;
        y.meets_nonfinite_input |= !element.gamma->is_number();
      }
    }
    if (given.has_gamma) {
      const Reading dot = read(question, "tangent_gamma", element.parameter);
      y.value = y.value + element.normalized * dot.value;
      y.meets_nonfinite_input |= dot.meets_nonfinite || element.meets_nonfinite_input;
    }
    if (given.has_beta) {
      const Reading dot = read(question, "tangent_beta", element.parameter);
      y.value = y.value + dot.value;
      y.meets_nonfinite_input |= dot.meets_nonfinite;
    }
  }
}

}  // namespace

void add_gradients(const Question& question, const Members& members,
                   Evaluation& result) {
  result.outputs["dx"].resize(result.elements.size());
  if (has_given_statistics(question)) {
    result.outputs["dmean"];
    result.outputs["dvariance"];
  }
  for (std::size_t number = 0; number < members.of_groups.size(); ++number) {
    const std::vector<std::size_t>& of_group = members.of_groups[number];
    add_dx_of_group(question, of_group, number, result);
    if (has_given_statistics(question))
      add_gradients_of_given(question, of_group, number, result);
  }
  if (question.input("gamma") != nullptr) add_dgamma(question, result);
  if (question.input("beta") != nullptr) add_dbeta(question, result);
}

void add_tangent(const Question& question, const Members& members, Evaluation& result) {
  result.outputs["tangent_y"].resize(result.elements.size());
  for (std::size_t number = 0; number < members.of_groups.size(); ++number) {
    add_tangents_of_group(question, members.of_groups[number], number, result);
  }
}

}  // namespace truenorm::twin
