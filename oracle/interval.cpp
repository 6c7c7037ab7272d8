// SPDX-License-Identifier: Apache-2.0
// Each operation twice, an end each; and the grid of a format's values and midpoints.
#include "oracle/interval.hpp"

#include <mpfr.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "oracle/planted.hpp"

namespace truenorm {
namespace {

class Real {
 public:
  explicit Real(long precision_bits) {
    mpfr_init2(value_, precision_bits);
    mpfr_set_zero(value_, 1);
  }
  ~Real() { mpfr_clear(value_); }
  Real(const Real&) = delete;
  Real& operator=(const Real&) = delete;

  // NOLINTNEXTLINE(google-explicit-constructor): an mpfr_t in all but name
  operator mpfr_ptr() { return value_; }
  // NOLINTNEXTLINE(google-explicit-constructor)
  operator mpfr_srcptr() const { return value_; }

 private:
  mpfr_t value_;
};

int sign_of(const Real& value) { return mpfr_sgn(static_cast<mpfr_srcptr>(value)); }

bool is_zero(const Real& value) { return sign_of(value) == 0; }

/// e with 2^e <= |value| < 2^(e + 1)
long exponent_of(const Real& value) { return mpfr_get_exp(value) - 1; }

Rational rational_of(const Real& value) {
  Rational result;
  mpfr_get_q(result.backend().data(), value);
  return result;
}

/// Places magnitudes [low, high], 0 < low < high, on the grid of half ulps.
///
/// Between 2^e and 2^(e+1) the values of a format and the midpoints between them are the
/// multiples of half an ulp; the grid of low's binade contains the coarser grids above
/// it, the powers of two included. So an interval without a grid point meets no boundary,
/// and one with a single grid point can only be in doubt about that one.
class HalfUlpGrid {
 public:
  HalfUlpGrid(const Real& low, const Real& high, const Format& format)
      : low_(low), high_(high), format_(format) {}

  [[nodiscard]] Placement place() const {
    const long exponent = exponent_of(low_);
    if (exponent > format_.emax) return beyond_overflow();
    const int ulp = ulp_exponent(format_, exponent);
    if (exponent_of(high_) > std::max<long>(exponent, format_.emin) + 1) return {};
    Real scaled(std::max(mpfr_get_prec(low_), mpfr_get_prec(high_)));
    mpfr_mul_2si(scaled, low_, 1L - ulp, MPFR_RNDD);
    const long first = mpfr_get_si(scaled, MPFR_RNDU);
    mpfr_mul_2si(scaled, high_, 1L - ulp, MPFR_RNDU);
    const long last = mpfr_get_si(scaled, MPFR_RNDD);
    if (first == last) return {std::nullopt, true};
    if (first < last || !is_narrower_than(ulp - 22L)) return {};
    return {between(last, ulp)};
  }

 private:
  /// The truth in the open cell from `cell` to `cell` + 1 half ulps.
  [[nodiscard]] Truth between(long cell, int ulp) const {
    const long even =
        cell % 2 == 0 || is_planted("truncates") ? cell / 2 * 2 : cell + 1;
    Truth truth;
    truth.ulp_exponent = ulp;
    truth.rounded = std::ldexp(static_cast<double>(even), ulp - 1);
    if (truth.rounded > largest_finite(format_)) return overflow(ulp);
    truth.tail_ulps = tail(distance_ulps(truth.rounded, ulp), even == cell ? 1 : -1);
    return truth;
  }

  [[nodiscard]] Placement beyond_overflow() const {
    const int ulp = ulp_exponent(format_, format_.emax);
    const long relative =
        exponent_of(low_) > format_.emax + 1L ? exponent_of(low_) - 60L : ulp - 22L;
    if (!is_narrower_than(relative)) return {};
    return {overflow(ulp)};
  }

  [[nodiscard]] Truth overflow(int ulp) const {
    Truth truth;
    truth.ulp_exponent = ulp;
    truth.rounded = overflow_result(format_, false);
    truth.overflows = true;
    truth.tail_ulps = distance_ulps(overflow_threshold(format_), ulp);
    return truth;
  }

  /// (low - from)/2^ulp
  [[nodiscard]] double distance_ulps(long double from, int ulp) const {
    Real start(std::numeric_limits<long double>::digits);
    mpfr_set_ld(start, from, MPFR_RNDN);
    Real distance(mpfr_get_prec(low_));
    mpfr_sub(distance, low_, start, MPFR_RNDN);
    mpfr_mul_2si(distance, distance, -ulp, MPFR_RNDN);
    return mpfr_get_d(distance, MPFR_RNDN);
  }

  /// Rounding to double keeps the sign of a tail, however short it is.
  static double tail(double value, int direction) {
    return value != 0 ? value : direction * std::numeric_limits<double>::denorm_min();
  }

  [[nodiscard]] bool is_narrower_than(long exponent) const {
    Real width(mpfr_get_prec(low_));
    mpfr_sub(width, high_, low_, MPFR_RNDU);
    return sign_of(width) == 0 || exponent_of(width) < exponent;
  }

  const Real& low_;
  const Real& high_;
  const Format& format_;
};

Truth mirrored(Truth truth) {
  truth.rounded = -truth.rounded;
  truth.tail_ulps = -truth.tail_ulps;
  return truth;
}

/// Whether a number stays within half the smallest subnormal.
bool is_near_zero(const Real& value, const Format& format) {
  return is_zero(value) || exponent_of(value) < format.emin - format.precision_bits;
}

}  // namespace

struct Interval::Ends {
  explicit Ends(long precision_bits) : low(precision_bits), high(precision_bits) {}

  /// -1 or 1 if every number of the interval has that sign, else 0.
  [[nodiscard]] int sign() const {
    if (sign_of(low) > 0) return 1;
    return sign_of(high) < 0 ? -1 : 0;
  }

  Real low;
  Real high;
};

Interval::Interval(long precision_bits)
    : ends_(std::make_unique<Ends>(precision_bits)) {}

Interval::~Interval() = default;

Interval::Interval(Interval&&) noexcept = default;

Interval& Interval::operator=(Interval&&) noexcept = default;

void Interval::set(const Rational& value) {
  auto& [low, high] = *ends_;
  const bool is_wrong = is_planted("lower_bound_rounded_up");
  const int rounding =
      mpfr_set_q(low, value.backend().data(), is_wrong ? MPFR_RNDU : MPFR_RNDD);
  mpfr_set(high, low, MPFR_RNDN);
  // The division that a rational takes need not be done twice.
  if (rounding != 0 && !is_wrong) mpfr_nextabove(high);
}

void Interval::set(double value) {
  mpfr_set_d(ends_->low, value, MPFR_RNDD);
  mpfr_set_d(ends_->high, value, MPFR_RNDU);
}

void Interval::take_root() {
  mpfr_sqrt(ends_->low, ends_->low, MPFR_RNDD);
  mpfr_sqrt(ends_->high, ends_->high,
            is_planted("root_rounded_down") ? MPFR_RNDD : MPFR_RNDU);
}

void Interval::add(const Interval& term) {
  mpfr_add(ends_->low, ends_->low, term.ends_->low, MPFR_RNDD);
  mpfr_add(ends_->high, ends_->high, term.ends_->high, MPFR_RNDU);
}

void Interval::subtract(const Interval& term) {
  mpfr_sub(ends_->low, ends_->low, term.ends_->high, MPFR_RNDD);
  mpfr_sub(ends_->high, ends_->high, term.ends_->low, MPFR_RNDU);
}

void Interval::multiply(double factor) {
  if (factor < 0) mpfr_swap(ends_->low, ends_->high);
  mpfr_mul_d(ends_->low, ends_->low, factor, MPFR_RNDD);
  mpfr_mul_d(ends_->high, ends_->high, factor, MPFR_RNDU);
}

void Interval::set_product(const Interval& factor, const Interval& positive) {
  // A negative end is farthest from 0 with the larger factor.
  const bool is_swapped = is_planted("product_ends_swapped");
  const auto& [low, high] = *positive.ends_;
  const bool low_is_negative = (sign_of(factor.ends_->low) < 0) != is_swapped;
  const bool high_is_negative = (sign_of(factor.ends_->high) < 0) != is_swapped;
  mpfr_mul(ends_->low, factor.ends_->low, low_is_negative ? high : low, MPFR_RNDD);
  mpfr_mul(ends_->high, factor.ends_->high, high_is_negative ? low : high, MPFR_RNDU);
}

Rational Interval::low() const { return rational_of(ends_->low); }

Rational Interval::high() const { return rational_of(ends_->high); }

std::optional<long double> Interval::approximate() const {
  const auto& [low, high] = *ends_;
  if (mpfr_equal_p(low, high) == 0) {
    if (ends_->sign() == 0) return std::nullopt;
    Real width(mpfr_get_prec(low));
    mpfr_sub(width, high, low, MPFR_RNDU);
    if (exponent_of(width) >= exponent_of(low) - 60) return std::nullopt;
  }
  return mpfr_get_ld(low, MPFR_RNDN);
}

Placement Interval::place(const Format& format) const {
  const auto& [low, high] = *ends_;
  switch (ends_->sign()) {
    case 1:
      return HalfUlpGrid(low, high, format).place();
    case -1: {
      Real least(mpfr_get_prec(low));
      Real most(mpfr_get_prec(low));
      mpfr_neg(least, high, MPFR_RNDN);
      mpfr_neg(most, low, MPFR_RNDN);
      Placement placement = HalfUlpGrid(least, most, format).place();
      if (placement.truth) placement.truth = mirrored(*placement.truth);
      return placement;
    }
    default:
      return {std::nullopt, is_near_zero(low, format) && is_near_zero(high, format)};
  }
}

}  // namespace truenorm
