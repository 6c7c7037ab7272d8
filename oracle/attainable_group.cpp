// SPDX-License-Identifier: Apache-2.0
// S of a group's values, term by term as SPEC 8 has them.
#include "oracle/attainable_group.hpp"

#include <algorithm>
#include <cmath>

#include "oracle/planted.hpp"

namespace truenorm {
namespace {

/// 0/0 counts as 0: a vanishing term over a vanishing scale adds nothing.
long double ratio(long double numerator, long double denominator) {
  return numerator == 0 ? 0 : numerator / denominator;
}

}  // namespace

AttainableGroup::AttainableGroup(const CanonicalForm& form,
                                 const GroupMeasures& measures,
                                 long double unit_roundoff)
    : form_(&form), measures_(measures), unit_roundoff_(unit_roundoff) {
  const bool has_mean = form.location == Location::mean;
  if (measures.scale != 0) r_ = 1 / std::fabs(measures.scale);
  mean_of_x_ = ratio(measures.magnitudes, measures.size);
  uncentred_ = has_mean ? 1 - 1 / measures.size : 1;
  mean_error_ = has_mean ? 3 * uncentred_ * mean_of_x_ : 0;
  kappa_ = condition_of_scale();

  // of |c| (|x| + M)
  const long double spreads = measures.products + mean_error_ * measures.deviations;
  const long double mean_square_error = 4 * unit_roundoff * mean_error_ * mean_error_;
  variance_error_ = 2 * ratio(spreads, measures.divisor) +
                    4 * std::fabs(measures.spread) + mean_square_error;

  const long double mean_product = r_ * ratio(measures.products, measures.divisor);
  const bool is_outside = form.eps_mode == EpsMode::outside;
  const long double uncapped =
      is_outside ? ratio(mean_product, std::sqrt(measures.spread)) + kappa_ / 2 +
                       r_ * mean_error_
                 : r_ * mean_product + kappa_ / 2 +
                       2 * unit_roundoff * (r_ * mean_error_) * (r_ * mean_error_);
  const long double cap = 1 / (3 * unit_roundoff);
  rho_is_capped_ = uncapped > cap;
  rho_ = std::min(uncapped, cap);
}

long double AttainableGroup::condition_of_scale() const {
  const long double eps = std::fabs(measures_.eps);
  const long double spread = std::fabs(measures_.spread);
  switch (form_->eps_mode) {
    case EpsMode::inside:
      return (spread + eps) * r_ * r_;
    case EpsMode::outside:
      return (std::sqrt(spread) + eps) * r_;
    case EpsMode::floor:
    case EpsMode::floor_inside:
      return 1;
  }
  return 1;
}

Sensitivity AttainableGroup::normalized_error(long double x, long double x_hat) const {
  if (form_->location == Location::given) {
    return {r_ * (x + std::fabs(measures_.mean)) + kappa_ / 2 * x_hat, false};
  }
  const long double uncapped = r_ * (uncentred_ * x + mean_error_) +
                               (is_planted("rho_dropped") ? 0 : rho_ * x_hat);
  const long double cap = (1 + x_hat) / (3 * unit_roundoff_);
  return {std::min(uncapped, cap), rho_is_capped_ || uncapped > cap};
}

Sensitivity AttainableGroup::y(long double x, long double x_hat, long double gamma,
                               long double beta) const {
  switch (form_->power) {
    case Power::one:
      return {4 * x_hat, false};
    case Power::infinity:
      return {2 * x_hat, false};
    case Power::two:
      break;
  }
  return (normalized_error(x, x_hat) + x_hat) * std::fabs(gamma) +
         (is_planted("beta_not_rounded") ? 0 : std::fabs(beta));
}

Sensitivity AttainableGroup::mean() const {
  return {4 * uncentred_ * mean_of_x_, false};
}

Sensitivity AttainableGroup::variance() const { return {variance_error_, false}; }

Sensitivity AttainableGroup::rstd() const {
  if (form_->eps_mode == EpsMode::outside) return {r_ * (rho_ + 1), rho_is_capped_};
  const long double uncapped = variance_error_ / 2 * r_ * r_;
  const long double cap = 1 / (3 * unit_roundoff_);
  return {r_ * (std::min(uncapped, cap) + 1), uncapped > cap};
}

Sensitivity AttainableGroup::norm() const {
  return {2 * std::fabs(measures_.scale), false};
}

Sensitivity AttainableGroup::scale(long double gamma) const {
  return {(1 + kappa_ / 2) * std::fabs(gamma) * r_, false};
}

Sensitivity AttainableGroup::offset(long double gamma, long double beta) const {
  const long double product = std::fabs(measures_.mean * gamma) * r_;
  return {std::fabs(beta) + (2 + kappa_ / 2) * product, false};
}

Sensitivity AttainableGroup::dmean(long double weights, long double value) const {
  const long double of_scale = value == 0 ? 0 : (kappa_ - 1) / 2 * std::fabs(value);
  return {3 * r_ * weights + of_scale, false};
}

long double AttainableGroup::dvariance_factor() const {
  const bool is_outside = form_->eps_mode == EpsMode::outside && measures_.spread > 0;
  const long double root_share =
      is_outside ? std::fabs(measures_.scale) / std::sqrt(measures_.spread) : 1;
  return root_share * r_ * r_ / 2;
}

Sensitivity AttainableGroup::dvariance(long double x, long double x_hat) const {
  return (normalized_error(x, x_hat) + (4 + kappa_) * x_hat) * dvariance_factor();
}

long double AttainableGroup::conditioning() const {
  // With a given mean each element stands alone.
  const bool is_given = form_->location == Location::given;
  const long double of_x = is_given ? measures_.largest_x : mean_of_x_;
  return std::max(of_x, std::fabs(measures_.mean)) * r_;
}

bool AttainableGroup::leaves_range(const Format& compute) const {
  const long double low = std::ldexp(1.0L, compute.emin + compute.precision_bits);
  const long double high = std::ldexp(1.0L, compute.emax);
  const auto leaves = [&](long double value) { return value < low || value > high; };
  if (leaves(std::fabs(measures_.spread_plus_eps))) return true;
  // Given statistics square nothing, and a group of zeros has an exact sum of squares.
  return form_->spread != Spread::given && measures_.squares != 0 &&
         leaves(measures_.squares);
}

Sensitivity blended_sensitivity(const Question& question, long double old_value,
                                const Sensitivity& batch) {
  const Rational& momentum = question.real("momentum");
  const long double p = std::fabs(to_long_double(momentum));
  const long double both = std::fabs(to_long_double(1 - momentum)) + p;
  const bool is_of_new = question.choice("momentum_of") == "new";
  return batch * (is_of_new ? p : both) + (is_of_new ? both : p) * std::fabs(old_value);
}

}  // namespace truenorm
