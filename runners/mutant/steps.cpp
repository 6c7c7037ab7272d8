// SPDX-License-Identifier: Apache-2.0
// SPEC 2 and 4, step by step.
#include "runners/mutant/steps.hpp"

#include <algorithm>
#include <cmath>

namespace truenorm::mutant {
namespace {

Real spread_about(const Setting& setting, Reals x, Real mean) {
  const CanonicalForm& form = setting.form;
  const auto divisor = static_cast<Real>(form.divisor());
  if (form.spread == Spread::sum_power && form.power == Power::one) {
    return sum_of(terms_of(x, [](Real a) { return std::fabs(a); }));
  }
  if (form.spread == Spread::sum_power && form.power == Power::infinity) {
    Real largest = 0;
    for (const Real a : x) largest = maximum(largest, std::fabs(a));
    return largest;
  }
  return sum_of(terms_of(x, [&](Real a) { return (a - mean) * (a - mean); })) / divisor;
}

Real root_of(const CanonicalForm& form, Real spread) {
  return form.power == Power::two ? std::sqrt(spread) : spread;
}

Real scale_of(const Setting& setting, Real spread) {
  switch (setting.form.eps_mode) {
    case EpsMode::inside:
      return std::sqrt(spread + setting.eps);
    case EpsMode::outside:
      return root_of(setting.form, spread) + setting.eps;
    case EpsMode::floor:
      return maximum(root_of(setting.form, spread), setting.eps);
    case EpsMode::floor_inside:
      return std::sqrt(maximum(spread, setting.eps));
  }
  return spread;
}

std::vector<Real> jacobian_product(const Setting& setting, const Group& group,
                                   Reals v) {
  std::vector<Real> product(v.begin(), v.end());
  if (setting.form.spread == Spread::given) {
    for (Real& entry : product) entry /= group.scale;
    return product;
  }
  const auto n = static_cast<Real>(v.size());
  std::vector<Real> along;
  for (std::size_t i = 0; i < v.size(); ++i) along.push_back(v[i] * group.x_hat[i]);
  const Real projection = root_share(setting, group.spread, group.scale) *
                          (sum_of(along) / static_cast<Real>(setting.form.divisor()));
  const Real mean = setting.form.location == Location::mean ? sum_of(v) / n : 0;
  for (std::size_t i = 0; i < v.size(); ++i) {
    product[i] = (v[i] - mean - group.x_hat[i] * projection) / group.scale;
  }
  return product;
}

}  // namespace

Real Setting::stored(Real value) const {
  return round_to_nearest(question.x().format(), static_cast<double>(value));
}

Real Setting::working(Real value) const {
  if (question.x().format() == float64) return static_cast<double>(value);
  return static_cast<float>(value);
}

Real sum_of(Reals terms) {
  Real sum = 0;
  Real rest = 0;
  for (const Real term : terms) {
    const Real next = sum + term;
    if (std::isfinite(next)) {
      rest +=
          std::fabs(sum) >= std::fabs(term) ? (sum - next) + term : (term - next) + sum;
    }
    sum = next;
  }
  return sum + rest;
}

Real maximum(Real a, Real b) {
  return std::isnan(a) || std::isnan(b) ? a + b : std::max(a, b);
}

Real root_share(const Setting& setting, Real spread, Real scale) {
  const Real root = root_of(setting.form, spread);
  switch (setting.form.eps_mode) {
    case EpsMode::inside:
      return 1;
    case EpsMode::outside:
      return scale / root;
    case EpsMode::floor:
      return root >= setting.eps ? 1 : 0;
    case EpsMode::floor_inside:
      return spread >= setting.eps ? 1 : 0;
  }
  return 1;
}

Steps right_steps(const Setting& setting) {
  const Setting* s = &setting;
  Steps steps;
  steps.input = [](Real value) { return value; };
  steps.mean = [](Reals x) { return sum_of(x) / static_cast<Real>(x.size()); };
  steps.spread = [s](Reals x, Real mean) { return spread_about(*s, x, mean); };
  steps.revised_statistics = [](Group&) {};
  steps.scale = [s](Real spread, const Group&) { return scale_of(*s, spread); };
  steps.normalized = [s](const Group& group, std::size_t i) {
    const Real value = (group.x[i] - group.mean) / group.scale;
    return s->form.rounds_normalized ? s->stored(value) : value;
  };
  steps.gamma = [](Real gamma) { return gamma; };
  steps.y = [](const Group& group, std::size_t i, const Affine& affine) {
    Real y = group.x_hat[i];
    if (affine.gamma) y *= *affine.gamma;
    if (affine.beta) y += *affine.beta;
    return y;
  };
  steps.stored_variance = [s](Real spread, Real n) {
    const bool is_unbiased =
        s->question.choice("running_variance_divisor") == "n_minus_1";
    return is_unbiased ? spread * (n / (n - 1)) : spread;
  };
  steps.blended = [s](Real old_value, Real batch) {
    const Real momentum = to_long_double(s->question.real("momentum"));
    const bool is_of_new = s->question.choice("momentum_of") == "new";
    return is_of_new ? (1 - momentum) * old_value + momentum * batch
                     : momentum * old_value + (1 - momentum) * batch;
  };
  steps.jacobian_product = [s](const Group& group, Reals v, Reals /*gamma*/) {
    return jacobian_product(*s, group, v);
  };
  steps.dgamma_term = [](const Group& group, std::size_t i, Real dy, const Affine&) {
    return dy * group.x_hat[i];
  };
  steps.dbeta_term = [](const Group&, std::size_t, Real dy) { return dy; };
  steps.group_of_statistics = [](std::int64_t group) { return group; };
  return steps;
}

}  // namespace truenorm::mutant
