// SPDX-License-Identifier: Apache-2.0
// S in closed form, O(n) for a group.
#include "oracle/attainable.hpp"

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

Attainable::Attainable(const ExactGroup& group, Settler& settler,
                       long double unit_roundoff)
    : group_(group), unit_roundoff_(unit_roundoff) {
  take_statistics(settler);
  const CanonicalForm& form = group.form();
  const auto n = static_cast<long double>(group.x().size());
  const auto divisor = static_cast<long double>(form.divisor());
  const bool has_mean = form.location == Location::mean;

  long double sum_of_magnitudes = 0;
  for (std::size_t i = 0; i < group.x().size(); ++i) {
    sum_of_magnitudes += magnitude(i);
    largest_x_ = std::max(largest_x_, magnitude(i));
  }
  mean_of_x_ = ratio(sum_of_magnitudes, n);
  uncentred_ = has_mean ? 1 - 1 / n : 1;
  mean_error_ = has_mean ? 3 * uncentred_ * mean_of_x_ : 0;
  kappa_ = condition_of_scale();

  long double sum_of_products = 0;  // of |x-hat| |x|
  long double sum_of_spreads = 0;   // of |c| (|x| + M)
  for (std::size_t i = 0; i < group.x().size(); ++i) {
    const long double x = magnitude(i);
    const long double x_hat = std::fabs(normalized(i));
    sum_of_products += x_hat * x;
    sum_of_spreads += std::fabs(centered(i)) * (x + mean_error_);
    sum_of_squares_ += x * x;
  }
  const long double mean_square_error = 4 * unit_roundoff * mean_error_ * mean_error_;
  variance_error_ =
      2 * ratio(sum_of_spreads, divisor) + 4 * std::fabs(spread_) + mean_square_error;

  const long double mean_product = ratio(sum_of_products, divisor);
  const bool is_outside = form.eps_mode == EpsMode::outside;
  const long double uncapped =
      is_outside
          ? ratio(mean_product, std::sqrt(spread_)) + kappa_ / 2 + r_ * mean_error_
          : r_ * mean_product + kappa_ / 2 +
                2 * unit_roundoff * (r_ * mean_error_) * (r_ * mean_error_);
  const long double cap = 1 / (3 * unit_roundoff);
  rho_is_capped_ = uncapped > cap;
  rho_ = std::min(uncapped, cap);
}

void Attainable::take_statistics(Settler& settler) {
  const Rational& mean = group_.mean().number().a;
  mean_high_ = round_to_nearest(float64, mean);
  mean_low_ = to_long_double(mean - exact(mean_high_));
  const Rational& spread = group_.spread().number().a;
  spread_ = to_long_double(spread);
  spread_plus_eps_ = to_long_double(spread + group_.form().eps);
  if (!group_.is_regular()) return;
  const Surd& scale = group_.scale().number();
  scale_ = settler.approximate({&scale, 1});
  r_ = 1 / std::fabs(scale_);
}

long double Attainable::magnitude(std::size_t i) const {
  return std::fabs(static_cast<long double>(group_.x()[i]));
}

long double Attainable::condition_of_scale() const {
  const long double eps = std::fabs(to_long_double(group_.form().eps));
  switch (group_.form().eps_mode) {
    case EpsMode::inside:
      return (std::fabs(spread_) + eps) * r_ * r_;
    case EpsMode::outside:
      return (std::sqrt(std::fabs(spread_)) + eps) * r_;
    case EpsMode::floor:
    case EpsMode::floor_inside:
      return 1;
  }
  return 1;
}

long double Attainable::centered(std::size_t i) const {
  return (static_cast<long double>(group_.x()[i]) - mean_high_) - mean_low_;
}

long double Attainable::normalized(std::size_t i) const {
  return scale_ == 0 ? 0 : centered(i) / scale_;
}

Sensitivity Attainable::normalized_error(std::size_t i) const {
  const long double x_hat = std::fabs(normalized(i));
  const CanonicalForm& form = group_.form();
  if (form.location == Location::given) {
    return {r_ * (magnitude(i) + std::fabs(static_cast<long double>(mean_high_))) +
                kappa_ / 2 * x_hat,
            false};
  }
  const long double uncapped = r_ * (uncentred_ * magnitude(i) + mean_error_) +
                               (is_planted("rho_dropped") ? 0 : rho_ * x_hat);
  const long double cap = (1 + x_hat) / (3 * unit_roundoff_);
  return {std::min(uncapped, cap), rho_is_capped_ || uncapped > cap};
}

Sensitivity Attainable::y(std::size_t i, long double gamma, long double beta) const {
  const long double x_hat = std::fabs(normalized(i));
  switch (group_.form().power) {
    case Power::one:
      return {4 * x_hat, false};
    case Power::infinity:
      return {2 * x_hat, false};
    case Power::two:
      break;
  }
  return (normalized_error(i) + x_hat) * std::fabs(gamma) +
         (is_planted("beta_not_rounded") ? 0 : std::fabs(beta));
}

Sensitivity Attainable::mean() const { return {4 * uncentred_ * mean_of_x_, false}; }

Sensitivity Attainable::variance() const { return {variance_error_, false}; }

Sensitivity Attainable::rstd() const {
  if (group_.form().eps_mode == EpsMode::outside) {
    return {r_ * (rho_ + 1), rho_is_capped_};
  }
  const long double uncapped = variance_error_ / 2 * r_ * r_;
  const long double cap = 1 / (3 * unit_roundoff_);
  return {r_ * (std::min(uncapped, cap) + 1), uncapped > cap};
}

Sensitivity Attainable::norm() const { return {2 * std::fabs(scale_), false}; }

Sensitivity Attainable::scale(long double gamma) const {
  return {(1 + kappa_ / 2) * std::fabs(gamma) * r_, false};
}

Sensitivity Attainable::offset(long double gamma, long double beta) const {
  const long double product = std::fabs(mean_high_ * gamma) * r_;
  return {std::fabs(beta) + (2 + kappa_ / 2) * product, false};
}

Sensitivity Attainable::dvariance(std::size_t i) const {
  const long double x_hat = std::fabs(normalized(i));
  const bool is_outside = group_.form().eps_mode == EpsMode::outside && spread_ > 0;
  const long double root_share =
      is_outside ? std::fabs(scale_) / std::sqrt(spread_) : 1;
  return (normalized_error(i) + (4 + kappa_) * x_hat) * (root_share * r_ * r_ / 2);
}

long double Attainable::conditioning() const {
  // With a given mean each element stands alone.
  const bool is_given = group_.form().location == Location::given;
  const long double of_x = is_given ? largest_x_ : mean_of_x_;
  return std::max(of_x, std::fabs(static_cast<long double>(mean_high_))) * r_;
}

bool Attainable::leaves_range(const Format& compute) const {
  const long double low = std::ldexp(1.0L, compute.emin + compute.precision_bits);
  const long double high = std::ldexp(1.0L, compute.emax);
  const auto leaves = [&](long double value) { return value < low || value > high; };
  if (leaves(std::fabs(spread_plus_eps_))) return true;
  // Given statistics square nothing, and a group of zeros has an exact sum of squares.
  return group_.form().spread != Spread::given && sum_of_squares_ != 0 &&
         leaves(sum_of_squares_);
}

AttainableProduct::AttainableProduct(const Attainable& attainable,
                                     std::function<long double(std::size_t)> magnitude,
                                     long double projection)
    : attainable_(attainable),
      magnitude_(std::move(magnitude)),
      projection_(projection) {
  const CanonicalForm& form = attainable.group().form();
  if (form.spread == Spread::given) return;
  long double sum = 0;
  long double sum_of_products = 0;
  long double sum_of_errors = 0;
  const std::size_t n = attainable.group().x().size();
  for (std::size_t i = 0; i < n; ++i) {
    const long double v = magnitude_(i);
    const Sensitivity error = attainable.normalized_error(i);
    is_capped_ = is_capped_ || error.is_capped;
    sum += v;
    sum_of_products += v * std::fabs(attainable.normalized(i));
    sum_of_errors += v * error.sum;
  }
  if (form.location == Location::mean) {
    mean_of_v_ = sum / static_cast<long double>(n);
  }
  const auto divisor = static_cast<long double>(form.divisor());
  mean_of_products_ = sum_of_products / divisor;
  mean_of_errors_ = sum_of_errors / divisor;
}

Sensitivity AttainableProduct::at(std::size_t i, long double entry) const {
  const long double magnitude = std::fabs(entry);
  if (attainable_.group().form().spread == Spread::given) {
    return {(1 + attainable_.kappa() / 2) * magnitude, false};
  }
  const long double x_hat = std::fabs(attainable_.normalized(i));
  const long double x_hat_error = attainable_.normalized_error(i).sum;
  const long double u = attainable_.unit_roundoff();
  return {attainable_.reciprocal() *
                  (magnitude_(i) + 3 * mean_of_v_ +
                   x_hat * (3 * mean_of_products_ + mean_of_errors_) +
                   x_hat_error * (projection_ + 4 * u * mean_of_errors_)) +
              (is_planted("rho_of_dx_dropped") ? 0 : attainable_.rho()) * magnitude,
          is_capped_};
}

}  // namespace truenorm
