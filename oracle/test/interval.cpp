// SPDX-License-Identifier: Apache-2.0
// Directed rounding: each end of a result is the worst that the operands' ends can do.
#include "oracle/test/interval.hpp"

namespace truenorm::twin {

Interval::Interval(long precision_bits) {
  mpfr_init2(low_, precision_bits);
  mpfr_init2(high_, precision_bits);
  mpfr_set_zero(low_, 1);
  mpfr_set_zero(high_, 1);
}

Interval::Interval(const Interval& other) : Interval(mpfr_get_prec(other.low_)) {
  *this = other;
}

Interval& Interval::operator=(const Interval& other) {
  mpfr_set(low_, other.low_, MPFR_RNDD);
  mpfr_set(high_, other.high_, MPFR_RNDU);
  return *this;
}

Interval::~Interval() {
  mpfr_clear(low_);
  mpfr_clear(high_);
}

int Interval::sign() const {
  if (mpfr_sgn(low_) > 0) return 1;
  return mpfr_sgn(high_) < 0 ? -1 : 0;
}

bool Interval::is_zero() const {
  return mpfr_zero_p(low_) != 0 && mpfr_zero_p(high_) != 0;
}

bool Interval::is_narrower_than(long exponent) const {
  mpfr_t width;
  mpfr_init2(width, 32);
  mpfr_sub(width, high_, low_, MPFR_RNDU);
  const bool is_narrower = mpfr_zero_p(width) != 0 || mpfr_get_exp(width) <= exponent;
  mpfr_clear(width);
  return is_narrower;
}

void Interval::set(double value) {
  const int direction = mpfr_set_d(low_, value, MPFR_RNDD);
  mpfr_set(high_, low_, MPFR_RNDU);
  if (direction != 0) mpfr_nextabove(high_);
}

void Interval::set(const Rational& value) {
  mpfr_set_q(low_, value.backend().data(), MPFR_RNDD);
  mpfr_set_q(high_, value.backend().data(), MPFR_RNDU);
}

void Interval::set(mpfr_srcptr value) {
  mpfr_set(low_, value, MPFR_RNDD);
  mpfr_set(high_, value, MPFR_RNDU);
}

void Interval::set_sum(const Interval& a, const Interval& b) {
  mpfr_add(low_, a.low_, b.low_, MPFR_RNDD);
  mpfr_add(high_, a.high_, b.high_, MPFR_RNDU);
}

void Interval::add(const Number& b) {
  mpfr_add(low_, low_, b.get(), MPFR_RNDD);
  mpfr_add(high_, high_, b.get(), MPFR_RNDU);
}

void Interval::set_difference(const Number& a, const Interval& b) {
  mpfr_sub(low_, a.get(), b.high_, MPFR_RNDD);
  mpfr_sub(high_, a.get(), b.low_, MPFR_RNDU);
}

void Interval::subtract(const Interval& b) {
  mpfr_sub(low_, low_, b.high_, MPFR_RNDD);
  mpfr_sub(high_, high_, b.low_, MPFR_RNDU);
}

void Interval::negate() {
  mpfr_neg(low_, low_, MPFR_RNDD);
  mpfr_neg(high_, high_, MPFR_RNDU);
  mpfr_swap(low_, high_);
}

void Interval::set_product(const Number& a, const Number& b) {
  const int direction = mpfr_mul(low_, a.get(), b.get(), MPFR_RNDD);
  mpfr_set(high_, low_, MPFR_RNDU);
  if (direction != 0) mpfr_nextabove(high_);
}

void Interval::multiply(const Number& b) {
  if (mpfr_sgn(b.get()) < 0) mpfr_swap(low_, high_);
  mpfr_mul(low_, low_, b.get(), MPFR_RNDD);
  mpfr_mul(high_, high_, b.get(), MPFR_RNDU);
}

void Interval::set_product(const Interval& a, const Interval& b) {
  if (mpfr_sgn(b.low_) >= 0) {
    mpfr_mul(low_, a.low_, mpfr_sgn(a.low_) >= 0 ? b.low_ : b.high_, MPFR_RNDD);
    mpfr_mul(high_, a.high_, mpfr_sgn(a.high_) >= 0 ? b.high_ : b.low_, MPFR_RNDU);
  } else if (mpfr_sgn(b.high_) <= 0) {
    mpfr_mul(low_, a.high_, mpfr_sgn(a.high_) >= 0 ? b.low_ : b.high_, MPFR_RNDD);
    mpfr_mul(high_, a.low_, mpfr_sgn(a.low_) >= 0 ? b.high_ : b.low_, MPFR_RNDU);
  } else if (mpfr_sgn(a.low_) >= 0) {
    mpfr_mul(low_, a.high_, b.low_, MPFR_RNDD);
    mpfr_mul(high_, a.high_, b.high_, MPFR_RNDU);
  } else if (mpfr_sgn(a.high_) <= 0) {
    mpfr_mul(low_, a.low_, b.high_, MPFR_RNDD);
    mpfr_mul(high_, a.low_, b.low_, MPFR_RNDU);
  } else {
    set_product_of_mixed(a, b);
  }
}

void Interval::set_product_of_mixed(const Interval& a, const Interval& b) {
  mpfr_t other;
  mpfr_init2(other, mpfr_get_prec(low_));
  mpfr_mul(low_, a.low_, b.high_, MPFR_RNDD);
  mpfr_mul(other, a.high_, b.low_, MPFR_RNDD);
  mpfr_min(low_, low_, other, MPFR_RNDD);
  mpfr_mul(high_, a.low_, b.low_, MPFR_RNDU);
  mpfr_mul(other, a.high_, b.high_, MPFR_RNDU);
  mpfr_max(high_, high_, other, MPFR_RNDU);
  mpfr_clear(other);
}

void Interval::multiply_by_positive(const Interval& b) {
  mpfr_mul(low_, low_, mpfr_sgn(low_) >= 0 ? b.low_ : b.high_, MPFR_RNDD);
  mpfr_mul(high_, high_, mpfr_sgn(high_) >= 0 ? b.high_ : b.low_, MPFR_RNDU);
}

void Interval::divide(unsigned long divisor) {
  mpfr_div_ui(low_, low_, divisor, MPFR_RNDD);
  mpfr_div_ui(high_, high_, divisor, MPFR_RNDU);
}

void Interval::set_square(const Interval& a) {
  if (mpfr_sgn(a.low_) >= 0) {
    mpfr_sqr(low_, a.low_, MPFR_RNDD);
    mpfr_sqr(high_, a.high_, MPFR_RNDU);
  } else if (mpfr_sgn(a.high_) <= 0) {
    mpfr_sqr(low_, a.high_, MPFR_RNDD);
    mpfr_sqr(high_, a.low_, MPFR_RNDU);
  } else {
    mpfr_sqr(high_, mpfr_cmpabs(a.low_, a.high_) > 0 ? a.low_ : a.high_, MPFR_RNDU);
    mpfr_set_zero(low_, 1);
  }
}

void Interval::set_root(const Interval& a) {
  mpfr_sqrt(low_, a.low_, MPFR_RNDD);
  mpfr_sqrt(high_, a.high_, MPFR_RNDU);
}

void Interval::set_reciprocal(const Interval& a) {
  mpfr_ui_div(low_, 1, a.high_, MPFR_RNDD);
  mpfr_ui_div(high_, 1, a.low_, MPFR_RNDU);
}

void Interval::make_absolute() {
  if (mpfr_sgn(low_) >= 0) return;
  negate();
  if (mpfr_sgn(low_) >= 0) return;
  // The interval holds 0: the longer side is what counts.
  mpfr_neg(low_, low_, MPFR_RNDU);
  mpfr_max(high_, high_, low_, MPFR_RNDU);
  mpfr_set_zero(low_, 1);
}

void Interval::raise_to(const Interval& floor) {
  mpfr_max(low_, low_, floor.low_, MPFR_RNDD);
  mpfr_max(high_, high_, floor.high_, MPFR_RNDU);
}

bool is_at_least(const Interval& a, const Interval& b) {
  return mpfr_cmp(a.low(), b.high()) >= 0;
}

bool is_less(const Interval& a, const Interval& b) {
  return mpfr_cmp(a.high(), b.low()) < 0;
}

}  // namespace truenorm::twin
