// SPDX-License-Identifier: Apache-2.0
// Arithmetic in Q(sqrt(d)).
#include "oracle/surd.hpp"

#include <boost/multiprecision/integer.hpp>
#include <optional>

namespace truenorm {
namespace {

std::optional<Integer> exact_root(const Integer& value) {
  Integer remainder;
  Integer root = boost::multiprecision::sqrt(value, remainder);
  if (remainder != 0) return std::nullopt;
  return root;
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
  const Rational norm = value.a * value.a - value.b * value.b * value.d;
  return {value.a / norm, -value.b / norm, value.d};
}

Surd operator*(const Surd& value, const Rational& factor) {
  if (factor == 0) return {};
  return {value.a * factor, value.b * factor, value.d};
}

Surd operator+(const Surd& value, const Rational& term) {
  return {value.a + term, value.b, value.d};
}

}  // namespace truenorm
