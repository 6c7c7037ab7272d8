// SPDX-License-Identifier: Apache-2.0
// Arb's balls as values, and what rounding to a format makes of one.
#pragma once

#include <arb.h>

#include <optional>

#include "oracle/format.hpp"
#include "oracle/rational.hpp"

namespace truenorm::twin {

/// A ball that holds a real number; NaN and infinities make it hold everything.
///
/// values   an operation works at the larger precision of its operands
/// source   F. Johansson, Arb: efficient arbitrary-precision midpoint-radius interval
///          arithmetic, 2017
class Ball {
 public:
  Ball(double value, long bits);
  Ball(const Rational& value, long bits);
  Ball(const Ball& other);
  Ball& operator=(const Ball& other);
  ~Ball();

  [[nodiscard]] static Ball of(arf_srcptr value, long bits);
  /// Everything: what is known of NaN.
  [[nodiscard]] static Ball indeterminate(long bits);
  /// The ball of all numbers between two.
  [[nodiscard]] static Ball between(double low, double high, long bits);

  [[nodiscard]] arb_srcptr get() const { return ball_; }
  [[nodiscard]] long bits() const { return bits_; }
  [[nodiscard]] bool is_finite() const;
  /// Whether the ball is known to be 0 and nothing else.
  [[nodiscard]] bool is_zero() const;

  Ball& operator+=(const Ball& other) { return *this = *this + other; }
  friend Ball operator+(const Ball& a, const Ball& b);
  friend Ball operator-(const Ball& a, const Ball& b);
  friend Ball operator-(const Ball& a);
  friend Ball operator*(const Ball& a, const Ball& b);
  friend Ball operator/(const Ball& a, const Ball& b);
  friend Ball sqrt(const Ball& a);
  /// The square root of what cannot be negative, even if the ball can.
  friend Ball sqrt_of_square(const Ball& a);
  friend Ball abs(const Ball& a);
  friend Ball max(const Ball& a, const Ball& b);

  /// Whether a >= b; nothing where the balls overlap.
  friend std::optional<bool> is_at_least(const Ball& a, const Ball& b);
  friend bool overlap(const Ball& a, const Ball& b);

 private:
  explicit Ball(long bits);

  arb_t ball_;
  long bits_;
};

/// A number as Truth writes it, read off a ball.
struct BallRounding {
  double rounded = 0;
  bool overflows = false;
  double tail_ulps = 0;
  int ulp_exponent = 0;
};

/// A ball around the number that a rounding and its tail name.
[[nodiscard]] Ball ball_around(const Format& format, const BallRounding& rounding,
                               double tail_tolerance, long bits);

/// A ball around RN of every number in the ball.
[[nodiscard]] Ball rounded(const Format& format, const Ball& ball);

/// The rounding of the ball's number, if all numbers in the ball round alike and have the
/// same ulp, and the ball is too narrow to blur the tail.
[[nodiscard]] std::optional<BallRounding> rounding_of(const Format& format,
                                                      const Ball& ball);

}  // namespace truenorm::twin
