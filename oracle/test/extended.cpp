// SPDX-License-Identifier: Apache-2.0
// IEEE 754's rules for NaN and infinities around exact finite numbers, rule by rule.
#include "oracle/test/extended.hpp"

#include <cmath>

namespace truenorm::twin {

Extended Extended::from_float(double value) {
  if (std::isnan(value)) return nan();
  if (std::isinf(value)) return infinity(value > 0 ? 1 : -1);
  return Extended(rational_of(value));
}

Extended Extended::infinity(int sign) {
  return Extended(sign > 0 ? Kind::positive_infinity : Kind::negative_infinity);
}

int Extended::sign() const {
  if (kind_ == Kind::positive_infinity) return 1;
  if (kind_ == Kind::negative_infinity) return -1;
  return twin::sign(number_);
}

Extended operator-(const Extended& value) {
  if (value.is_nan()) return value;
  if (value.is_infinite()) return Extended::infinity(-value.sign());
  return Extended(negate(value.number()));
}

Extended operator+(const Extended& left, const Extended& right) {
  if (left.is_nan() || right.is_nan()) return Extended::nan();
  if (left.is_infinite() && right.is_infinite()) {
    return left.kind() == right.kind() ? left : Extended::nan();
  }
  if (left.is_infinite()) return left;
  if (right.is_infinite()) return right;
  return Extended(add(left.number(), right.number()));
}

Extended operator-(const Extended& left, const Extended& right) {
  return left + -right;
}

Extended operator*(const Extended& left, const Extended& right) {
  if (left.is_nan() || right.is_nan()) return Extended::nan();
  if (left.is_infinite() || right.is_infinite()) {
    const int sign = left.sign() * right.sign();
    return sign == 0 ? Extended::nan() : Extended::infinity(sign);
  }
  return Extended(multiply(left.number(), right.number()));
}

Extended operator/(const Extended& left, const Extended& right) {
  if (left.is_nan() || right.is_nan()) return Extended::nan();
  if (right.is_infinite()) {
    return left.is_infinite() ? Extended::nan() : Extended(mpq_class(0));
  }
  if (right.is_zero()) {
    return left.is_zero() ? Extended::nan() : Extended::infinity(left.sign());
  }
  if (left.is_infinite()) return Extended::infinity(left.sign() * right.sign());
  return Extended(multiply(left.number(), reciprocal(right.number())));
}

Extended square_root(const Extended& value) {
  if (value.is_nan() || value.sign() < 0) return Extended::nan();
  if (value.is_infinite()) return value;
  return Extended(square_root(value.number().a));
}

Extended maximum(const Extended& left, const Extended& right) {
  if (left.is_nan() || right.is_nan()) return Extended::nan();
  if (left.is_infinite() || right.is_infinite()) {
    return left.kind() > right.kind() ? left : right;
  }
  const Extended difference = left - right;
  return difference.sign() >= 0 ? left : right;
}

}  // namespace truenorm::twin
