// SPDX-License-Identifier: Apache-2.0
// A claim is right where no end of the interval contradicts it: RN and the binade are
// monotone, so equal ends settle what lies between.
#include "oracle/test/claim.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "oracle/test/nearest.hpp"

namespace truenorm::twin {
namespace {

/// The tail's error that SPEC 7 allows.
constexpr double tail_tolerance_ulps = 0x1p-20;
/// How far the ends may lie apart for a tail to be judged.
constexpr double widest_tail_ulps = 0x1p-26;

mpfr_srcptr nearer_end(const Interval& y) { return y.sign() > 0 ? y.low() : y.high(); }
mpfr_srcptr farther_end(const Interval& y) { return y.sign() > 0 ? y.high() : y.low(); }

bool rounds_magnitude_beyond(const Format& format, mpfr_srcptr value) {
  if (exponent_of(value) < format.emax) return false;
  mpfr_t magnitude;
  mpfr_init2(magnitude, mpfr_get_prec(value));
  mpfr_abs(magnitude, value, MPFR_RNDN);
  const bool is_beyond = rounds_beyond(format, magnitude);
  mpfr_clear(magnitude);
  return is_beyond;
}

int smallest_ulp_exponent(const Format& format) {
  return format.emin - format.precision_bits + 1;
}

/// Whether the value is a multiple of 2^exponent.
bool is_on_grid(double value, int exponent) {
  const double units = std::ldexp(value, -exponent);
  return units == std::nearbyint(units);
}

bool is_even(double value, int ulp_exponent) {
  return is_on_grid(value, ulp_exponent + 1);
}

/// Whether a number rounded towards 0 may lie beyond binary64.
bool is_beyond_binary64(double rounded) {
  return std::fabs(rounded) == std::numeric_limits<double>::max();
}

bool is_same(double a, double b) {
  return std::isnan(a) ? std::isnan(b) && std::signbit(a) == std::signbit(b) : a == b;
}

}  // namespace

std::string_view name(Finding finding) {
  switch (finding) {
    case Finding::right:
      return "right";
    case Finding::open:
      return "open";
    case Finding::wrong_finiteness:
      return "the truth is a number";
    case Finding::wrong_binade:
      return "wrong binade";
    case Finding::wrong_overflow:
      return "wrong overflow";
    case Finding::wrong_rounding:
      return "wrong rounding";
    case Finding::wrong_sign_of_zero:
      return "wrong sign of a rounded zero";
    case Finding::wrong_tail:
      return "wrong tail";
  }
  return {};
}

ClaimCheck::ClaimCheck() {
  mpfr_init2(base_, 64);
  mpfr_init2(distance_, 53);
}

ClaimCheck::~ClaimCheck() {
  mpfr_clear(base_);
  mpfr_clear(distance_);
}

/// What the tail counts from.
void ClaimCheck::set_base(const Truth& truth, const Format& format, int sign) {
  if (!truth.overflows) {
    mpfr_set_d(base_, truth.rounded, MPFR_RNDN);
    return;
  }
  mpfr_set_ld(base_, overflow_threshold(format), MPFR_RNDN);
  if (sign < 0) mpfr_neg(base_, base_, MPFR_RNDN);
}

ClaimCheck::Distance ClaimCheck::distance(mpfr_srcptr end, int ulp_exponent) {
  Distance result;
  // Rounded towards 0, the distance stays on its side of one half, which is a double.
  const int direction = mpfr_sub(distance_, end, base_, MPFR_RNDZ);
  mpfr_mul_2si(distance_, distance_, -ulp_exponent, MPFR_RNDZ);
  result.ulps = mpfr_get_d(distance_, MPFR_RNDZ);
  const double magnitude = std::fabs(result.ulps);
  if (magnitude < 0.5) {
    result.half_order = -1;
  } else {
    result.half_order = magnitude == 0.5 && direction == 0 ? 0 : 1;
  }
  return result;
}

Finding ClaimCheck::check(const Truth& truth, const Format& format, const Interval& y) {
  if (!truth.is_finite) return Finding::wrong_finiteness;
  if (y.is_zero()) {
    if (truth.ulp_exponent != smallest_ulp_exponent(format))
      return Finding::wrong_binade;
    if (truth.overflows) return Finding::wrong_overflow;
    if (truth.rounded != 0) return Finding::wrong_rounding;
    const bool is_right = std::fabs(truth.tail_ulps) <= tail_tolerance_ulps;
    return is_right ? Finding::right : Finding::wrong_tail;
  }
  const int sign = y.sign();
  if (sign == 0) return Finding::open;
  mpfr_srcptr nearer = nearer_end(y);
  mpfr_srcptr farther = farther_end(y);
  const int ulp = truenorm::ulp_exponent(format, exponent_of(nearer));
  if (ulp != truenorm::ulp_exponent(format, exponent_of(farther))) return Finding::open;
  if (truth.ulp_exponent != ulp) return Finding::wrong_binade;
  const bool overflows = rounds_magnitude_beyond(format, nearer);
  if (overflows != rounds_magnitude_beyond(format, farther)) return Finding::open;
  if (truth.overflows != overflows) return Finding::wrong_overflow;
  if (overflows && !is_same(truth.rounded, overflow_result(format, sign < 0)))
    return Finding::wrong_rounding;
  // RN(y) is a value of the format on the grid of y's binade, or that binade's upper end.
  const bool is_value = overflows || (std::isfinite(truth.rounded) &&
                                      is_value_of(format, truth.rounded) &&
                                      is_on_grid(truth.rounded, ulp));
  if (!is_value) return Finding::wrong_rounding;
  set_base(truth, format, sign);
  const Distance from_nearer = distance(nearer, ulp);
  const Distance from_farther = distance(farther, ulp);
  if (!overflows) {
    const bool is_tie = from_nearer.half_order == 0 && y.is_point();
    const bool is_nearest =
        is_tie ? is_even(truth.rounded, ulp)
               : from_nearer.half_order < 0 && from_farther.half_order < 0;
    const bool is_beside = from_nearer.half_order > 0 && from_farther.half_order > 0 &&
                           from_nearer.ulps * from_farther.ulps > 0;
    if (!is_nearest) {
      return is_tie || is_beside ? Finding::wrong_rounding : Finding::open;
    }
    if (truth.rounded == 0 && std::signbit(truth.rounded) != (sign < 0)) {
      return Finding::wrong_sign_of_zero;
    }
  }
  const double scale = std::max(1.0, std::fabs(from_nearer.ulps));
  if (std::fabs(from_nearer.ulps - from_farther.ulps) > widest_tail_ulps * scale) {
    return Finding::open;
  }
  const auto is_off = [&](const Distance& wanted) {
    // A tail beyond binary64 is an infinity there, and here its largest number.
    if (std::isinf(truth.tail_ulps) && is_beyond_binary64(wanted.ulps)) {
      return std::signbit(truth.tail_ulps) != std::signbit(wanted.ulps);
    }
    return !(std::fabs(truth.tail_ulps - wanted.ulps) <= tail_tolerance_ulps * scale);
  };
  return is_off(from_nearer) || is_off(from_farther) ? Finding::wrong_tail
                                                     : Finding::right;
}

namespace {

/// An interval narrower than 2^-this ulps around a boundary is taken for the boundary
/// itself. That is no proof; where it is wrong, a right claim is reported.
constexpr long distinct_bits = 200;

bool is_narrow(const Format& format, const Interval& y) {
  const int ulp = y.sign() == 0
                      ? smallest_ulp_exponent(format)
                      : truenorm::ulp_exponent(format, exponent_of(nearer_end(y)));
  return y.is_narrower_than(ulp - distinct_bits);
}

}  // namespace

bool is_likely_on_boundary(const Format& format, const Interval& y) {
  return is_narrow(format, y);
}

bool narrow_to_boundary(const Format& format, Interval& y) {
  if (!is_narrow(format, y)) return false;
  if (y.sign() == 0) {
    y.set(0.0);
    return true;
  }
  const int half_ulp = truenorm::ulp_exponent(format, exponent_of(nearer_end(y))) - 1;
  mpfr_t boundary;
  mpfr_init2(boundary, mpfr_get_prec(y.low()));
  mpfr_mul_2si(boundary, y.low(), -half_ulp, MPFR_RNDN);
  mpfr_rint(boundary, boundary, MPFR_RNDN);
  mpfr_mul_2si(boundary, boundary, half_ulp, MPFR_RNDN);
  const bool holds =
      mpfr_cmp(y.low(), boundary) <= 0 && mpfr_cmp(boundary, y.high()) <= 0;
  if (holds) y.set(boundary);
  mpfr_clear(boundary);
  return holds;
}

namespace {

std::string text_of(double rounded, double tail_ulps, int ulp_exponent) {
  return hex_float(rounded) + " + " + hex_float(tail_ulps) + " * 2^" +
         std::to_string(ulp_exponent);
}

}  // namespace

std::string expected_text(const Format& format, const Interval& y) {
  if (mpfr_zero_p(y.low()) != 0) return text_of(0, 0, smallest_ulp_exponent(format));
  const double rounded = nearest(format, y.low());
  const int ulp = truenorm::ulp_exponent(format, exponent_of(y.low()));
  mpfr_t tail;
  mpfr_init2(tail, mpfr_get_prec(y.low()));
  if (std::isfinite(rounded)) {
    mpfr_sub_d(tail, y.low(), rounded, MPFR_RNDN);
  } else {
    mpfr_set_ld(tail, overflow_threshold(format), MPFR_RNDN);
    if (mpfr_sgn(y.low()) < 0) mpfr_neg(tail, tail, MPFR_RNDN);
    mpfr_sub(tail, y.low(), tail, MPFR_RNDN);
  }
  mpfr_mul_2si(tail, tail, -ulp, MPFR_RNDN);
  const double tail_ulps = mpfr_get_d(tail, MPFR_RNDN);
  mpfr_clear(tail);
  return text_of(rounded, tail_ulps, ulp);
}

std::string claimed_text(const Truth& truth) {
  std::string text = text_of(truth.rounded, truth.tail_ulps, truth.ulp_exponent);
  if (truth.overflows) text += ", overflows";
  if (!truth.is_finite) text += ", not finite";
  return text + ", " + std::string(truenorm::name(truth.level));
}

}  // namespace truenorm::twin
