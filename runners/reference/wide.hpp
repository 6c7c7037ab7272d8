// SPDX-License-Identifier: Apache-2.0
// A number with a float's precision and no exponent limits: scaling by powers of two, done
// once and for all.
#pragma once

#include <cmath>
#include <concepts>

namespace truenorm::reference {

/// fraction * 2^exponent with 1/2 <= |fraction| < 1, or a fraction of 0, Inf or NaN.
///
/// values   every operation rounds its exact result once to T's precision; none overflows
///          or underflows
template <std::floating_point T>
class Wide {
 public:
  Wide() = default;
  /// value * 2^exponent, exactly.
  explicit Wide(T value, long exponent = 0) {
    int shift = 0;
    fraction_ = std::frexp(value, &shift);
    if (!is_ordinary()) return;
    exponent_ = exponent + shift;
  }

  /// The double, rounded to T's precision but not to its exponents.
  [[nodiscard]] static Wide nearest(double value) {
    if (!std::isfinite(value)) return Wide(static_cast<T>(value));
    int exponent = 0;
    const double fraction = std::frexp(value, &exponent);
    return Wide(static_cast<T>(fraction), exponent);
  }
  /// What nearest(value) left out, rounded likewise; 0 for an infinity or NaN.
  [[nodiscard]] static Wide beyond_nearest(double value) {
    if (!std::isfinite(value)) return Wide();
    int exponent = 0;
    const double fraction = std::frexp(value, &exponent);
    const double rest = fraction - static_cast<double>(static_cast<T>(fraction));
    return Wide(static_cast<T>(rest), exponent);
  }

  /// The nearest T, which may be subnormal, zero or infinite.
  [[nodiscard]] T rounded() const {
    // Beyond these, T has overflowed or underflowed already.
    const long limit = 100'000;
    const long exponent =
        exponent_ > limit ? limit : (exponent_ < -limit ? -limit : exponent_);
    return std::ldexp(fraction_, static_cast<int>(exponent));
  }

  [[nodiscard]] bool is_nan() const { return std::isnan(fraction_); }
  [[nodiscard]] bool is_negative() const { return fraction_ < 0; }
  [[nodiscard]] bool is_zero() const { return fraction_ == 0; }

  friend Wide operator-(const Wide& a) {
    Wide negated = a;
    negated.fraction_ = -a.fraction_;
    return negated;
  }

  friend Wide operator+(const Wide& a, const Wide& b) {
    if (!a.is_ordinary() || !b.is_ordinary()) {
      if (a.fraction_ == 0 && b.is_ordinary()) return b;
      if (b.fraction_ == 0 && a.is_ordinary()) return a;
      return Wide(a.fraction_ + b.fraction_);
    }
    if (a.exponent_ < b.exponent_) return b + a;
    // So far below a, only b's sign could matter, and a nearest rounding ignores it.
    const long negligible = 4096;
    const long gap = a.exponent_ - b.exponent_;
    if (gap > negligible) return a;
    return Wide(a.fraction_ + std::ldexp(b.fraction_, -static_cast<int>(gap)),
                a.exponent_);
  }
  friend Wide operator-(const Wide& a, const Wide& b) { return a + -b; }

  friend Wide operator*(const Wide& a, const Wide& b) {
    return Wide(a.fraction_ * b.fraction_, a.exponent_ + b.exponent_);
  }
  friend Wide operator/(const Wide& a, const Wide& b) {
    return Wide(a.fraction_ / b.fraction_, a.exponent_ - b.exponent_);
  }

  friend Wide sqrt(const Wide& a) {
    const bool is_odd = a.exponent_ % 2 != 0;
    return Wide(std::sqrt(is_odd ? a.fraction_ / 2 : a.fraction_),
                (a.exponent_ + (is_odd ? 1 : 0)) / 2);
  }

 private:
  [[nodiscard]] bool is_ordinary() const {
    return std::isfinite(fraction_) && fraction_ != 0;
  }

  T fraction_ = 0;
  long exponent_ = 0;
};

template <std::floating_point T>
[[nodiscard]] bool is_nan(T a) {
  return std::isnan(a);
}
template <std::floating_point T>
[[nodiscard]] bool is_nan(const Wide<T>& a) {
  return a.is_nan();
}

template <std::floating_point T>
[[nodiscard]] bool is_zero(T a) {
  return a == 0;
}
template <std::floating_point T>
[[nodiscard]] bool is_zero(const Wide<T>& a) {
  return a.is_zero();
}

template <std::floating_point T>
[[nodiscard]] bool is_less(T a, T b) {
  return a < b;
}
template <std::floating_point T>
[[nodiscard]] bool is_less(const Wide<T>& a, const Wide<T>& b) {
  return (a - b).is_negative();
}

/// IEEE 754-2019 maximum: NaN if either is.
template <typename Number>
[[nodiscard]] Number maximum(const Number& a, const Number& b) {
  if (is_nan(a)) return a;
  if (is_nan(b)) return b;
  return is_less(a, b) ? b : a;
}

/// The double in Number's precision; in its range too, if Number has one.
template <typename Number>
[[nodiscard]] Number nearest(double value) {
  if constexpr (std::floating_point<Number>) {
    return static_cast<Number>(value);
  } else {
    return Number::nearest(value);
  }
}

template <std::floating_point T>
[[nodiscard]] T rounded(T a) {
  return a;
}
template <std::floating_point T>
[[nodiscard]] T rounded(const Wide<T>& a) {
  return a.rounded();
}

}  // namespace truenorm::reference
