// SPDX-License-Identifier: Apache-2.0
// Numbers a + b sqrt(d), with integer square roots and signs as the only tools.
#include "oracle/test/quadratic.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace truenorm::twin {
namespace {

const mpq_class& common_radicand(const Quadratic& left, const Quadratic& right) {
  if (left.is_rational()) return right.d;
  if (!right.is_rational() && left.d != right.d) {
    throw std::logic_error("square roots of different fields meet");
  }
  return left.d;
}

long bit_length(const mpz_class& value) {
  return static_cast<long>(mpz_sizeinbase(value.get_mpz_t(), 2));
}

/// floor(log2|value|), or one more; value != 0.
long rough_log2(const mpq_class& value) {
  return bit_length(value.get_num()) - bit_length(value.get_den());
}

double to_double(const mpz_class& significand, long exponent) {
  long scale = 0;
  const double fraction = mpz_get_d_2exp(&scale, significand.get_mpz_t());
  const long total = std::clamp(scale + exponent, -3000L, 3000L);
  return std::ldexp(fraction, static_cast<int>(total));
}

/// significand * 2^exponent, which the format holds unless it overflows.
double finite_or_infinity(const Format& format, const mpz_class& significand,
                          long exponent) {
  if (sgn(significand) == 0) return 0;
  if (bit_length(significand) - 1 + exponent > format.emax) {
    return std::numeric_limits<double>::infinity();
  }
  return to_double(significand, exponent);
}

}  // namespace

mpq_class power_of_two(long exponent) {
  mpq_class result = 1;
  if (exponent >= 0) {
    mpq_mul_2exp(result.get_mpq_t(), result.get_mpq_t(),
                 static_cast<unsigned long>(exponent));
  } else {
    mpq_div_2exp(result.get_mpq_t(), result.get_mpq_t(),
                 static_cast<unsigned long>(-exponent));
  }
  return result;
}

mpq_class rational_of(double value) {
  int exponent = 0;
  const double fraction = std::frexp(value, &exponent);
  const mpz_class significand(std::ldexp(fraction, 53));
  return mpq_class(significand) * power_of_two(exponent - 53);
}

Quadratic square_root(const mpq_class& d) {
  if (mpz_perfect_square_p(d.get_num_mpz_t()) != 0 &&
      mpz_perfect_square_p(d.get_den_mpz_t()) != 0) {
    const mpz_class numerator = sqrt(d.get_num());
    const mpz_class denominator = sqrt(d.get_den());
    return {mpq_class(numerator, denominator), 0, 0};
  }
  return {0, 1, d};
}

Quadratic add(const Quadratic& left, const Quadratic& right) {
  Quadratic sum{left.a + right.a, left.b + right.b, common_radicand(left, right)};
  if (sum.is_rational()) sum.d = 0;
  return sum;
}

Quadratic multiply(const Quadratic& left, const Quadratic& right) {
  const mpq_class d = common_radicand(left, right);
  Quadratic product{left.a * right.a + left.b * right.b * d,
                    left.a * right.b + left.b * right.a, d};
  if (product.is_rational()) product.d = 0;
  return product;
}

Quadratic negate(const Quadratic& value) { return {-value.a, -value.b, value.d}; }

Quadratic reciprocal(const Quadratic& value) {
  // Not 0: that would make sqrt(d) rational.
  const mpq_class norm = value.a * value.a - value.b * value.b * value.d;
  return {value.a / norm, -value.b / norm, value.d};
}

int sign(const Quadratic& value) {
  const int rational = sgn(value.a);
  const int irrational = sgn(value.b);
  if (irrational == 0) return rational;
  if (rational == 0 || rational == irrational) return irrational;
  const mpq_class difference = value.a * value.a - value.b * value.b * value.d;
  return sgn(difference) > 0 ? rational : irrational;
}

int compare(const Quadratic& value, const mpq_class& bound) {
  return sign({value.a - bound, value.b, value.d});
}

mpz_class floor_scaled(const Quadratic& value, long shift) {
  const mpq_class square = value.b * value.b * value.d;
  // value = (rational + sgn(b) sqrt(radicand)) / denominator, all integers.
  mpz_class rational = value.a.get_num() * square.get_den();
  mpz_class radicand =
      value.a.get_den() * value.a.get_den() * square.get_num() * square.get_den();
  mpz_class denominator = value.a.get_den() * square.get_den();
  if (shift >= 0) {
    rational <<= static_cast<unsigned long>(shift);
    radicand <<= static_cast<unsigned long>(2 * shift);
  } else {
    denominator <<= static_cast<unsigned long>(-shift);
  }
  const mpz_class root = sqrt(radicand);
  mpz_class numerator = rational;
  if (sgn(value.b) >= 0) {
    numerator += root;
  } else {
    numerator -= root;
    if (root * root != radicand) numerator -= 1;
  }
  mpz_class result;
  mpz_fdiv_q(result.get_mpz_t(), numerator.get_mpz_t(), denominator.get_mpz_t());
  return result;
}

long binade(const Quadratic& value) {
  const Quadratic magnitude = sign(value) < 0 ? negate(value) : value;
  long estimate = std::numeric_limits<long>::min();
  if (sgn(magnitude.a) != 0) estimate = rough_log2(magnitude.a);
  if (!magnitude.is_rational()) {
    const mpq_class square = magnitude.b * magnitude.b * magnitude.d;
    estimate = std::max(estimate, rough_log2(square) / 2);
  }
  // The two terms may cancel to any depth.
  for (long extra = 8;; extra *= 4) {
    const mpz_class scaled = floor_scaled(magnitude, extra - estimate);
    if (sgn(scaled) > 0) return bit_length(scaled) - 1 - (extra - estimate);
  }
}

Rounding round(const Format& format, const Quadratic& value) {
  const int direction = sign(value);
  Rounding result;
  result.ulp_exponent = format.emin - format.precision_bits + 1;
  if (direction == 0) return result;

  const Quadratic magnitude = direction < 0 ? negate(value) : value;
  const long exponent = binade(magnitude);
  const long spacing =
      std::max<long>(exponent, format.emin) - format.precision_bits + 1;
  const mpz_class below = floor_scaled(magnitude, -spacing);
  const mpz_class halves = floor_scaled(magnitude, 1 - spacing);
  const bool is_exact = compare(magnitude, below * power_of_two(spacing)) == 0;
  const bool is_tie = !is_exact && mpz_odd_p(halves.get_mpz_t()) != 0 &&
                      compare(magnitude, halves * power_of_two(spacing - 1)) == 0;
  mpz_class nearest = below;
  if (mpz_odd_p(halves.get_mpz_t()) != 0 &&
      (!is_tie || mpz_odd_p(below.get_mpz_t()) != 0)) {
    nearest += 1;
  }
  const mpz_class above = is_exact ? below : mpz_class(below + 1);
  result.nearest = finite_or_infinity(format, nearest, spacing);
  result.up = finite_or_infinity(format, above, spacing);
  result.down =
      exponent > format.emax
          ? std::ldexp(2.0 - std::ldexp(1.0, 1 - format.precision_bits), format.emax)
          : finite_or_infinity(format, below, spacing);
  if (exponent > format.emax && !is_exact) {
    result.up = std::numeric_limits<double>::infinity();
  }

  result.ulp_exponent =
      std::min<long>(spacing, format.emax - format.precision_bits + 1);
  constexpr long kept_bits = 100;
  const mpz_class fine = floor_scaled(magnitude, kept_bits - result.ulp_exponent);
  mpz_class origin;
  if (std::isinf(result.nearest)) {
    origin = mpz_class(1) << static_cast<unsigned long>(format.precision_bits);
  } else {
    origin = nearest;
  }
  origin <<= static_cast<unsigned long>(kept_bits);
  result.tail_ulps = to_double(fine - origin, -kept_bits);

  if (direction < 0) {
    result.nearest = -result.nearest;
    result.tail_ulps = -result.tail_ulps;
    const double lower = -result.up;
    result.up = -result.down;
    result.down = lower;
  }
  return result;
}

long double approximate(const Quadratic& value) {
  if (sign(value) == 0) return 0;
  const long shift = 60 - binade(value);
  const mpz_class scaled = floor_scaled(value, shift);
  long double result = 0;
  const mpz_class high = scaled >> 32;
  const mpz_class low = scaled - (high << 32);
  result = std::ldexp(static_cast<long double>(high.get_d()), 32) +
           static_cast<long double>(low.get_d());
  return std::ldexp(result, static_cast<int>(-shift));
}

}  // namespace truenorm::twin
