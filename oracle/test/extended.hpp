// SPDX-License-Identifier: Apache-2.0
// IEEE 754's rules for NaN and infinities around exact finite numbers.
#pragma once

#include "oracle/test/quadratic.hpp"

namespace truenorm::twin {

enum class Kind { nan, negative_infinity, number, positive_infinity };

/// What one operation of SPEC 2 gives: a number, an infinity or NaN.
///
/// values   zero has no sign; a quotient by it takes the dividend's sign
class Extended {
 public:
  Extended() = default;
  explicit Extended(Quadratic number) : number_(std::move(number)) {}
  explicit Extended(const mpq_class& number) : number_{number, 0, 0} {}
  /// A float as the exact number that it is.
  static Extended from_float(double value);
  static Extended nan() { return Extended(Kind::nan); }
  /// sign != 0.
  static Extended infinity(int sign);

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] bool is_number() const { return kind_ == Kind::number; }
  [[nodiscard]] bool is_nan() const { return kind_ == Kind::nan; }
  [[nodiscard]] bool is_infinite() const { return !is_number() && !is_nan(); }
  [[nodiscard]] bool is_zero() const { return is_number() && sign() == 0; }
  /// Of a number or an infinity.
  [[nodiscard]] int sign() const;
  [[nodiscard]] const Quadratic& number() const { return number_; }

 private:
  explicit Extended(Kind kind) : kind_(kind) {}

  Kind kind_ = Kind::number;
  Quadratic number_;
};

[[nodiscard]] Extended operator-(const Extended& value);
[[nodiscard]] Extended operator+(const Extended& left, const Extended& right);
[[nodiscard]] Extended operator-(const Extended& left, const Extended& right);
[[nodiscard]] Extended operator*(const Extended& left, const Extended& right);
[[nodiscard]] Extended operator/(const Extended& left, const Extended& right);

/// values   the argument is rational
[[nodiscard]] Extended square_root(const Extended& value);

/// IEEE 754-2019 maximum: NaN propagates.
///
/// values   at most one argument is irrational
[[nodiscard]] Extended maximum(const Extended& left, const Extended& right);

}  // namespace truenorm::twin
