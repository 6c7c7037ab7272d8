// SPDX-License-Identifier: Apache-2.0
// A closed interval of reals between two MPFR numbers, for loops that must not allocate.
#pragma once

#include <mpfr.h>

#include "oracle/rational.hpp"

namespace truenorm::twin {

/// A double as an MPFR number of the precision of the intervals that meet it, which is
/// cheaper than a conversion in each operation.
class Number {
 public:
  /// values   precision_bits >= 53, so that every double fits
  explicit Number(long precision_bits) { mpfr_init2(value_, precision_bits); }
  ~Number() { mpfr_clear(value_); }
  Number(const Number&) = delete;
  Number& operator=(const Number&) = delete;

  void set(double value) { mpfr_set_d(value_, value, MPFR_RNDN); }
  [[nodiscard]] mpfr_srcptr get() const { return value_; }

 private:
  mpfr_t value_;
};

/// [low, high]: whatever sets an end rounds the lower one down and the upper one up.
///
/// values   ends are finite. No formula here leaves MPFR's exponent range, which is far
///          wider than products of many doubles
class Interval {
 public:
  explicit Interval(long precision_bits);
  Interval(const Interval& other);
  Interval& operator=(const Interval& other);
  ~Interval();

  [[nodiscard]] mpfr_srcptr low() const { return low_; }
  [[nodiscard]] mpfr_srcptr high() const { return high_; }
  /// 1 or -1 if every number of the interval has that sign, else 0.
  [[nodiscard]] int sign() const;
  /// Whether the interval holds 0 and nothing else.
  [[nodiscard]] bool is_zero() const;
  [[nodiscard]] bool is_point() const { return mpfr_equal_p(low_, high_) != 0; }
  /// Whether the ends lie closer than 2^exponent.
  [[nodiscard]] bool is_narrower_than(long exponent) const;

  void set(double value);
  void set(const Rational& value);
  /// A point; the value must fit the precision.
  void set(mpfr_srcptr value);

  void set_sum(const Interval& a, const Interval& b);
  void add(const Number& b);
  void set_difference(const Number& a, const Interval& b);
  void subtract(const Interval& b);
  void negate();

  void set_product(const Number& a, const Number& b);
  void multiply(const Number& b);
  /// a * b, neither of which is this interval.
  void set_product(const Interval& a, const Interval& b);
  /// This interval times one without negative numbers.
  void multiply_by_positive(const Interval& b);
  void divide(unsigned long divisor);

  void set_square(const Interval& a);
  /// The root, for 0 <= low.
  void set_root(const Interval& a);
  /// 1/a, for 0 < low.
  void set_reciprocal(const Interval& a);
  void make_absolute();
  void raise_to(const Interval& floor);

 private:
  void set_product_of_mixed(const Interval& a, const Interval& b);

  mpfr_t low_;
  mpfr_t high_;
};

/// Whether every number of a is at least as large as every one of b.
[[nodiscard]] bool is_at_least(const Interval& a, const Interval& b);
/// Whether every number of a is smaller than every one of b.
[[nodiscard]] bool is_less(const Interval& a, const Interval& b);

}  // namespace truenorm::twin
