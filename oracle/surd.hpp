// SPDX-License-Identifier: Apache-2.0
// Exact numbers a + b*sqrt(d), the field in which every group has its values.
#pragma once

#include "oracle/rational.hpp"

namespace truenorm {

/// a + b*sqrt(d)
///
/// values   either b = d = 0, or d > 0 is no square of a rational. So the number is
///          rational iff b = 0: sqrt(d) is irrational, and a + b*sqrt(d) = c with b != 0
///          would make it (c - a)/b
struct Surd {
  Rational a = 0;
  Rational b = 0;
  Rational d = 0;

  [[nodiscard]] bool is_rational() const { return b == 0; }
};

/// sqrt(radicand), for radicand >= 0; rational where it can be.
[[nodiscard]] Surd square_root(const Rational& radicand);

/// The sign of the number: -1, 0 or 1.
[[nodiscard]] int sign(const Surd& value);

/// 1/value, for value != 0.
[[nodiscard]] Surd reciprocal(const Surd& value);

/// values   of sums and products: both numbers lie in one field, that is, they have the
///          same d unless one is rational
/// throws   std::logic_error if they do not
[[nodiscard]] Surd operator+(Surd left, const Surd& right);
[[nodiscard]] Surd operator-(Surd value);
[[nodiscard]] Surd operator*(Surd left, const Surd& right);

}  // namespace truenorm
