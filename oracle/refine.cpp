// SPDX-License-Identifier: Apache-2.0
// Interval arithmetic on MPFR: lower ends round down, upper ends round up.
#include "oracle/refine.hpp"

#include <mpfr.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace truenorm {
namespace {

constexpr int decimal_digits = 30;

class Real {
 public:
  explicit Real(long precision_bits) { mpfr_init2(value_, precision_bits); }
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

/// A closed interval [low, high]. No value leaves MPFR's default exponent range, which
/// has room for products of far more doubles and reciprocals than a formula has.
struct Interval {
  explicit Interval(long precision_bits) : low(precision_bits), high(precision_bits) {}

  Real low;
  Real high;

  void set(double value) {
    mpfr_set_d(low, value, MPFR_RNDD);
    mpfr_set_d(high, value, MPFR_RNDU);
  }
  void set(const Rational& value) {
    mpfr_set_q(low, value.backend().data(), MPFR_RNDD);
    mpfr_set_q(high, value.backend().data(), MPFR_RNDU);
  }
  void set(const Interval& other) {
    mpfr_set(low, other.low, MPFR_RNDD);
    mpfr_set(high, other.high, MPFR_RNDU);
  }
  void add(const Interval& term) {
    mpfr_add(low, low, term.low, MPFR_RNDD);
    mpfr_add(high, high, term.high, MPFR_RNDU);
  }
  void add(double term) {
    mpfr_add_d(low, low, term, MPFR_RNDD);
    mpfr_add_d(high, high, term, MPFR_RNDU);
  }
  void divide(unsigned long divisor) {
    mpfr_div_ui(low, low, divisor, MPFR_RNDD);
    mpfr_div_ui(high, high, divisor, MPFR_RNDU);
  }
  void negate() {
    mpfr_neg(low, low, MPFR_RNDD);
    mpfr_neg(high, high, MPFR_RNDU);
    mpfr_swap(low, high);
  }
  /// value - subtrahend
  void set_difference(double value, const Interval& subtrahend) {
    mpfr_d_sub(low, value, subtrahend.high, MPFR_RNDD);
    mpfr_d_sub(high, value, subtrahend.low, MPFR_RNDU);
  }
  /// Multiplies by [factor.low, factor.high], 0 <= factor.low.
  void multiply_by_nonnegative(const Interval& factor) {
    mpfr_mul(low, low, sign_of(low) >= 0 ? factor.low : factor.high, MPFR_RNDD);
    mpfr_mul(high, high, sign_of(high) >= 0 ? factor.high : factor.low, MPFR_RNDU);
  }
  void multiply(double factor) {
    mpfr_mul_d(low, low, std::fabs(factor), MPFR_RNDD);
    mpfr_mul_d(high, high, std::fabs(factor), MPFR_RNDU);
    if (factor < 0) negate();
  }
  /// Squares, for an interval on either side of 0 or around it.
  void square() {
    if (sign_of(high) <= 0) negate();
    if (sign_of(low) >= 0) {
      mpfr_sqr(low, low, MPFR_RNDD);
      mpfr_sqr(high, high, MPFR_RNDU);
      return;
    }
    if (mpfr_cmpabs(low, high) > 0) mpfr_neg(high, low, MPFR_RNDU);
    mpfr_sqr(high, high, MPFR_RNDU);
    mpfr_set_zero(low, 1);
  }
  /// The root, for 0 <= low.
  void take_root() {
    mpfr_sqrt(low, low, MPFR_RNDD);
    mpfr_sqrt(high, high, MPFR_RNDU);
  }
  /// The maximum with each end of another interval.
  void raise_to(const Interval& floor) {
    mpfr_max(low, low, floor.low, MPFR_RNDD);
    mpfr_max(high, high, floor.high, MPFR_RNDU);
  }

  [[nodiscard]] bool is_point() const { return mpfr_equal_p(low, high) != 0; }
  /// -1 or 1 if every number of the interval has that sign, else 0.
  [[nodiscard]] int sign() const {
    if (sign_of(low) > 0) return 1;
    return sign_of(high) < 0 ? -1 : 0;
  }
};

/// e with 2^e <= |value| < 2^(e + 1)
long exponent_of(const Real& value) { return mpfr_get_exp(value) - 1; }

Rational exact(const Real& value) {
  Rational result;
  mpfr_get_q(result.backend().data(), value);
  return result;
}

/// Rounding to double keeps the sign of a tail, however short it is.
double as_tail(double value, int direction) {
  return value != 0 ? value : direction * std::numeric_limits<double>::denorm_min();
}

Rational dyadic(long significand, long exponent) {
  return Rational(significand) * power_of_two(exponent);
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
    if (first == last) return {std::nullopt, dyadic(first, ulp - 1L)};
    if (first < last || !is_narrower_than(ulp - 22L)) return {};
    return {between(last, ulp), std::nullopt};
  }

 private:
  /// The truth in the open cell from `cell` to `cell` + 1 half ulps.
  [[nodiscard]] Truth between(long cell, int ulp) const {
    const long even = cell % 2 == 0 ? cell : cell + 1;
    Truth truth;
    truth.ulp_exponent = ulp;
    truth.rounded = std::ldexp(static_cast<double>(even), ulp - 1);
    truth.tail_ulps = as_tail(distance_ulps(truth.rounded, ulp), even == cell ? 1 : -1);
    if (truth.rounded > largest_finite(format_)) {
      truth.rounded = std::numeric_limits<double>::infinity();
    }
    return truth;
  }

  [[nodiscard]] Placement beyond_overflow() const {
    const int ulp = ulp_exponent(format_, format_.emax);
    const long relative =
        exponent_of(low_) > format_.emax + 1L ? exponent_of(low_) - 60L : ulp - 22L;
    if (!is_narrower_than(relative)) return {};
    Truth truth;
    truth.ulp_exponent = ulp;
    truth.rounded = std::numeric_limits<double>::infinity();
    Real base(mpfr_get_prec(low_));
    mpfr_set_ui_2exp(base, 1, format_.emax + 1L, MPFR_RNDN);
    mpfr_sub(base, low_, base, MPFR_RNDN);
    mpfr_mul_2si(base, base, -ulp, MPFR_RNDN);
    truth.tail_ulps = mpfr_get_d(base, MPFR_RNDN);
    return {truth, std::nullopt};
  }

  /// (low - from)/2^ulp; `from` may be 2^1024, which ldexp has made an infinity.
  [[nodiscard]] double distance_ulps(double from, int ulp) const {
    Real distance(mpfr_get_prec(low_));
    if (std::isinf(from)) {
      mpfr_set_ui_2exp(distance, 1, format_.emax + 1L, MPFR_RNDN);
      mpfr_sub(distance, low_, distance, MPFR_RNDN);
    } else {
      mpfr_sub_d(distance, low_, from, MPFR_RNDN);
    }
    mpfr_mul_2si(distance, distance, -ulp, MPFR_RNDN);
    return mpfr_get_d(distance, MPFR_RNDN);
  }

  [[nodiscard]] bool is_narrower_than(long exponent) const {
    Real width(mpfr_get_prec(low_));
    mpfr_sub(width, high_, low_, MPFR_RNDU);
    return exponent_of(width) < exponent;
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

/// Whether [low, high], which contains 0, stays within half the smallest subnormal.
bool is_near_zero(const Interval& y, const Format& format) {
  const long half_subnormal = format.emin - format.precision_bits;
  const auto is_small = [&](const Real& end) {
    return mpfr_zero_p(static_cast<mpfr_srcptr>(end)) != 0 ||
           exponent_of(end) < half_subnormal;
  };
  return is_small(y.low) && is_small(y.high);
}

Placement place_interval(Interval& y, const Format& format) {
  if (y.is_point()) return {exact_truth(exact(y.low), format, Level::refine), {}};
  switch (y.sign()) {
    case 1:
      return HalfUlpGrid(y.low, y.high, format).place();
    case -1: {
      y.negate();
      Placement placement = HalfUlpGrid(y.low, y.high, format).place();
      if (placement.truth) placement.truth = mirrored(*placement.truth);
      if (placement.boundary) placement.boundary = -*placement.boundary;
      return placement;
    }
    default:
      if (is_near_zero(y, format)) return {std::nullopt, Rational(0)};
      return {};
  }
}

/// 30 digits and a decimal exponent, 1.50000000000000000000000000000e+00; an exact zero
/// is "0".
std::string decimal_text(mpfr_srcptr value) {
  if (mpfr_zero_p(value) != 0) return "0";
  mpfr_exp_t exponent = 0;
  char* digits = mpfr_get_str(nullptr, &exponent, 10, decimal_digits, value, MPFR_RNDN);
  const std::string text = digits;
  mpfr_free_str(digits);
  const std::size_t point = text[0] == '-' ? 2 : 1;
  const long power = exponent - 1;
  const std::string magnitude = std::to_string(std::labs(power));
  return text.substr(0, point) + "." + text.substr(point) + (power < 0 ? "e-" : "e+") +
         (magnitude.size() < 2 ? "0" : "") + magnitude;
}

}  // namespace

struct RefinedGroup::Enclosures {
  Enclosures(const Group& group, long bits)
      : form(*group.form),
        precision_bits(bits),
        mean(bits),
        spread(bits),
        reciprocal(bits),
        magnitude(bits),
        element(bits),
        gamma(bits) {
    enclose_mean(group);
    enclose_spread(group);
    enclose_scale();
  }

  void enclose_mean(const Group& group) {
    mean.set(0.0);
    if (form.location == Location::given) mean.set(group.given_mean);
    if (form.location != Location::mean) return;
    for (const double x : group.x) mean.add(x);
    mean.divide(group.x.size());
  }

  void enclose_spread(const Group& group) {
    if (form.spread == Spread::given) {
      const double variance = group.given_variance;
      spread.set(form.clamps_variance ? std::max(variance, 0.0) : variance);
      return;
    }
    spread.set(0.0);
    for (const double x : group.x) {
      element.set_difference(x, mean);
      element.square();
      spread.add(element);
    }
    const auto divisor = static_cast<std::int64_t>(group.x.size()) - form.ddof;
    if (divisor > 0) {
      spread.divide(static_cast<unsigned long>(divisor));
    } else {
      is_undefined = true;
    }
  }

  void enclose_scale() {
    Interval eps(precision_bits);
    eps.set(form.eps);
    Interval scale(precision_bits);
    scale.set(spread);
    switch (form.eps_mode) {
      case EpsMode::inside:
        scale.add(eps);
        break;
      case EpsMode::floor_inside:
        scale.raise_to(eps);
        break;
      case EpsMode::outside:
      case EpsMode::floor:
        break;
    }
    if (sign_of(scale.high) < 0) is_undefined = true;
    if (is_undefined || sign_of(scale.low) < 0) return;
    scale.take_root();
    if (form.eps_mode == EpsMode::outside) scale.add(eps);
    if (form.eps_mode == EpsMode::floor) scale.raise_to(eps);
    direction = scale.sign();
    if (direction == 0) return;
    if (direction < 0) scale.negate();
    magnitude.set(scale);
    mpfr_ui_div(reciprocal.low, 1, scale.high, MPFR_RNDD);
    mpfr_ui_div(reciprocal.high, 1, scale.low, MPFR_RNDU);
  }

  void divide_by_scale() {
    element.multiply_by_nonnegative(reciprocal);
    if (direction < 0) element.negate();
  }

  void multiply_by_gamma(const Affine& affine) {
    if (!affine.gamma) return;
    if (form.gamma_offset == 0) {
      element.multiply(*affine.gamma);
      return;
    }
    gamma.set(*affine.gamma);
    gamma.add(static_cast<double>(form.gamma_offset));
    // The sum of two floats rounds to a number of its own sign, and to 0 only if it is 0.
    const bool is_negative = sign_of(gamma.low) < 0;
    if (is_negative) gamma.negate();
    element.multiply_by_nonnegative(gamma);
    if (is_negative) element.negate();
  }

  void normalize(double x) {
    element.set_difference(x, mean);
    divide_by_scale();
  }

  /// Encloses the quantity in `element`.
  void enclose(Quantity quantity, double x, const Affine& affine) {
    switch (quantity) {
      case Quantity::y:
        normalize(x);
        multiply_by_gamma(affine);
        if (affine.beta) element.add(*affine.beta);
        break;
      case Quantity::mean:
        element.set(mean);
        break;
      case Quantity::rstd:
        element.set(1.0);
        divide_by_scale();
        break;
      case Quantity::scale:
        element.set(1.0);
        divide_by_scale();
        multiply_by_gamma(affine);
        break;
      case Quantity::offset:
        element.set(mean);
        element.negate();
        divide_by_scale();
        multiply_by_gamma(affine);
        if (affine.beta) element.add(*affine.beta);
        break;
    }
  }

  const CanonicalForm& form;
  long precision_bits;
  Interval mean;
  Interval spread;
  Interval reciprocal;  ///< of |s|
  Interval magnitude;   ///< |s|
  Interval element;
  Interval gamma;
  int direction = 0;  ///< the sign of s; 0 while it is not known
  bool is_undefined = false;
};

RefinedGroup::RefinedGroup(const Group& group, long precision_bits)
    : enclosures_(std::make_unique<Enclosures>(group, precision_bits)) {}

RefinedGroup::~RefinedGroup() = default;

ScaleSign RefinedGroup::scale_sign() const {
  if (enclosures_->is_undefined) return ScaleSign::undefined;
  if (enclosures_->direction > 0) return ScaleSign::positive;
  return enclosures_->direction < 0 ? ScaleSign::negative : ScaleSign::unknown;
}

bool RefinedGroup::is_sharp() const {
  const Enclosures& e = *enclosures_;
  if (e.direction == 0) return false;
  Real width(e.precision_bits);
  mpfr_sub(width, e.magnitude.high, e.magnitude.low, MPFR_RNDU);
  return sign_of(width) == 0 || exponent_of(width) < exponent_of(e.magnitude.low) - 60;
}

GroupSummary RefinedGroup::summary() const {
  const Enclosures& e = *enclosures_;
  GroupSummary summary;
  summary.mean_high = mpfr_get_ld(e.mean.low, MPFR_RNDN);
  Real rest(e.precision_bits);
  mpfr_set_ld(rest, summary.mean_high, MPFR_RNDN);
  mpfr_sub(rest, e.mean.low, rest, MPFR_RNDN);
  summary.mean_low = mpfr_get_ld(rest, MPFR_RNDN);
  summary.spread = mpfr_get_ld(e.spread.high, MPFR_RNDN);
  mpfr_add_q(rest, e.spread.high, e.form.eps.backend().data(), MPFR_RNDN);
  summary.spread_plus_eps = mpfr_get_ld(rest, MPFR_RNDN);
  summary.scale_sign = scale_sign();
  if (e.direction != 0) summary.magnitude = mpfr_get_ld(e.magnitude.low, MPFR_RNDN);
  return summary;
}

Placement RefinedGroup::place(Quantity quantity, double x, const Affine& affine,
                              const Format& format) {
  enclosures_->enclose(quantity, x, affine);
  return place_interval(enclosures_->element, format);
}

Placement RefinedGroup::place_normalized(double x, const Format& format) {
  enclosures_->normalize(x);
  return place_interval(enclosures_->element, format);
}

std::optional<std::string> RefinedGroup::decimal(Quantity quantity, double x,
                                                 const Affine& affine) {
  enclosures_->enclose(quantity, x, affine);
  std::string low = decimal_text(enclosures_->element.low);
  if (low != decimal_text(enclosures_->element.high)) return std::nullopt;
  return low;
}

Truth exact_truth(const Rational& value, const Format& format, Level level) {
  Truth truth;
  truth.level = level;
  truth.rounded = round_to_nearest(format, value);
  const long exponent = value == 0 ? format.emin : binary_exponent(value);
  truth.ulp_exponent = ulp_exponent(format, exponent);
  const Rational base = std::isinf(truth.rounded)
                            ? Rational(power_of_two(format.emax + 1L) * value.sign())
                            : exact(truth.rounded);
  const Rational tail = (value - base) * power_of_two(-truth.ulp_exponent);
  if (tail != 0) {
    truth.tail_ulps = as_tail(round_to_nearest(float64, tail), tail.sign());
  }
  return truth;
}

std::string exact_decimal(const Rational& value) {
  // mpfr_set_q rounds once and mpfr_get_str again; with the sticky last bit that rounding
  // to odd gives, the two agree with one rounding.
  constexpr long bits = 2 * 4 * decimal_digits;
  Real rounded(bits);
  const int direction = mpfr_set_q(rounded, value.backend().data(), MPFR_RNDZ);
  if (direction != 0) {
    Real next(bits + 1);
    mpfr_set(next, rounded, MPFR_RNDZ);
    value > 0 ? mpfr_nextabove(next) : mpfr_nextbelow(next);
    return decimal_text(next);
  }
  return decimal_text(rounded);
}

}  // namespace truenorm
