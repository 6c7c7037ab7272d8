// SPDX-License-Identifier: Apache-2.0
// Sums of square roots, with integer square roots and signs as the only tools.
#include "oracle/test/quadratic.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

namespace truenorm::twin {
namespace {

bool is_square(const mpq_class& value) {
  return mpz_perfect_square_p(value.get_num_mpz_t()) != 0 &&
         mpz_perfect_square_p(value.get_den_mpz_t()) != 0;
}

/// values   value is the square of a rational
mpq_class rational_root(const mpq_class& value) {
  const mpz_class numerator = sqrt(value.get_num());
  const mpz_class denominator = sqrt(value.get_den());
  return {numerator, denominator};
}

/// Whether left / right is the square of a rational: left * right is, then.
bool are_of_one_class(const mpq_class& left, const mpq_class& right) {
  const mpz_class product =
      left.get_num() * left.get_den() * right.get_num() * right.get_den();
  return mpz_perfect_square_p(product.get_mpz_t()) != 0;
}

void join(std::vector<Root>& roots, const Root& root) {
  for (Root& kept : roots) {
    if (kept.radicand == root.radicand) {
      kept.coefficient += root.coefficient;
      return;
    }
  }
  for (Root& kept : roots) {
    if (are_of_one_class(kept.radicand, root.radicand)) {
      kept.coefficient +=
          root.coefficient * rational_root(root.radicand / kept.radicand);
      return;
    }
  }
  roots.push_back(root);
}

std::vector<Root> roots_of(const Quadratic& value) {
  std::vector<Root> roots = value.more;
  if (!value.is_rational()) roots.insert(roots.begin(), {value.b, value.d});
  return roots;
}

Quadratic with_roots(const mpq_class& rational, std::vector<Root> roots) {
  std::erase_if(roots, [](const Root& root) { return sgn(root.coefficient) == 0; });
  if (roots.empty()) return {rational, 0, 0};
  Quadratic result{rational, roots.front().coefficient, roots.front().radicand};
  roots.erase(roots.begin());
  result.more = std::move(roots);
  return result;
}

Quadratic scaled(const Quadratic& value, const mpq_class& factor) {
  if (sgn(factor) == 0) return {0, 0, 0};
  Quadratic result{value.a * factor, value.b * factor, value.d, value.more};
  for (Root& root : result.more) root.coefficient *= factor;
  return result;
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

/// The largest finite value is this multiple of the ulp of its binade.
mpz_class largest_significand(const Format& format) {
  const mpz_class beyond = mpz_class(1)
                           << static_cast<unsigned long>(format.precision_bits);
  return format.has_infinity ? beyond - 1 : beyond - 2;
}

long largest_spacing(const Format& format) {
  return format.emax - format.precision_bits + 1;
}

/// significand * 2^spacing, or what the format makes of a number beyond its range.
double finite_or_overflow(const Format& format, const mpz_class& significand,
                          long spacing) {
  const long above_top = spacing - largest_spacing(format);
  const bool is_beyond =
      above_top > 0 || (above_top == 0 && significand > largest_significand(format));
  return is_beyond ? overflow_result(format, false) : to_double(significand, spacing);
}

mpz_class floor_of_one_root(const Quadratic& value, long shift) {
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
  if (is_square(d)) return {rational_root(d), 0, 0};
  return {0, 1, d};
}

Quadratic add(const Quadratic& left, const Quadratic& right) {
  const mpq_class rational = left.a + right.a;
  if (right.is_rational()) return {rational, left.b, left.d, left.more};
  std::vector<Root> roots = roots_of(left);
  for (const Root& root : roots_of(right)) join(roots, root);
  return with_roots(rational, std::move(roots));
}

Quadratic multiply(const Quadratic& left, const Quadratic& right) {
  if (left.is_rational()) return scaled(right, left.a);
  if (right.is_rational()) return scaled(left, right.a);
  if (!left.more.empty() || !right.more.empty() || left.d != right.d) {
    throw std::logic_error("square roots of different fields meet");
  }
  Quadratic product{left.a * right.a + left.b * right.b * left.d,
                    left.a * right.b + left.b * right.a, left.d};
  if (product.is_rational()) product.d = 0;
  return product;
}

Quadratic negate(const Quadratic& value) { return scaled(value, -1); }

Quadratic reciprocal(const Quadratic& value) {
  if (!value.more.empty()) throw std::logic_error("a sum of several fields divides");
  // Not 0: that would make sqrt(d) rational.
  const mpq_class norm = value.a * value.a - value.b * value.b * value.d;
  return {value.a / norm, -value.b / norm, value.d};
}

int sign(const Quadratic& value) {
  // The sum of several fields is irrational, so its floor cannot be 0 unless it is above.
  if (!value.more.empty()) return sgn(floor_scaled(value, 0)) >= 0 ? 1 : -1;
  const int rational = sgn(value.a);
  const int irrational = sgn(value.b);
  if (irrational == 0) return rational;
  if (rational == 0 || rational == irrational) return irrational;
  const mpq_class difference = value.a * value.a - value.b * value.b * value.d;
  return sgn(difference) > 0 ? rational : irrational;
}

int compare(const Quadratic& value, const mpq_class& bound) {
  return sign({value.a - bound, value.b, value.d, value.more});
}

mpz_class floor_scaled(const Quadratic& value, long shift) {
  if (value.more.empty()) return floor_of_one_root(value, shift);
  const auto terms = static_cast<long>(value.more.size()) + 1;
  // No integer is the value, so some precision puts none between the bounds of the sum.
  for (long extra = 64;; extra *= 2) {
    mpz_class low = floor_of_one_root({value.a, value.b, value.d}, shift + extra);
    for (const Root& root : value.more) {
      low += floor_of_one_root({0, root.coefficient, root.radicand}, shift + extra);
    }
    const auto places = static_cast<unsigned long>(extra);
    const mpz_class high = low + terms;
    const mpz_class result = low >> places;
    if (result == mpz_class(high >> places)) return result;
  }
}

long binade(const Quadratic& value) {
  const Quadratic magnitude = sign(value) < 0 ? negate(value) : value;
  long estimate = std::numeric_limits<long>::min();
  if (sgn(magnitude.a) != 0) estimate = rough_log2(magnitude.a);
  for (const Root& root : roots_of(magnitude)) {
    const mpq_class square = root.coefficient * root.coefficient * root.radicand;
    estimate = std::max(estimate, rough_log2(square) / 2);
  }
  // The terms may cancel to any depth.
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
  result.nearest = finite_or_overflow(format, nearest, spacing);
  result.overflows = !std::isfinite(result.nearest);
  result.up = finite_or_overflow(format, above, spacing);
  result.down = finite_or_overflow(format, below, spacing);
  if (!std::isfinite(result.down)) {
    result.down = to_double(largest_significand(format), largest_spacing(format));
  }

  result.ulp_exponent = std::min(spacing, largest_spacing(format));
  constexpr long kept_bits = 100;
  const mpz_class fine = floor_scaled(magnitude, kept_bits - result.ulp_exponent);
  mpz_class origin = nearest;
  if (result.overflows) origin = largest_significand(format) + 1;
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
