// SPDX-License-Identifier: Apache-2.0
// Terms of a gradient that are missing, doubled, or worked out from y.
#include <cmath>
#include <limits>

#include "runners/mutant/flaws.hpp"

namespace truenorm::mutant {
namespace {

using Product = std::vector<Real>;

Real mean_of(Reals v) { return sum_of(v) / static_cast<Real>(v.size()); }

Product along_x_hat(const Group& group, Reals v) {
  Product products;
  for (std::size_t i = 0; i < v.size(); ++i) products.push_back(v[i] * group.x_hat[i]);
  return products;
}

/// (v - the mean that is due - x-hat projection) / s
Product assembled(const Setting& setting, const Group& group, Reals v, Real mean,
                  Real projection) {
  Product product;
  const Real subtracted = setting.form.location == Location::mean ? mean : 0;
  for (std::size_t i = 0; i < v.size(); ++i) {
    product.push_back((v[i] - subtracted - group.x_hat[i] * projection) / group.scale);
  }
  return product;
}

Real projection_of(const Setting& setting, const Group& group, Reals v) {
  return root_share(setting, group.spread, group.scale) *
         sum_of(along_x_hat(group, v)) / static_cast<Real>(setting.form.divisor());
}

void drop_mean(Steps& steps, const Setting& setting) {
  steps.jacobian_product = [&setting](const Group& group, Reals v, Reals) {
    return assembled(setting, group, v, 0, projection_of(setting, group, v));
  };
}

void drop_projection(Steps& steps, const Setting& setting) {
  steps.jacobian_product = [&setting](const Group& group, Reals v, Reals) {
    return assembled(setting, group, v, mean_of(v), 0);
  };
}

void drop_both(Steps& steps, const Setting& setting) {
  steps.jacobian_product = [&setting](const Group& group, Reals v, Reals) {
    return assembled(setting, group, v, 0, 0);
  };
}

/// The formula of training where statistics are given: x-hat as if it depended on them.
void take_training_formula(Steps& steps, const Setting& /*setting*/) {
  steps.jacobian_product = [](const Group& group, Reals v, Reals) {
    const Real projection = mean_of(along_x_hat(group, v));
    Product product;
    for (std::size_t i = 0; i < v.size(); ++i) {
      product.push_back((v[i] - mean_of(v) - group.x_hat[i] * projection) /
                        group.scale);
    }
    return product;
  };
}

/// dx whose projection has gamma `power` times instead of once.
void weigh_projection(Steps& steps, const Setting& setting, int power) {
  steps.jacobian_product = [&setting, power](const Group& group, Reals v, Reals gamma) {
    Product weighed(v.begin(), v.end());
    for (std::size_t i = 0; i < v.size(); ++i) {
      // Of dy where gamma is 0 v says nothing.
      const Real without = gamma[i] == 0 ? 0 : v[i] / gamma[i];
      weighed[i] = power == 2 ? v[i] * gamma[i] : without;
    }
    return assembled(setting, group, v, mean_of(v),
                     projection_of(setting, group, weighed));
  };
}

void weigh_twice(Steps& steps, const Setting& setting) {
  weigh_projection(steps, setting, 2);
}

void weigh_never(Steps& steps, const Setting& setting) {
  weigh_projection(steps, setting, 0);
}

void lose_gradients(Steps& steps, const Setting& /*setting*/) {
  steps.dgamma_term = [](const Group&, std::size_t, Real, const Affine&) -> Real {
    return 0;
  };
  steps.dbeta_term = [](const Group&, std::size_t, Real) -> Real { return 0; };
}

/// Keeps the terms of some groups only.
template <typename Keep>
void keep_groups(Steps& steps, const Keep& keep) {
  steps.dgamma_term = [right = steps.dgamma_term, keep](const Group& group,
                                                        std::size_t i, Real dy,
                                                        const Affine& affine) {
    return keep(group.number) ? right(group, i, dy, affine) : 0;
  };
  steps.dbeta_term = [right = steps.dbeta_term, keep](const Group& group, std::size_t i,
                                                      Real dy) {
    return keep(group.number) ? right(group, i, dy) : 0;
  };
}

void keep_first_group(Steps& steps, const Setting& /*setting*/) {
  keep_groups(steps, [](std::int64_t group) { return group == 0; });
}

/// Groups after the last full block of four.
void drop_tail_groups(Steps& steps, const Setting& setting) {
  const std::int64_t full = setting.form.map.groups() / 4 * 4;
  keep_groups(steps, [full](std::int64_t group) { return group < full; });
}

/// x-hat as (y - beta) / gamma, in the working precision.
void take_x_hat_from_y(Steps& steps, const Setting& setting) {
  steps.dgamma_term = [&setting](const Group& group, std::size_t i, Real dy,
                                 const Affine& affine) {
    const Real gamma = affine.gamma.value_or(1);
    const Real beta = affine.beta.value_or(0);
    const Real y = setting.stored(group.x_hat[i] * gamma + beta);
    return dy * ((y - beta) / gamma);
  };
}

/// Through the derivative of the root at 0, which a guard outside of it does not stop.
void go_through_root(Steps& steps, const Setting& setting) {
  steps.jacobian_product = [right = steps.jacobian_product, &setting](
                               const Group& group, Reals v, Reals gamma) {
    Product product = right(group, v, gamma);
    if (setting.form.spread != Spread::given && group.spread == 0) {
      for (Real& entry : product) entry = std::numeric_limits<Real>::quiet_NaN();
    }
    return product;
  };
}

/// Divides by the norm that forward saved before its floor.
void divide_by_saved_norm(Steps& steps, const Setting& setting) {
  steps.jacobian_product = [right = steps.jacobian_product, &setting](
                               const Group& group, Reals v, Reals gamma) {
    Product product = right(group, v, gamma);
    const EpsMode mode = setting.form.eps_mode;
    if (mode != EpsMode::floor && mode != EpsMode::floor_inside) return product;
    const Real root = std::sqrt(group.spread);
    for (Real& entry : product) entry *= group.scale / root;
    return product;
  };
}

constexpr Flaw flaws[] = {
    {"dx_without_mean", drop_mean},
    {"dx_without_projection", drop_projection},
    {"dx_of_scale_only", drop_both},
    {"dx_of_training", take_training_formula},
    {"dx_gamma_twice", weigh_twice},
    {"dx_gamma_missing", weigh_never},
    {"parameter_gradients_zero", lose_gradients},
    {"parameter_gradients_of_first_group", keep_first_group},
    {"parameter_gradients_without_tail", drop_tail_groups},
    {"normalized_from_y", take_x_hat_from_y},
    {"root_at_zero", go_through_root},
    {"floor_lost_in_backward", divide_by_saved_norm},
};

}  // namespace

std::span<const Flaw> flaws_of_derivatives() { return flaws; }

}  // namespace truenorm::mutant
