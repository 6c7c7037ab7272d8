// SPDX-License-Identifier: Apache-2.0
// SPEC 8's S, formula by formula, with its own names.
#include "oracle/test/attainable_twin.hpp"

#include <algorithm>
#include <cmath>

namespace truenorm::twin {
namespace {

using Real = long double;

Real magnitude_of(const Extended& value) {
  return value.is_number() ? std::fabs(approximate(value.number())) : 0;
}

Real magnitude_of(const mpq_class& value) {
  return std::fabs(approximate({value, 0, 0}));
}

/// 0/0 counts as 0.
Real quotient(Real numerator, Real denominator) {
  return numerator == 0 ? 0 : numerator / denominator;
}

Extended rational(const mpq_class& value) { return Extended(value); }

/// m of SPEC 4 and 8.
std::size_t divisor_of(const Question& question, std::size_t group_size) {
  const std::string& op = question.op().name;
  return op == "weight_norm" || op == "lp_normalize" ? 1 : group_size;
}

/// p of an lp_normalize; 2 for every other operator.
std::string power_of(const Question& question) {
  return question.op().name == "lp_normalize" ? question.choice("p") : "2";
}

/// values   0 where there is no scale, on which nothing that is a number depends
Real kappa_of(const Question& question, const Symbols& s) {
  if (s.r == 0) return 0;
  const Real eps = magnitude_of(attribute_rational(question, "eps"));
  const std::string& mode = question.choice("eps_mode");
  if (mode == "inside") return quotient(s.q + eps, s.q_plus_eps);
  if (mode == "outside") return (std::sqrt(s.q) + eps) * s.r;
  return 1;
}

}  // namespace

AttainableTwin::AttainableTwin(const Question& question, const Evaluation& evaluation,
                               long double unit_roundoff)
    : question_(question), evaluation_(evaluation), u_(unit_roundoff) {
  std::vector<std::vector<std::size_t>> members(evaluation.groups.size());
  for (std::size_t at = 0; at < evaluation.elements.size(); ++at) {
    const Element& element = evaluation.elements[at];
    place_in_group_.push_back(members[element.group].size());
    members[element.group].push_back(at);
    if (meetings_.size() <= element.parameter) meetings_.resize(element.parameter + 1);
    meetings_[element.parameter].push_back(at);
    elements_.push_back({magnitude_of(element.x),
                         magnitude_of(element.normalized),
                         element.gamma ? magnitude_of(*element.gamma) : 1,
                         element.beta ? magnitude_of(*element.beta) : 0,
                         {}});
  }
  for (std::size_t number = 0; number < members.size(); ++number) {
    groups_.push_back(symbols_of(number, members[number]));
  }
  for (std::size_t at = 0; at < elements_.size(); ++at) {
    const Symbols& s = groups_[evaluation.elements[at].group];
    elements_[at].X = error_of_normalized(s, elements_[at]);
  }
  if (has_given_statistics(question)) return;
  if (!has_input("dy") && !has_input("tangent_x")) return;
  for (std::size_t number = 0; number < members.size(); ++number) {
    std::vector<Extended> v;
    for (const std::size_t at : members[number]) {
      Extended entry = input_at(has_input("dy") ? "dy" : "tangent_x", at);
      const Element& element = evaluation.elements[at];
      if (has_input("dy") && element.gamma) entry = entry * *element.gamma;
      v.push_back(entry);
    }
    sums_.push_back(product_sums(groups_[number], evaluation.groups[number], v));
  }
}

bool AttainableTwin::has_input(std::string_view name) const {
  return question_.input(name) != nullptr;
}

Extended AttainableTwin::input_at(std::string_view name, std::size_t at) const {
  if (!has_input(name)) return rational(0);
  const Tensor& tensor = *question_.input(name);
  return Extended::from_float(tensor[static_cast<std::int64_t>(at)]);
}

Real AttainableTwin::magnitude_at(std::string_view name, std::size_t at) const {
  return magnitude_of(input_at(name, at));
}

bool AttainableTwin::is_outside() const {
  return question_.choice("eps_mode") == "outside";
}

Symbols AttainableTwin::symbols_of(std::size_t number,
                                   std::vector<std::size_t> members) const {
  const Group& group = evaluation_.groups[number];
  Symbols s;
  s.members = std::move(members);
  s.m = static_cast<Real>(divisor_of(question_, group.size));
  s.mu = magnitude_of(group.mean);
  const bool has_scale = group.scale.is_number() && !group.scale.is_zero();
  s.r = has_scale ? 1 / magnitude_of(group.scale) : 0;
  s.q = magnitude_of(group.clamped_spread);
  s.has_numbers =
      has_scale && group.mean.is_number() && group.clamped_spread.is_number();
  if (group.clamped_spread.is_number()) {
    const mpq_class eps = attribute_rational(question_, "eps");
    s.q_plus_eps = magnitude_of(mpq_class(group.clamped_spread.number().a + eps));
  }
  s.kappa = kappa_of(question_, s);
  add_means(group, s);
  add_rho(s);
  return s;
}

void AttainableTwin::add_means(const Group& group, Symbols& s) const {
  const auto n = static_cast<Real>(group.size);
  for (const std::size_t at : s.members) {
    s.mean_magnitude += elements_[at].x / n;
    s.sum_of_squares += elements_[at].x * elements_[at].x;
  }
  if (has_computed_mean(question_) && group.size > 0) {
    s.f = 1 - 1 / n;
    s.M = 3 * s.f * s.mean_magnitude;
  }
  Real spreads = 0;
  for (const std::size_t at : s.members) {
    const Real c = magnitude_of(evaluation_.elements[at].centered);
    spreads += c * (elements_[at].x + s.M) / s.m;
  }
  s.V = 2 * spreads + 4 * s.q + 4 * u_ * s.M * s.M;
}

void AttainableTwin::add_rho(Symbols& s) const {
  Real products = 0;
  for (const std::size_t at : s.members) {
    products += elements_[at].x_hat * elements_[at].x / s.m;
  }
  const Real of_mean = s.r * s.M;
  s.rho = is_outside() ? quotient(products, std::sqrt(s.q)) + s.kappa / 2 + of_mean
                       : s.r * products + s.kappa / 2 + 2 * u_ * of_mean * of_mean;
  const Real cap = 1 / (3 * u_);
  s.rho_is_capped = s.rho > cap;
  s.rho = std::min(s.rho, cap);
}

Reach AttainableTwin::error_of_normalized(const Symbols& s,
                                          const Magnitudes& element) const {
  if (has_given_statistics(question_)) {
    return {s.r * (element.x + s.mu) + s.kappa / 2 * element.x_hat, false};
  }
  const Real X = s.r * (s.f * element.x + s.M) + s.rho * element.x_hat;
  const Real cap = (1 + element.x_hat) / (3 * u_);
  return {std::min(X, cap), s.rho_is_capped || X > cap};
}

ProductSums AttainableTwin::product_sums(const Symbols& s, const Group& group,
                                         const std::vector<Extended>& v) const {
  ProductSums sums;
  Extended sum = rational(0);
  Extended projection = rational(0);
  for (std::size_t i = 0; i < v.size(); ++i) {
    const Magnitudes& element = elements_[s.members[i]];
    sums.mean += magnitude_of(v[i]) / static_cast<Real>(v.size());
    sums.products += magnitude_of(v[i]) * element.x_hat / s.m;
    sums.errors += magnitude_of(v[i]) * element.X.S / s.m;
    sums.is_capped |= element.X.is_capped;
    sum = sum + v[i];
    projection = projection + v[i] * evaluation_.elements[s.members[i]].normalized;
  }
  if (v.empty()) return sums;
  projection = projection / rational(divisor_of(question_, v.size()));
  sums.projection = magnitude_of(projection);
  Extended mean = sum / rational(v.size());
  if (!has_computed_mean(question_)) {
    mean = rational(0);
    sums.mean = 0;
  }
  for (std::size_t i = 0; i < v.size(); ++i) {
    const Extended& x_hat = evaluation_.elements[s.members[i]].normalized;
    sums.image.push_back(group.reciprocal *
                         (v[i] - mean - group.root_share * x_hat * projection));
  }
  return sums;
}

Reach AttainableTwin::reach(std::string_view output, std::size_t index) const {
  if (output == "y") return of_y(index);
  if (output == "scale" || output == "offset") return of_fold(output, index);
  if (output.starts_with("running_")) return of_running(output, index);
  if (output == "dx") return of_dx(index);
  if (output == "dgamma") return of_dgamma(index);
  if (output == "dbeta") return of_dbeta(index);
  if (output == "dmean" || output == "dvariance") return of_given(output, index);
  if (output == "tangent_y") return of_tangent(index);
  return of_statistic(output, index);
}

Reach AttainableTwin::of_y(std::size_t at) const {
  const Magnitudes& element = elements_[at];
  const std::string p = power_of(question_);
  if (p == "1") return {4 * element.x_hat, false};
  if (p == "inf") return {2 * element.x_hat, false};
  return {element.gamma * (element.X.S + element.x_hat) + element.beta,
          element.X.is_capped};
}

Reach AttainableTwin::of_statistic(std::string_view output, std::size_t number) const {
  const Symbols& s = groups_[number];
  if (output == "mean") return {4 * s.f * s.mean_magnitude, false};
  if (output == "variance") return {s.V, false};
  if (output == "norm")
    return {2 * magnitude_of(evaluation_.groups[number].scale), false};
  if (is_outside()) return {s.r * (s.rho + 1), s.rho_is_capped};
  const Real relative = s.V / 2 * s.r * s.r;
  const Real cap = 1 / (3 * u_);
  return {s.r * (std::min(relative, cap) + 1), relative > cap};
}

Reach AttainableTwin::of_fold(std::string_view output, std::size_t channel) const {
  const Symbols& s = groups_[channel];
  const Extended& scale = evaluation_.outputs.at("scale")[channel].value;
  if (output == "scale") return {(1 + s.kappa / 2) * magnitude_of(scale), false};
  const Extended product = evaluation_.groups[channel].mean * scale;
  return {magnitude_at("beta", channel) + (2 + s.kappa / 2) * magnitude_of(product),
          false};
}

Reach AttainableTwin::of_running(std::string_view output, std::size_t number) const {
  const Real old = magnitude_at(output, number);
  const auto n = static_cast<Real>(evaluation_.groups[number].size);
  if (n == 0) return {old, false};
  const mpq_class momentum = attribute_rational(question_, "momentum");
  const Real p = magnitude_of(momentum);
  const Real both = magnitude_of(mpq_class(1 - momentum)) + p;
  Real batch = of_statistic("mean", number).S;
  if (output == "running_variance") {
    const bool is_unbiased =
        question_.choice("running_variance_divisor") == "n_minus_1";
    batch = groups_[number].V * (is_unbiased ? n / (n - 1) : 1);
  }
  if (question_.choice("momentum_of") == "new") return {both * old + p * batch, false};
  return {p * old + both * batch, false};
}

Reach AttainableTwin::of_product(const Symbols& s, const ProductSums& sums,
                                 std::size_t at, Real v, Real entry) const {
  const Real x_hat = elements_[at].x_hat;
  const Real X = elements_[at].X.S;
  return {s.r * (v + 3 * sums.mean + x_hat * (3 * sums.products + sums.errors) +
                 X * (sums.projection + 4 * u_ * sums.errors)) +
              s.rho * entry,
          sums.is_capped};
}

Reach AttainableTwin::of_dx(std::size_t at) const {
  const std::size_t number = evaluation_.elements[at].group;
  const Symbols& s = groups_[number];
  const Real dx = magnitude_of(evaluation_.outputs.at("dx")[at].value);
  if (has_given_statistics(question_)) return {(1 + s.kappa / 2) * dx, false};
  const Real w = magnitude_at("dy", at) * elements_[at].gamma;
  return of_product(s, sums_[number], at, w, dx);
}

Reach AttainableTwin::of_dgamma(std::size_t parameter) const {
  Reach reach;
  if (parameter >= meetings_.size()) return reach;
  for (const std::size_t at : meetings_[parameter]) {
    const Magnitudes& element = elements_[at];
    reach.S += magnitude_at("dy", at) * (element.X.S + 3 * element.x_hat);
    reach.is_capped |= element.X.is_capped;
  }
  return reach;
}

Reach AttainableTwin::of_dbeta(std::size_t parameter) const {
  if (parameter >= meetings_.size() || meetings_[parameter].empty()) return {};
  Real sum = 0;
  for (const std::size_t at : meetings_[parameter]) sum += magnitude_at("dy", at);
  const auto K = static_cast<Real>(meetings_[parameter].size());
  return {3 * (1 - 1 / K) * sum, false};
}

Real AttainableTwin::variance_term(const Symbols& s, const Magnitudes& element) const {
  // lambda = s/sqrt(q) multiplies the gradient itself, and so what moves it.
  const Real lambda =
      is_outside() && s.q > 0 && s.r > 0 ? 1 / (s.r * std::sqrt(s.q)) : 1;
  return lambda * s.r * s.r * (element.X.S + (4 + s.kappa) * element.x_hat) / 2;
}

Reach AttainableTwin::of_given(std::string_view output, std::size_t channel) const {
  const Symbols& s = groups_[channel];
  Reach reach;
  for (const std::size_t at : s.members) {
    const Real w = magnitude_at("dy", at) * elements_[at].gamma;
    reach.S += w * (output == "dmean" ? 3 * s.r : variance_term(s, elements_[at]));
  }
  // The one r of all terms, where q + eps nearly cancel.
  if (output == "dmean") {
    reach.S += (s.kappa - 1) / 2 *
               magnitude_of(evaluation_.outputs.at("dmean")[channel].value);
  }
  return reach;
}

Extended AttainableTwin::normalized_tangent(std::size_t at) const {
  const Element& element = evaluation_.elements[at];
  const Group& group = evaluation_.groups[element.group];
  if (!has_given_statistics(question_)) {
    return has_input("tangent_x") ? sums_[element.group].image[place_in_group_[at]]
                                  : rational(0);
  }
  Extended tangent = rational(0);
  if (has_input("tangent_x") || has_input("tangent_mean")) {
    tangent = group.reciprocal *
              (input_at("tangent_x", at) - input_at("tangent_mean", element.group));
  }
  if (!has_input("tangent_variance") || group.ignores_spread) return tangent;
  const Extended half = rational(mpq_class(1, 2));
  return tangent - half * group.root_share * element.normalized * group.reciprocal *
                       group.reciprocal * input_at("tangent_variance", element.group);
}

Reach AttainableTwin::of_normalized_tangent(std::size_t at, Real entry) const {
  const std::size_t number = evaluation_.elements[at].group;
  const Symbols& s = groups_[number];
  if (has_given_statistics(question_)) {
    const Real of_location =
        magnitude_at("tangent_x", at) + magnitude_at("tangent_mean", number);
    return {
        (1 + s.kappa / 2) * s.r * of_location +
            variance_term(s, elements_[at]) * magnitude_at("tangent_variance", number),
        false};
  }
  if (!has_input("tangent_x")) return {};
  return of_product(s, sums_[number], at, magnitude_at("tangent_x", at), entry);
}

Reach AttainableTwin::of_tangent(std::size_t at) const {
  const Magnitudes& element = elements_[at];
  const std::size_t parameter = evaluation_.elements[at].parameter;
  const Real entry = magnitude_of(normalized_tangent(at));
  const Real of_gamma = magnitude_at("tangent_gamma", parameter);
  Reach reach = of_normalized_tangent(at, entry);
  reach.S = (reach.S + entry) * element.gamma +
            (element.X.S + element.x_hat) * of_gamma +
            magnitude_at("tangent_beta", parameter);
  reach.is_capped |= of_gamma != 0 && element.X.is_capped;
  return reach;
}

Real AttainableTwin::rounding_on_the_way(std::string_view output,
                                         std::size_t index) const {
  if (output != "y" || question_.op().find_attribute("round_normalized") == nullptr ||
      !question_.flag("round_normalized")) {
    return 0;
  }
  const Element& element = evaluation_.elements[index];
  if (!groups_[element.group].has_numbers) return 0;
  const Rounding x_hat = round(question_.x().format(), element.normalized.number());
  return std::ldexp(elements_[index].gamma / 2, static_cast<int>(x_hat.ulp_exponent));
}

std::vector<std::size_t> AttainableTwin::sources(std::string_view output,
                                                 std::size_t index) const {
  if (output != "dgamma" && output != "dbeta") {
    return {evaluation_.outputs.find(output)->second[index].group};
  }
  std::vector<std::size_t> groups;
  if (index >= meetings_.size()) return groups;
  for (const std::size_t at : meetings_[index]) {
    groups.push_back(evaluation_.elements[at].group);
  }
  return groups;
}

}  // namespace truenorm::twin
