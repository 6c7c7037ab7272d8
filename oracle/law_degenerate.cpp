// SPDX-License-Identifier: Apache-2.0
// SPEC 5.9: groups whose elements are all equal have nothing but beta to say.
#include "oracle/law_case.hpp"

namespace truenorm {
namespace {

/// Every element of a group replaced by the group's first.
Tensor constant_in_groups(const Question& question, const IndexMap& map) {
  Tensor x = question.x();
  for (std::int64_t g = 0; g < map.groups(); ++g) {
    for (std::int64_t i = 1; i < map.group_size(); ++i) {
      x.set_bits(map.element(g, i), x.bits(map.element(g, 0)));
    }
  }
  return x;
}

Question with_x(const Question& question, Tensor x) {
  Tensors inputs = question.inputs();
  inputs.find("x")->second = std::move(x);
  return {question.op(), question.direction(), question.attributes(), std::move(inputs),
          question.zero_scale_gradient()};
}

void prove_value(LawCase& laws, const Question& forward) {
  const std::vector<RootSum> y = laws.told(forward, "y");
  Claims claims = laws.claims("degenerate", "all x equal: y = beta");
  for (std::size_t g = 0; g < laws.groups().size(); ++g) {
    if (!laws.groups()[g].is_regular || !laws.groups()[g].is_constant()) continue;
    const auto group = static_cast<std::int64_t>(g);
    for (std::int64_t i = 0; i < laws.group_size(); ++i) {
      const std::int64_t at = laws.form().map.element(group, i);
      const RootSum beta = laws.beta(group, i);
      // 0 times an infinite gamma is NaN.
      if (!laws.gamma(group, i).is_finite() || !beta.is_finite()) continue;
      claims.equal({"element", at}, y[static_cast<std::size_t>(at)], beta);
    }
  }
  laws.keep(claims);
}

/// values   J = r (1 - <.>) where x-hat = 0, so dx = r (w - <w>): with n = 1 that is 0,
///          in a longer group only for a constant w
void prove_gradient(LawCase& laws, const Question& vjp) {
  // The root of q = 0 has no derivative, unless epsilon is added to it or is its floor.
  if (laws.form().eps_mode == EpsMode::outside) return;
  const std::vector<RootSum> dx = laws.told(vjp, "dx");
  Claims single = laws.claims("degenerate", "n = 1: dx = 0");
  Claims constant = laws.claims("degenerate", "all x equal: dx = r (w - <w>)");
  for (std::size_t g = 0; g < laws.groups().size(); ++g) {
    const LawGroup& group = laws.groups()[g];
    if (!group.is_regular || !group.is_constant() || !group.root_share) continue;
    const auto number = static_cast<std::int64_t>(g);
    std::vector<RootSum> weights;
    RootSum mean;
    for (std::int64_t i = 0; i < laws.group_size(); ++i) {
      weights.push_back(element(*vjp.input("dy"), laws.form().map.element(number, i)) *
                        laws.gamma(number, i));
      mean += weights.back() * Rational(1, laws.group_size());
    }
    if (!mean.is_finite()) continue;
    for (std::int64_t i = 0; i < laws.group_size(); ++i) {
      const std::int64_t at = laws.form().map.element(number, i);
      const RootSum& gradient = dx[static_cast<std::size_t>(at)];
      constant.equal(
          {"element", at}, gradient,
          RootSum(group.reciprocal) * (weights[static_cast<std::size_t>(i)] - mean));
      if (laws.group_size() == 1) single.equal({"element", at}, gradient, RootSum());
    }
  }
  laws.keep(single);
  laws.keep(constant);
}

void prove_parameter_gradient(LawCase& laws, const Question& vjp) {
  if (vjp.input("gamma") == nullptr) return;
  const std::vector<RootSum> dgamma = laws.told(vjp, "dgamma");
  // A parameter that meets a group that is not degenerate, or a dy that is no number,
  // is left out.
  std::vector<bool> is_met_otherwise(dgamma.size(), false);
  for (std::size_t g = 0; g < laws.groups().size(); ++g) {
    const bool is_degenerate =
        laws.groups()[g].is_regular && laws.groups()[g].is_constant();
    const auto group = static_cast<std::int64_t>(g);
    for (std::int64_t i = 0; i < laws.group_size(); ++i) {
      const std::int64_t at = laws.form().map.element(group, i);
      if (is_degenerate && element(*vjp.input("dy"), at).is_finite()) continue;
      is_met_otherwise[static_cast<std::size_t>(laws.form().map.parameter(group, i))] =
          true;
    }
  }
  Claims claims = laws.claims("degenerate", "all x equal: nothing is added to dgamma");
  for (std::size_t k = 0; k < dgamma.size(); ++k) {
    if (is_met_otherwise[k]) continue;
    claims.equal({"parameter", static_cast<std::int64_t>(k)}, dgamma[k], RootSum());
  }
  laws.keep(claims);
}

}  // namespace

void prove_degenerate(LawCase& laws) {
  if (laws.form().location != Location::mean) return;
  // The question itself may have no degenerate group; made constant, all its groups
  // are.
  const Tensor constant = constant_in_groups(laws.question(), laws.form().map);
  const Question degenerate = with_x(laws.question(), constant);
  LawCase made = laws.of(degenerate);
  const Question forward = made.forward();
  prove_value(made, forward);
  if (made.is_differentiable()) {
    const Question vjp = made.vjp();
    prove_gradient(made, vjp);
    prove_parameter_gradient(made, vjp);
  }
  laws.keep_all(made.take_checks());
}

}  // namespace truenorm
