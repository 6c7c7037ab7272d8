// SPDX-License-Identifier: Apache-2.0
// Exact statistics by integer sums, and the values built on them.
#include "oracle/exact_group.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "oracle/planted.hpp"

namespace truenorm {
namespace {

/// Exponent of the last bit of a double's significand.
int last_bit(double value) { return std::max(std::ilogb(value), -1022) - 52; }

bool are_finite(const GroupValues& values) {
  for (const double value : values) {
    if (!std::isfinite(value)) return false;
  }
  return true;
}

struct PowerSums {
  Rational sum;             ///< of x
  Rational sum_of_squares;  ///< of x^2
};

/// Sums over one common denominator, so that no fraction is ever reduced on the way.
PowerSums power_sums(const GroupValues& x) {
  int unit = 1023;
  for (const double value : x) {
    if (value != 0) unit = std::min(unit, last_bit(value));
  }
  Integer sum = 0;
  Integer sum_of_squares = 0;
  for (const double value : x) {
    if (value == 0) continue;
    const int bit = last_bit(value);
    const auto significand = static_cast<std::int64_t>(std::ldexp(value, -bit));
    const Integer scaled = Integer(significand) << (bit - unit);
    sum += scaled;
    sum_of_squares += scaled * scaled;
  }
  return {Rational(sum) * power_of_two(unit),
          Rational(sum_of_squares) * power_of_two(2L * unit)};
}

/// The sum as IEEE has it where some values are not finite.
double special_sum(const GroupValues& values) {
  double sum = 0;
  for (const double value : values) {
    if (!std::isfinite(value) && !is_planted("infinity_lost")) sum += value;
  }
  return sum;
}

double special_sum_of_magnitudes(const GroupValues& values) {
  double sum = 0;
  for (const double value : values) {
    if (!std::isfinite(value)) sum += std::fabs(value);
  }
  return sum;
}

Exact sum_of_magnitudes(const GroupValues& x) {
  Rational sum = 0;
  for (const double value : x) sum += exact(std::fabs(value));
  return sum;
}

Exact largest_magnitude(const GroupValues& x) {
  double largest = 0;
  for (const double value : x) largest = std::max(largest, std::fabs(value));
  return exact(largest);
}

}  // namespace

ExactGroup::ExactGroup(const CanonicalForm& form, const GroupValues& x,
                       const GivenStatistics& given)
    : form_(&form), x_(x) {
  all_are_finite_ = are_finite(x_);
  const PowerSums sums =
      all_are_finite_ && form.spread != Spread::given ? power_sums(x_) : PowerSums{};
  switch (form.location) {
    case Location::mean:
      mean_ = mean_of_inputs(sums.sum);
      break;
    case Location::given:
      mean_ = Exact::of_input(given.mean);
      break;
    case Location::none:
      break;
  }
  spread_ = form.spread == Spread::given
                ? Exact::of_input(given.variance)
                : spread_of_inputs(sums.sum, sums.sum_of_squares);
  if (form.clamps_variance) {
    clamp_acts_ = spread_.sign() < 0;
    if (!is_planted("clamp_ignored")) spread_ = maximum(spread_, Rational(0));
  }
  scale_ = scale_of_spread();
  reciprocal_ = Exact(Rational(1)) / scale_;
}

Exact ExactGroup::mean_of_inputs(const Rational& sum) const {
  if (x_.size() == 0) return Exact::undefined();
  if (!all_are_finite_) return Exact::degenerate(special_sum(x_));
  return Rational(sum / static_cast<std::int64_t>(x_.size()));
}

Exact ExactGroup::spread_of_inputs(const Rational& sum,
                                   const Rational& sum_of_squares) const {
  const std::int64_t divisor = form_->divisor();
  if (divisor <= 0) return Exact::undefined();
  if (!all_are_finite_) {
    // A mean turns any infinity into NaN: Inf - Inf is among the differences.
    return Exact::degenerate(form_->location == Location::mean
                                 ? std::numeric_limits<double>::quiet_NaN()
                                 : special_sum_of_magnitudes(x_));
  }
  if (form_->spread == Spread::sum_power && form_->power == Power::one) {
    return sum_of_magnitudes(x_);
  }
  if (form_->spread == Spread::sum_power && form_->power == Power::infinity) {
    return largest_magnitude(x_);
  }
  const bool is_centered =
      form_->location == Location::mean && !is_planted("missing_mean_term");
  return Rational((is_centered ? Rational(sum_of_squares - sum * mean_.number().a)
                               : sum_of_squares) /
                  divisor);
}

Exact ExactGroup::root_of_spread() const {
  return form_->power == Power::two ? square_root(spread_) : spread_;
}

Exact ExactGroup::scale_of_spread() const {
  const Exact eps = form_->eps;
  switch (form_->eps_mode) {
    case EpsMode::inside:
      if (is_planted("eps_outside_sqrt")) return root_of_spread() + eps;
      return square_root(is_planted("eps_dropped") ? spread_ : spread_ + eps);
    case EpsMode::outside:
      return root_of_spread() + eps;
    case EpsMode::floor:
      return is_planted("floor_squared") ? square_root(maximum(spread_, eps))
                                         : maximum(root_of_spread(), eps);
    case EpsMode::floor_inside:
      return square_root(maximum(spread_, eps));
  }
  return {};
}

Exact ExactGroup::centered(std::size_t i) const {
  const Exact x = Exact::of_input(x_[i]);
  return form_->location == Location::none ? x : x - mean_;
}

Exact ExactGroup::normalized(std::size_t i) const { return centered(i) * reciprocal_; }

Exact ExactGroup::root_share() const {
  const Exact eps = form_->eps;
  const auto is_at_least = [](const Exact& value, const Exact& floor) {
    return (value - floor).sign() >= (is_planted("kink_excluded") ? 1 : 0)
               ? Exact(Rational(1))
               : Exact(Rational(0));
  };
  switch (form_->eps_mode) {
    case EpsMode::inside:
      return Rational(1);
    case EpsMode::outside:
      if (is_planted("root_share_of_one")) return Rational(1);
      return spread_.is_zero() ? Exact::undefined() : scale_ / root_of_spread();
    case EpsMode::floor:
      return is_at_least(root_of_spread(), eps);
    case EpsMode::floor_inside:
      return is_at_least(spread_, eps);
  }
  return {};
}

JacobianProduct::JacobianProduct(const ExactGroup& group,
                                 std::function<Exact(std::size_t)> v)
    : group_(&group), v_(std::move(v)) {
  const std::size_t n = group.x().size();
  if (group.form().spread == Spread::given || n == 0) return;
  Exact sum;
  Exact sum_of_products;
  for (std::size_t i = 0; i < n; ++i) {
    const Exact entry = v_(i);
    sum = sum + entry;
    sum_of_products = sum_of_products + entry * group.centered(i);
  }
  if (group.form().location == Location::mean && !is_planted("missing_mean_of_v")) {
    mean_of_v_ = sum / Exact(Rational(static_cast<std::int64_t>(n)));
  }
  const std::int64_t divisor =
      is_planted("projection_undivided") ? 1 : group.form().divisor();
  projection_ = sum_of_products * group.reciprocal() / Exact(Rational(divisor));
  shared_projection_ = group.root_share() * projection_;
}

Exact JacobianProduct::at(std::size_t i) const {
  if (group_->scale().is_zero()) {
    return Exact::degenerate(std::numeric_limits<double>::quiet_NaN());
  }
  if (group_->form().spread == Spread::given) return group_->reciprocal() * v_(i);
  return group_->reciprocal() *
         (v_(i) - mean_of_v_ -
          group_->normalized(is_planted("projection_of_first") ? 0 : i) *
              shared_projection_);
}

}  // namespace truenorm
