// SPDX-License-Identifier: Apache-2.0
// Arithmetic in Q(sqrt(d)).
#include "oracle/surd.hpp"

#include <boost/multiprecision/integer.hpp>
#include <optional>
#include <stdexcept>
#include <utility>

namespace truenorm {
namespace {

std::optional<Integer> exact_root(const Integer& value) {
  // Residues rule out nearly all that are no square, at a fraction of a root's cost.
  if (mpz_perfect_square_p(value.backend().data()) == 0) return std::nullopt;
  return Integer(boost::multiprecision::sqrt(value));
}

void check_field(const Surd& left, const Surd& right) {
  if (left.d != right.d) throw std::logic_error("surds of different fields meet");
}

Surd scaled(Surd value, const Rational& factor) {
  if (factor == 0) return {};
  if (value.a != 0) value.a *= factor;
  if (!value.is_rational()) value.b *= factor;
  return value;
}

}  // namespace

Surd square_root(const Rational& radicand) {
  // In lowest terms a rational is a square iff its numerator and denominator are.
  const auto numerator = exact_root(boost::multiprecision::numerator(radicand));
  if (!numerator) return {0, 1, radicand};
  const auto denominator = exact_root(boost::multiprecision::denominator(radicand));
  if (!denominator) return {0, 1, radicand};
  return {Rational(*numerator, *denominator), 0, 0};
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

Surd operator+(Surd left, const Surd& right) {
  left.a += right.a;
  if (right.is_rational()) return left;
  if (left.is_rational()) {
    left.b = right.b;
    left.d = right.d;
    return left;
  }
  check_field(left, right);
  left.b += right.b;
  if (left.b == 0) left.d = 0;
  return left;
}

Surd operator-(Surd value) {
  value.a.backend().negate();
  value.b.backend().negate();
  return value;
}

Surd operator*(Surd left, const Surd& right) {
  if (right.is_rational()) return scaled(std::move(left), right.a);
  if (left.is_rational()) return scaled(right, left.a);
  check_field(left, right);
  Surd product;
  product.a = left.b * right.b * left.d;
  if (left.a != 0) {
    product.a += left.a * right.a;
    product.b += left.a * right.b;
  }
  if (right.a != 0) product.b += left.b * right.a;
  if (product.b != 0) product.d = std::move(left.d);
  return product;
}

}  // namespace truenorm
