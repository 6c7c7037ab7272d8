// SPDX-License-Identifier: Apache-2.0
// Exact arithmetic that goes on where numbers end: NaN and Inf as IEEE 754 has them.
#pragma once

#include <utility>

#include "oracle/surd.hpp"

namespace truenorm {

/// A real a + b*sqrt(d), an infinity or NaN, as it comes out of a formula (SPEC 6).
///
/// values   finite arithmetic is exact and has no exponent limits, so nothing finite
///          overflows; zero has no sign. A value is degenerate if an input that is not
///          finite, or a division by 0, went into it, even if it came out finite
class Exact {
 public:
  Exact() = default;  ///< 0
  // NOLINTNEXTLINE(google-explicit-constructor): a number is one of these
  Exact(Surd number) : number_(std::move(number)) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  Exact(Rational number) : number_{std::move(number), 0, 0} {}

  /// An input element: degenerate if it is not finite.
  [[nodiscard]] static Exact of_input(double value);
  /// NaN out of finite numbers, such as the root of a negative one.
  [[nodiscard]] static Exact undefined();
  /// NaN or an infinity that is no input.
  [[nodiscard]] static Exact degenerate(double special);

  /// This value, degenerate also if `source` is, of which it was made by rounding.
  [[nodiscard]] Exact made_of(const Exact& source) const {
    Exact made = *this;
    made.is_degenerate_ = is_degenerate_ || source.is_degenerate_;
    return made;
  }

  [[nodiscard]] bool is_finite() const { return special_ == 0; }
  [[nodiscard]] bool is_nan() const;
  [[nodiscard]] bool is_zero() const { return is_finite() && sign() == 0; }
  [[nodiscard]] bool is_degenerate() const { return is_degenerate_; }
  /// The number, if it is finite.
  [[nodiscard]] const Surd& number() const { return number_; }
  /// The NaN or infinity, if it is not.
  [[nodiscard]] double special() const { return special_; }
  /// -1, 0 or 1; that of NaN is 0.
  [[nodiscard]] int sign() const;

  friend Exact operator+(Exact left, const Exact& right);
  friend Exact operator-(Exact value);
  friend Exact operator*(Exact left, const Exact& right);
  friend Exact operator/(Exact left, const Exact& right);
  friend Exact square_root(const Exact& value);
  friend Exact maximum(const Exact& left, const Exact& right);

 private:
  /// NaN, an infinity, or -1, 0, 1 for a number: all that an operation with a number
  /// that is not finite depends on.
  [[nodiscard]] double stand_in() const { return is_finite() ? sign() : special_; }
  [[nodiscard]] static Exact of_special(double value, bool is_degenerate);

  Surd number_;
  double special_ = 0;
  bool is_degenerate_ = false;
};

[[nodiscard]] inline Exact operator-(Exact left, const Exact& right) {
  return std::move(left) + -right;
}

/// values   the argument, if it is a number, is rational
[[nodiscard]] Exact square_root(const Exact& value);

/// IEEE 754-2019 maximum: NaN propagates.
[[nodiscard]] Exact maximum(const Exact& left, const Exact& right);

}  // namespace truenorm
