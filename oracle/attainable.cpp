// SPDX-License-Identifier: Apache-2.0
// S in closed form, O(n) for a group.
#include "oracle/attainable.hpp"

#include <algorithm>
#include <cmath>

namespace truenorm {
namespace {

/// 0/0 counts as 0: a vanishing term over a vanishing scale adds nothing.
long double ratio(long double numerator, long double denominator) {
  return numerator == 0 ? 0 : numerator / denominator;
}

}  // namespace

Attainable::Attainable(const Group& group, const GroupSummary& summary,
                       long double unit_roundoff)
    : form_(*group.form), summary_(summary), unit_roundoff_(unit_roundoff) {
  const auto n = static_cast<long double>(group.x.size());
  const auto divisor = n - static_cast<long double>(form_.ddof);
  const bool has_mean = form_.location == Location::mean;
  const bool has_scale = summary.scale_sign == ScaleSign::positive ||
                         summary.scale_sign == ScaleSign::negative;
  r_ = has_scale ? 1 / summary.magnitude : 0;

  long double sum_of_magnitudes = 0;
  for (const double value : group.x) {
    const long double x = std::fabs(static_cast<long double>(value));
    sum_of_magnitudes += x;
    largest_x_ = std::max(largest_x_, x);
  }
  mean_of_x_ = ratio(sum_of_magnitudes, n);
  uncentred_ = has_mean ? 1 - 1 / n : 1;
  mean_error_ = has_mean ? 3 * uncentred_ * mean_of_x_ : 0;
  kappa_ = condition_of_scale();

  long double sum_of_products = 0;  // of |x-hat| |x|
  long double sum_of_spreads = 0;   // of |c| (|x| + M)
  for (const double value : group.x) {
    const long double x = std::fabs(static_cast<long double>(value));
    const long double c = std::fabs(normalized(value)) * summary.magnitude;
    sum_of_products += std::fabs(normalized(value)) * x;
    sum_of_spreads += c * (x + mean_error_);
    sum_of_squares_ += x * x;
  }
  const long double mean_square_error = 4 * unit_roundoff * mean_error_ * mean_error_;
  variance_error_ = 2 * ratio(sum_of_spreads, divisor) + 4 * std::fabs(summary.spread) +
                    mean_square_error;

  const long double mean_product = ratio(sum_of_products, divisor);
  const bool is_outside = form_.eps_mode == EpsMode::outside;
  const long double uncapped =
      is_outside ? ratio(mean_product, std::sqrt(summary.spread)) + kappa_ / 2 +
                       r_ * mean_error_
                 : r_ * mean_product + kappa_ / 2 +
                       2 * unit_roundoff * (r_ * mean_error_) * (r_ * mean_error_);
  const long double cap = 1 / (3 * unit_roundoff);
  rho_is_capped_ = uncapped > cap;
  rho_ = std::min(uncapped, cap);
}

long double Attainable::condition_of_scale() const {
  const long double eps = std::fabs(to_long_double(form_.eps));
  switch (form_.eps_mode) {
    case EpsMode::inside:
      return (std::fabs(summary_.spread) + eps) * r_ * r_;
    case EpsMode::outside:
      return (std::sqrt(std::fabs(summary_.spread)) + eps) * r_;
    case EpsMode::floor:
    case EpsMode::floor_inside:
      return 1;
  }
  return 1;
}

long double Attainable::normalized(double x) const {
  // In two steps, so that nothing of a small difference is lost to a large mean.
  const long double c = (x - summary_.mean_high) - summary_.mean_low;
  return summary_.scale_sign == ScaleSign::negative ? -c * r_ : c * r_;
}

long double Attainable::effective_gamma(const Affine& affine) const {
  if (!affine.gamma) return 1;
  return static_cast<long double>(*affine.gamma) + form_.gamma_offset;
}

Sensitivity Attainable::y(double x, const Affine& affine) const {
  const long double magnitude = std::fabs(static_cast<long double>(x));
  const long double x_hat = std::fabs(normalized(x));
  Sensitivity s;
  long double x_hat_error = 0;
  if (form_.location == Location::given) {
    x_hat_error = r_ * (magnitude + std::fabs(summary_.mean_high)) + kappa_ / 2 * x_hat;
  } else {
    const long double uncapped =
        r_ * (uncentred_ * magnitude + mean_error_) + rho_ * x_hat;
    const long double cap = (1 + x_hat) / (3 * unit_roundoff_);
    s.is_capped = rho_is_capped_ || uncapped > cap;
    x_hat_error = std::min(uncapped, cap);
  }
  s.sum = std::fabs(effective_gamma(affine)) * (x_hat_error + x_hat) +
          std::fabs(static_cast<long double>(affine.beta.value_or(0)));
  return s;
}

Sensitivity Attainable::mean() const { return {4 * uncentred_ * mean_of_x_, false}; }

Sensitivity Attainable::rstd() const {
  if (form_.eps_mode == EpsMode::outside) return {r_ * (rho_ + 1), rho_is_capped_};
  const long double uncapped = variance_error_ / 2 * r_ * r_;
  const long double cap = 1 / (3 * unit_roundoff_);
  return {r_ * (std::min(uncapped, cap) + 1), uncapped > cap};
}

Sensitivity Attainable::scale(const Affine& affine) const {
  return {(1 + kappa_ / 2) * std::fabs(effective_gamma(affine)) * r_, false};
}

Sensitivity Attainable::offset(const Affine& affine) const {
  const long double product =
      std::fabs(summary_.mean_high * effective_gamma(affine)) * r_;
  return {std::fabs(static_cast<long double>(affine.beta.value_or(0))) +
              (2 + kappa_ / 2) * product,
          false};
}

long double Attainable::conditioning() const {
  // With a given mean each element stands alone.
  const long double of_x = form_.location == Location::given ? largest_x_ : mean_of_x_;
  return std::max(of_x, std::fabs(summary_.mean_high)) * r_;
}

bool Attainable::leaves_range(const Format& compute) const {
  const long double low = std::ldexp(1.0L, compute.emin + compute.precision_bits);
  const long double high = std::ldexp(1.0L, compute.emax);
  const auto leaves = [&](long double value) { return value < low || value > high; };
  if (leaves(std::fabs(summary_.spread_plus_eps))) return true;
  // Given statistics square nothing, and a group of zeros has an exact sum of squares.
  return form_.spread != Spread::given && sum_of_squares_ != 0 &&
         leaves(sum_of_squares_);
}

}  // namespace truenorm
