// SPDX-License-Identifier: Apache-2.0
// Interval arithmetic on MPFR: lower ends round down, upper ends round up.
#include "oracle/refine.hpp"

#include <mpfr.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "oracle/decide.hpp"
#include "oracle/planted.hpp"
#include "oracle/score.hpp"

namespace truenorm {
namespace {

constexpr int decimal_digits = 30;
constexpr long first_bits = 128;

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

/// Far beyond what any input needs; reaching it means that this code is wrong.
constexpr long most_bits = 1L << 24;

int sign_of(const Real& value) { return mpfr_sgn(static_cast<mpfr_srcptr>(value)); }

/// A closed interval [low, high]. No value leaves MPFR's default exponent range, which
/// has room for products of far more doubles and reciprocals than a formula has.
struct Interval {
  explicit Interval(long precision_bits) : low(precision_bits), high(precision_bits) {}

  Real low;
  Real high;

  void set(const Rational& value) {
    const bool is_wrong = is_planted("lower_bound_rounded_up");
    mpfr_set_q(low, value.backend().data(), is_wrong ? MPFR_RNDU : MPFR_RNDD);
    mpfr_set_q(high, value.backend().data(), MPFR_RNDU);
  }
  /// The root, for 0 <= low.
  void take_root() {
    mpfr_sqrt(low, low, MPFR_RNDD);
    mpfr_sqrt(high, high, is_planted("root_rounded_down") ? MPFR_RNDD : MPFR_RNDU);
  }
  void add(const Interval& term) {
    mpfr_add(low, low, term.low, MPFR_RNDD);
    mpfr_add(high, high, term.high, MPFR_RNDU);
  }
  /// Adds the product of a number of one sign and an interval that is not negative.
  void add_product(const Interval& factor, const Interval& root, Interval& product) {
    const bool is_negative =
        sign_of(factor.high) <= 0 && !is_planted("product_ends_swapped");
    mpfr_mul(product.low, factor.low, is_negative ? root.high : root.low, MPFR_RNDD);
    mpfr_mul(product.high, factor.high, is_negative ? root.low : root.high, MPFR_RNDU);
    add(product);
  }
  void negate() {
    mpfr_neg(low, low, MPFR_RNDD);
    mpfr_neg(high, high, MPFR_RNDU);
    mpfr_swap(low, high);
  }
  /// Whether the interval is narrow enough to be taken for a number of 60 bits.
  [[nodiscard]] bool is_sharp() const {
    if (mpfr_equal_p(low, high) != 0) return true;
    if (sign() == 0) return false;
    Real width(mpfr_get_prec(low));
    mpfr_sub(width, high, low, MPFR_RNDU);
    return mpfr_get_exp(width) < mpfr_get_exp(low) - 60;
  }
  /// -1 or 1 if every number of the interval has that sign, else 0.
  [[nodiscard]] int sign() const {
    if (sign_of(low) > 0) return 1;
    return sign_of(high) < 0 ? -1 : 0;
  }
};

/// e with 2^e <= |value| < 2^(e + 1)
long exponent_of(const Real& value) { return mpfr_get_exp(value) - 1; }

/// Where a real lies among the values of a format and the midpoints between them.
struct Placement {
  /// Set if the enclosure settles it.
  std::optional<Truth> truth;
  /// Whether just one value or midpoint is in doubt: the real may equal it.
  bool meets_boundary = false;
};

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

/// Whether [low, high], which contains 0, stays within half the smallest subnormal.
bool is_near_zero(const Interval& y, const Format& format) {
  const long half_subnormal = format.emin - format.precision_bits;
  const auto is_small = [&](const Real& end) {
    return mpfr_zero_p(static_cast<mpfr_srcptr>(end)) != 0 ||
           exponent_of(end) < half_subnormal;
  };
  return is_small(y.low) && is_small(y.high);
}

/// values   y is negated in place if it is negative
Placement place(Interval& y, const Format& format) {
  switch (y.sign()) {
    case 1:
      return HalfUlpGrid(y.low, y.high, format).place();
    case -1: {
      y.negate();
      Placement placement = HalfUlpGrid(y.low, y.high, format).place();
      if (placement.truth) placement.truth = mirrored(*placement.truth);
      return placement;
    }
    default:
      return {std::nullopt, is_near_zero(y, format)};
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

std::string decimal_of_rational(const Rational& value) {
  // mpfr_set_q rounds once and mpfr_get_str again; with the sticky last bit that rounding
  // to odd gives, the two agree with one rounding.
  constexpr long bits = 2 * 4 * decimal_digits;
  Real rounded(bits);
  const int direction = mpfr_set_q(rounded, value.backend().data(), MPFR_RNDZ);
  if (direction == 0) return decimal_text(rounded);
  Real next(bits + 1);
  mpfr_set(next, rounded, MPFR_RNDZ);
  value > 0 ? mpfr_nextabove(next) : mpfr_nextbelow(next);
  return decimal_text(next);
}

/// The intervals of one precision.
struct Workspace {
  explicit Workspace(long precision_bits)
      : sum(precision_bits),
        factor(precision_bits),
        root(precision_bits),
        product(precision_bits) {}

  /// Encloses the sum of the terms in `sum`.
  void enclose(std::span<const Surd> terms) {
    Rational rational_part = terms.empty() ? Rational(0) : terms.front().a;
    for (const Surd& term : terms.subspan(terms.empty() ? 0 : 1)) {
      rational_part += term.a;
    }
    sum.set(rational_part);
    for (const Surd& term : terms) {
      if (term.is_rational()) continue;
      enclose_root(term.d);
      factor.set(term.b);
      sum.add_product(factor, root, product);
    }
  }

  Interval sum;

 private:
  /// The elements of a group share their root.
  void enclose_root(const Rational& radicand) {
    if (radicand == radicand_ || (is_planted("stale_root") && radicand_ != 0)) return;
    radicand_ = radicand;
    root.set(radicand);
    root.take_root();
  }

  Interval factor;
  Interval root;
  Interval product;
  Rational radicand_ = 0;
};

}  // namespace

struct Settler::Enclosures {
  Interval& enclose(std::span<const Surd> terms, std::size_t doublings) {
    while (workspaces.size() <= doublings) {
      const long bits = first_bits << workspaces.size();
      if (bits > most_bits) throw OracleFault("an element stayed open");
      workspaces.push_back(std::make_unique<Workspace>(bits));
    }
    workspaces[doublings]->enclose(terms);
    return workspaces[doublings]->sum;
  }

  std::vector<std::unique_ptr<Workspace>> workspaces;
};

Settler::Settler() : enclosures_(std::make_unique<Enclosures>()) {}

Settler::~Settler() = default;

Truth Settler::settle(std::span<const Surd> terms, const Format& format) {
  bool is_irrational = false;
  for (std::size_t doublings = 0;; ++doublings) {
    const Placement placement = place(enclosures_->enclose(terms, doublings), format);
    if (placement.truth) return *placement.truth;
    if (!placement.meets_boundary || is_irrational) continue;
    // Equality before refining further; a rational sum is then known altogether.
    if (const auto value = rational_value(terms)) return exact_truth(*value, format);
    is_irrational = true;
  }
}

std::string Settler::decimal(std::span<const Surd> terms) {
  bool is_irrational = false;
  for (std::size_t doublings = 0;; ++doublings) {
    const Interval& sum = enclosures_->enclose(terms, doublings);
    std::string low = decimal_text(sum.low);
    if (low == decimal_text(sum.high)) return low;
    if (is_irrational) continue;
    if (const auto value = rational_value(terms)) return decimal_of_rational(*value);
    is_irrational = true;
  }
}

long double Settler::approximate(std::span<const Surd> terms) {
  bool is_irrational = false;
  for (std::size_t doublings = 0;; ++doublings) {
    Interval& sum = enclosures_->enclose(terms, doublings);
    if (sum.is_sharp()) return mpfr_get_ld(sum.low, MPFR_RNDN);
    if (is_irrational) continue;
    if (const auto value = rational_value(terms)) return to_long_double(*value);
    is_irrational = true;
  }
}

}  // namespace truenorm
