// SPDX-License-Identifier: Apache-2.0
// Arithmetic in Q(sqrt(d)).
#include "oracle/surd.hpp"

#include <boost/multiprecision/integer.hpp>
#include <optional>
#include <stdexcept>

namespace truenorm {
namespace {

std::optional<Integer> exact_root(const Integer& value) {
  Integer remainder;
  Integer root = boost::multiprecision::sqrt(value, remainder);
  if (remainder != 0) return std::nullopt;
  return root;
}

void check_field(const Surd& left, const Surd& right) {
  if (left.d != right.d) throw std::logic_error("surds of different fields meet");
}

Surd scaled(const Surd& value, const Rational& factor) {
  if (factor == 0) return {};
  if (value.is_rational()) return {value.a * factor, 0, 0};
  return {value.a == 0 ? value.a : Rational(value.a * factor), value.b * factor,
          value.d};
}

}  // namespace

Surd square_root(const Rational& radicand) {
  // In lowest terms a rational is a square iff its numerator and denominator are.
  const auto numerator = exact_root(boost::multiprecision::numerator(radicand));
  const auto denominator = exact_root(boost::multiprecision::denominator(radicand));
  if (numerator && denominator) return {Rational(*numerator, *denominator), 0, 0};
  return {0, 1, radicand};
}

int sign(const Surd& value) {
  const int rational = value.a.sign();
  const int irrational = value.b.sign();
  if (irrational == 0 || rational == irrational) return rational;
  if (rational == 0) return irrational;
  // Opposite signs: the larger square wins; they differ, d being no square.
  const Rational difference = value.a * value.a - value.b * value.b * value.d;
  return difference.sign() > 0 ? rational : irrational;
}

Surd reciprocal(const Surd& value) {
  if (value.is_rational()) return {1 / value.a, 0, 0};
  if (value.a == 0) return {0, 1 / Rational(value.b * value.d), value.d};
  const Rational norm = value.a * value.a - value.b * value.b * value.d;
  return {value.a / norm, -value.b / norm, value.d};
}

Surd operator+(const Surd& left, const Surd& right) {
  if (right.is_rational()) return {left.a + right.a, left.b, left.d};
  if (left.is_rational()) return {left.a + right.a, right.b, right.d};
  check_field(left, right);
  Surd sum{left.a + right.a, left.b + right.b, left.d};
  if (sum.b == 0) sum.d = 0;
  return sum;
}

Surd operator-(const Surd& value) { return {-value.a, -value.b, value.d}; }

Surd operator*(const Surd& left, const Surd& right) {
  if (left.is_rational()) return scaled(right, left.a);
  if (right.is_rational()) return scaled(left, right.a);
  check_field(left, right);
  Surd product;
  product.a = left.b * right.b * left.d;
  if (left.a != 0) {
    product.a += left.a * right.a;
    product.b += left.a * right.b;
  }
  if (right.a != 0) product.b += left.b * right.a;
  if (product.b != 0) product.d = left.d;
  return product;
}

}  // namespace truenorm
