// SPDX-License-Identifier: Apache-2.0
// Arb underneath, and a rounding of its own: the nearest integer to y / ulp.
#include "oracle/test/ball.hpp"

#include <flint/fmpq.h>

#include <algorithm>
#include <cmath>

namespace truenorm::twin {
namespace {

class Number {
 public:
  Number() { arf_init(number_); }
  ~Number() { arf_clear(number_); }
  Number(const Number&) = delete;
  Number& operator=(const Number&) = delete;

  arf_ptr get() { return number_; }
  [[nodiscard]] arf_srcptr get() const { return number_; }
  [[nodiscard]] bool is_negative() const { return arf_sgn(number_) < 0; }

 private:
  arf_t number_;
};

class BigInteger {
 public:
  BigInteger() { fmpz_init(integer_); }
  ~BigInteger() { fmpz_clear(integer_); }
  BigInteger(const BigInteger&) = delete;
  BigInteger& operator=(const BigInteger&) = delete;

  fmpz* get() { return integer_; }

 private:
  fmpz_t integer_;
};

/// e with 2^e <= |value| < 2^(e + 1), moved into [emin, emax + 1].
int clamped_binade(const Format& format, const Number& value) {
  BigInteger bound;
  arf_abs_bound_lt_2exp_fmpz(bound.get(), value.get());
  if (fmpz_cmp_si(bound.get(), format.emin + 1) < 0) return format.emin;
  if (fmpz_cmp_si(bound.get(), format.emax + 1) > 0) return format.emax + 1;
  return static_cast<int>(fmpz_get_si(bound.get())) - 1;
}

/// The rounding of a finite number, all but the tail.
BallRounding round_number(const Format& format, const Number& value) {
  BallRounding result;
  const int binade =
      arf_is_zero(value.get()) != 0 ? format.emin : clamped_binade(format, value);
  result.ulp_exponent = std::min(binade, format.emax) - format.precision_bits + 1;
  const double sign = value.is_negative() ? -1.0 : 1.0;
  // In units of the last place; a format without infinities lacks the topmost value.
  const slong top = (slong{1} << format.precision_bits) - (format.has_infinity ? 1 : 2);
  slong units = top + 1;
  if (binade <= format.emax) {
    Number quotient;
    arf_mul_2exp_si(quotient.get(), value.get(), -result.ulp_exponent);
    units = std::abs(arf_get_si(quotient.get(), ARF_RND_NEAR));
  }
  result.overflows = binade >= format.emax && units > top;
  result.rounded = result.overflows ? overflow_result(format, value.is_negative())
                                    : sign * std::ldexp(static_cast<double>(units),
                                                        result.ulp_exponent);
  return result;
}

struct Ends {
  Number low;
  Number high;

  explicit Ends(const Ball& ball) {
    arb_get_lbound_arf(low.get(), ball.get(), ball.bits());
    arb_get_ubound_arf(high.get(), ball.get(), ball.bits());
  }
};

bool is_same(double a, double b) {
  return a == b ||
         (std::isnan(a) && std::isnan(b) && std::signbit(a) == std::signbit(b));
}

/// The number that a tail counts from.
void set_anchor(Number& anchor, const Format& format, const BallRounding& rounding) {
  if (!rounding.overflows) {
    arf_set_d(anchor.get(), rounding.rounded);
    return;
  }
  // 2^(emax + 1), or the value that is missing below it.
  const slong missing = format.has_infinity ? 0 : 1;
  arf_set_si_2exp_si(anchor.get(), (slong{1} << format.precision_bits) - missing,
                     rounding.ulp_exponent);
  if (std::signbit(rounding.rounded)) arf_neg(anchor.get(), anchor.get());
}

}  // namespace

Ball::Ball(long bits) : bits_(bits) { arb_init(ball_); }

Ball::Ball(double value, long bits) : Ball(bits) { arb_set_d(ball_, value); }

Ball::Ball(const Rational& value, long bits) : Ball(bits) {
  fmpq_t fraction;
  fmpq_init(fraction);
  fmpq_set_str(fraction, value.str().c_str(), 10);
  arb_set_fmpq(ball_, fraction, bits);
  fmpq_clear(fraction);
}

Ball::Ball(const Ball& other) : Ball(other.bits_) { arb_set(ball_, other.ball_); }

Ball& Ball::operator=(const Ball& other) {
  arb_set(ball_, other.ball_);
  bits_ = other.bits_;
  return *this;
}

Ball::~Ball() { arb_clear(ball_); }

Ball Ball::of(arf_srcptr value, long bits) {
  Ball result(bits);
  arb_set_arf(result.ball_, value);
  return result;
}

Ball Ball::indeterminate(long bits) {
  Ball result(bits);
  arb_indeterminate(result.ball_);
  return result;
}

Ball Ball::between(double low, double high, long bits) {
  const Ball from(low, bits);
  const Ball to(high, bits);
  Ball result(bits);
  arb_union(result.ball_, from.ball_, to.ball_, bits);
  return result;
}

bool Ball::is_finite() const { return arb_is_finite(ball_) != 0; }
bool Ball::is_zero() const { return arb_is_zero(ball_) != 0; }

Ball operator+(const Ball& a, const Ball& b) {
  Ball result(std::max(a.bits_, b.bits_));
  arb_add(result.ball_, a.ball_, b.ball_, result.bits_);
  return result;
}

Ball operator-(const Ball& a, const Ball& b) {
  Ball result(std::max(a.bits_, b.bits_));
  arb_sub(result.ball_, a.ball_, b.ball_, result.bits_);
  return result;
}

Ball operator-(const Ball& a) {
  Ball result(a.bits_);
  arb_neg(result.ball_, a.ball_);
  return result;
}

Ball operator*(const Ball& a, const Ball& b) {
  Ball result(std::max(a.bits_, b.bits_));
  arb_mul(result.ball_, a.ball_, b.ball_, result.bits_);
  return result;
}

Ball operator/(const Ball& a, const Ball& b) {
  Ball result(std::max(a.bits_, b.bits_));
  arb_div(result.ball_, a.ball_, b.ball_, result.bits_);
  return result;
}

Ball sqrt(const Ball& a) {
  Ball result(a.bits_);
  arb_sqrt(result.ball_, a.ball_, a.bits_);
  return result;
}

Ball sqrt_of_square(const Ball& a) {
  Ball result(a.bits_);
  arb_sqrtpos(result.ball_, a.ball_, a.bits_);
  return result;
}

Ball abs(const Ball& a) {
  Ball result(a.bits_);
  arb_abs(result.ball_, a.ball_);
  return result;
}

Ball max(const Ball& a, const Ball& b) {
  Ball result(std::max(a.bits_, b.bits_));
  arb_max(result.ball_, a.ball_, b.ball_, result.bits_);
  return result;
}

std::optional<bool> is_at_least(const Ball& a, const Ball& b) {
  if (arb_ge(a.ball_, b.ball_) != 0) return true;
  if (arb_lt(a.ball_, b.ball_) != 0) return false;
  return std::nullopt;
}

bool overlap(const Ball& a, const Ball& b) {
  return arb_overlaps(a.ball_, b.ball_) != 0;
}

Ball ball_around(const Format& format, const BallRounding& rounding,
                 double tail_tolerance, long bits) {
  Number anchor;
  set_anchor(anchor, format, rounding);
  const Ball tail = Ball::between(rounding.tail_ulps - tail_tolerance,
                                  rounding.tail_ulps + tail_tolerance, bits);
  const Ball ulp(power_of_two(rounding.ulp_exponent), bits);
  return Ball::of(anchor.get(), bits) + tail * ulp;
}

Ball rounded(const Format& format, const Ball& ball) {
  if (!ball.is_finite()) return ball;
  const Ends ends(ball);
  return Ball::between(round_number(format, ends.low).rounded,
                       round_number(format, ends.high).rounded, ball.bits());
}

std::optional<BallRounding> rounding_of(const Format& format, const Ball& ball) {
  if (!ball.is_finite()) return std::nullopt;
  const Ends ends(ball);
  BallRounding result = round_number(format, ends.low);
  const BallRounding above = round_number(format, ends.high);
  if (!is_same(result.rounded, above.rounded) ||
      result.ulp_exponent != above.ulp_exponent) {
    return std::nullopt;
  }
  Number tail;
  set_anchor(tail, format, result);
  arf_sub(tail.get(), arb_midref(ball.get()), tail.get(), ball.bits(), ARF_RND_NEAR);
  arf_mul_2exp_si(tail.get(), tail.get(), -result.ulp_exponent);
  Number radius;
  arf_set_mag(radius.get(), arb_radref(ball.get()));
  arf_mul_2exp_si(radius.get(), radius.get(), 24 - result.ulp_exponent);
  if (arf_cmpabs_d(radius.get(), 1) > 0 && arf_cmpabs(radius.get(), tail.get()) > 0) {
    return std::nullopt;
  }
  result.tail_ulps = arf_get_d(tail.get(), ARF_RND_NEAR);
  return result;
}

}  // namespace truenorm::twin
