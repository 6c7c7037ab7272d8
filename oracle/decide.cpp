// SPDX-License-Identifier: Apache-2.0
// Exact statistics by integer sums, and the values built on them.
#include "oracle/decide.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

namespace truenorm {
namespace {

/// Exponent of the last bit of a double's significand.
int last_bit(double value) { return std::max(std::ilogb(value), -1022) - 52; }

struct PowerSums {
  Rational sum;             ///< of x
  Rational sum_of_squares;  ///< of x^2
};

/// Sums over one common denominator, so that no fraction is ever reduced on the way.
PowerSums power_sums(std::span<const double> x) {
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

/// The root of `radicand`, if it has one.
std::optional<Surd> root_of(const Rational& radicand) {
  if (radicand < 0) return std::nullopt;
  return square_root(radicand);
}

std::optional<Surd> scale_of(const CanonicalForm& form, const Rational& spread) {
  const Rational& eps = form.eps;
  switch (form.eps_mode) {
    case EpsMode::inside:
      return root_of(spread + eps);
    case EpsMode::outside:
      if (spread < 0) return std::nullopt;
      return square_root(spread) + eps;
    case EpsMode::floor:
      if (spread < 0) return std::nullopt;
      // max(sqrt(spread), eps), compared by squares
      if (eps > 0 && spread < eps * eps) return Surd{eps, 0, 0};
      return square_root(spread);
    case EpsMode::floor_inside:
      return root_of(std::max(spread, eps));
  }
  return std::nullopt;
}

}  // namespace

Rational effective_gamma(const CanonicalForm& form, const Affine& affine) {
  if (!affine.gamma) return 1;
  return exact(*affine.gamma) + form.gamma_offset;
}

DecidedGroup::DecidedGroup(const Group& group) : form_(group.form) {
  const auto n = static_cast<std::int64_t>(group.x.size());
  if (form_->location == Location::given) mean_ = exact(group.given_mean);
  if (form_->spread == Spread::given) {
    spread_ = exact(group.given_variance);
  } else {
    const PowerSums sums = power_sums(group.x);
    if (form_->location == Location::mean) mean_ = sums.sum / n;
    if (n - form_->ddof <= 0) return;
    spread_ =
        form_->spread == Spread::mean_square
            ? Rational(sums.sum_of_squares / n)
            : Rational((sums.sum_of_squares - sums.sum * mean_) / (n - form_->ddof));
  }
  if (form_->clamps_variance && spread_ < 0) spread_ = 0;
  const std::optional<Surd> scale = scale_of(*form_, spread_);
  if (!scale) return;
  scale_ = *scale;
  const int scale_direction = sign(scale_);
  scale_sign_ = scale_direction < 0   ? ScaleSign::negative
                : scale_direction > 0 ? ScaleSign::positive
                                      : ScaleSign::zero;
}

Surd DecidedGroup::gamma_over_scale(const Affine& affine) const {
  return reciprocal(scale_) * effective_gamma(*form_, affine);
}

Surd DecidedGroup::normalized(double x) const {
  return reciprocal(scale_) * (exact(x) - mean_);
}

Surd DecidedGroup::value(Quantity quantity, double x, const Affine& affine) const {
  const Rational beta = affine.beta ? exact(*affine.beta) : Rational(0);
  switch (quantity) {
    case Quantity::y:
      return gamma_over_scale(affine) * (exact(x) - mean_) + beta;
    case Quantity::mean:
      return {mean_, 0, 0};
    case Quantity::rstd:
      return reciprocal(scale_);
    case Quantity::scale:
      return gamma_over_scale(affine);
    case Quantity::offset:
      return gamma_over_scale(affine) * Rational(-mean_) + beta;
  }
  return {};
}

}  // namespace truenorm
