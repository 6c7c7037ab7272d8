// SPDX-License-Identifier: Apache-2.0
// S in closed form, O(n) for a group.
#include "oracle/attainable.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "oracle/planted.hpp"

namespace truenorm {

Attainable::Attainable(const ExactGroup& group, Settler& settler,
                       long double unit_roundoff)
    : group_(group), formulas_(group.form(), measure(settler), unit_roundoff) {}

GroupMeasures Attainable::measure(Settler& settler) {
  const Rational& mean = group_.mean().number().a;
  mean_high_ = round_to_nearest(float64, mean);
  mean_low_ = to_long_double(mean - exact(mean_high_));
  const Rational& spread = group_.spread().number().a;
  if (group_.is_regular()) {
    const Surd& scale = group_.scale().number();
    scale_ = settler.approximate({&scale, 1});
  }
  GroupMeasures measures;
  measures.size = static_cast<long double>(group_.x().size());
  measures.divisor = static_cast<long double>(group_.form().divisor());
  measures.mean = mean_high_;
  measures.spread = to_long_double(spread);
  measures.spread_plus_eps = to_long_double(spread + group_.form().eps);
  measures.eps = to_long_double(group_.form().eps);
  measures.scale = scale_;
  group_.x().for_each_stretch([&](std::span<const double> stretch) {
    for (const double value : stretch) {
      const long double x = std::fabs(static_cast<long double>(value));
      const long double c = std::fabs(centered(value));
      measures.largest_x = std::max(measures.largest_x, x);
      measures.magnitudes += x;
      measures.squares += x * x;
      measures.products += c * x;
      measures.deviations += c;
    }
  });
  return measures;
}

long double Attainable::magnitude(std::size_t i) const {
  return std::fabs(static_cast<long double>(group_.x()[i]));
}

long double Attainable::centered(double value) const {
  return (static_cast<long double>(value) - mean_high_) - mean_low_;
}

long double Attainable::normalized(std::size_t i) const {
  return scale_ == 0 ? 0 : centered(group_.x()[i]) / scale_;
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
    return {(1 + attainable_.formulas().kappa() / 2) * magnitude, false};
  }
  const long double x_hat = std::fabs(attainable_.normalized(i));
  const long double x_hat_error = attainable_.normalized_error(i).sum;
  const AttainableGroup& formulas = attainable_.formulas();
  const long double u = formulas.unit_roundoff();
  return {
      formulas.reciprocal() * (magnitude_(i) + 3 * mean_of_v_ +
                               x_hat * (3 * mean_of_products_ + mean_of_errors_) +
                               x_hat_error * (projection_ + 4 * u * mean_of_errors_)) +
          (is_planted("rho_of_dx_dropped") ? 0 : formulas.rho()) * magnitude,
      is_capped_};
}

}  // namespace truenorm
