// SPDX-License-Identifier: Apache-2.0
// Exact statistics by integer sums, and the values built on them.
#include "oracle/exact_group.hpp"

#include <cmath>
#include <limits>

#include "oracle/planted.hpp"

namespace truenorm {
namespace {

MagnitudeRange range_of(const GroupValues& values) {
  MagnitudeRange range;
  values.for_each_stretch([&](std::span<const double> stretch) { range.add(stretch); });
  return range;
}

struct PowerSums {
  Rational sum;             ///< of x
  Rational sum_of_squares;  ///< of x^2
};

PowerSums power_sums(const GroupValues& x, const MagnitudeRange& range) {
  ExactSum sum({range});
  ExactSum squares({range, range});
  x.for_each_stretch([&](std::span<const double> stretch) {
    sum.add(stretch);
    squares.add(stretch, stretch);
  });
  return {sum.total(), squares.total()};
}

/// The sum as IEEE has it where some values are not finite.
double special_sum(const GroupValues& values) {
  double sum = 0;
  values.for_each_stretch([&](std::span<const double> stretch) {
    for (const double value : stretch) {
      if (!std::isfinite(value) && !is_planted("infinity_lost")) sum += value;
    }
  });
  return sum;
}

double special_sum_of_magnitudes(const GroupValues& values) {
  double sum = 0;
  values.for_each_stretch([&](std::span<const double> stretch) {
    for (const double value : stretch) {
      if (!std::isfinite(value)) sum += std::fabs(value);
    }
  });
  return sum;
}

Rational sum_of_magnitudes(const GroupValues& x, const MagnitudeRange& range) {
  ExactSum sum({range});
  x.for_each_stretch(
      [&](std::span<const double> stretch) { sum.add_magnitudes(stretch); });
  return sum.total();
}

}  // namespace

ExactGroup::ExactGroup(const CanonicalForm& form, const GroupValues& x,
                       const GivenStatistics& given)
    : form_(&form), x_(x) {
  // Given statistics say nothing of x.
  if (form.spread != Spread::given) magnitudes_ = range_of(x_);
  const PowerSums sums = magnitudes_.is_finite() && form.spread != Spread::given
                             ? power_sums(x_, magnitudes_)
                             : PowerSums{};
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
  if (!magnitudes_.is_finite()) return Exact::degenerate(special_sum(x_));
  return Rational(sum / static_cast<std::int64_t>(x_.size()));
}

Exact ExactGroup::spread_of_inputs(const Rational& sum,
                                   const Rational& sum_of_squares) const {
  const std::int64_t divisor = form_->divisor();
  if (divisor <= 0) return Exact::undefined();
  if (!magnitudes_.is_finite()) {
    // A mean turns any infinity into NaN: Inf - Inf is among the differences.
    return Exact::degenerate(form_->location == Location::mean
                                 ? std::numeric_limits<double>::quiet_NaN()
                                 : special_sum_of_magnitudes(x_));
  }
  if (form_->spread == Spread::sum_power && form_->power == Power::one) {
    return sum_of_magnitudes(x_, magnitudes_);
  }
  if (form_->spread == Spread::sum_power && form_->power == Power::infinity) {
    return exact(magnitudes_.largest());
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

VectorSums vector_sums(const ExactGroup& group,
                       const std::function<Exact(std::size_t)>& v) {
  VectorSums sums;
  for (std::size_t i = 0; i < group.x().size(); ++i) {
    const Exact entry = v(i);
    sums.sum = sums.sum + entry;
    sums.sum_of_products = sums.sum_of_products + entry * group.centered(i);
  }
  return sums;
}

JacobianProduct::JacobianProduct(const ExactGroup& group,
                                 std::function<Exact(std::size_t)> v,
                                 const VectorSums& sums)
    : group_(&group), v_(std::move(v)) {
  const std::size_t n = group.x().size();
  if (group.form().spread == Spread::given || n == 0) return;
  if (group.form().location == Location::mean && !is_planted("missing_mean_of_v")) {
    mean_of_v_ = sums.sum / Exact(Rational(static_cast<std::int64_t>(n)));
  }
  const std::int64_t divisor =
      is_planted("projection_undivided") ? 1 : group.form().divisor();
  projection_ = sums.sum_of_products * group.reciprocal() / Exact(Rational(divisor));
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
