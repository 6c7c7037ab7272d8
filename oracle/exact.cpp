// SPDX-License-Identifier: Apache-2.0
// IEEE's rules around exact numbers.
#include "oracle/exact.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>

#include "oracle/planted.hpp"

namespace truenorm {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

}  // namespace

Exact Exact::of_special(double value, bool is_degenerate) {
  Exact result;
  result.special_ = value;
  result.is_degenerate_ = is_degenerate;
  return result;
}

Exact Exact::of_input(double value) {
  return std::isfinite(value) ? Exact(exact(value)) : of_special(value, true);
}

Exact Exact::undefined() { return of_special(nan, false); }

Exact Exact::degenerate(double special) { return of_special(special, true); }

bool Exact::is_nan() const { return std::isnan(special_); }

int Exact::sign() const {
  if (is_finite()) return truenorm::sign(number_);
  return (special_ > 0 ? 1 : 0) - (special_ < 0 ? 1 : 0);
}

Exact operator+(Exact left, const Exact& right) {
  const bool is_degenerate = left.is_degenerate_ || right.is_degenerate_;
  if (!left.is_finite() || !right.is_finite()) {
    return Exact::of_special(left.stand_in() + right.stand_in(), is_degenerate);
  }
  left.number_ = std::move(left.number_) + right.number_;
  left.is_degenerate_ = is_degenerate;
  return left;
}

Exact operator-(Exact value) {
  if (value.is_finite()) {
    value.number_ = -std::move(value.number_);
  } else {
    value.special_ = -value.special_;
  }
  return value;
}

Exact operator*(Exact left, const Exact& right) {
  const bool is_degenerate = left.is_degenerate_ || right.is_degenerate_;
  if (!left.is_finite() || !right.is_finite()) {
    if (is_planted("zero_times_infinity") && (left.is_zero() || right.is_zero())) {
      return {};
    }
    return Exact::of_special(left.stand_in() * right.stand_in(), is_degenerate);
  }
  left.number_ = std::move(left.number_) * right.number_;
  left.is_degenerate_ = is_degenerate && !is_planted("provenance_lost");
  return left;
}

Exact operator/(Exact left, const Exact& right) {
  if (right.is_zero()) return Exact::of_special(left.stand_in() / 0.0, true);
  const bool is_degenerate = left.is_degenerate_ || right.is_degenerate_;
  Exact quotient;
  if (left.is_finite() && right.is_finite()) {
    quotient.number_ = std::move(left.number_) * reciprocal(right.number_);
  } else if (!left.is_finite() || right.is_nan()) {
    quotient.special_ = left.stand_in() / right.stand_in();
  }  // else a number over an infinity, which is 0
  quotient.is_degenerate_ = is_degenerate;
  return quotient;
}

Exact square_root(const Exact& value) {
  if (!value.is_finite()) {
    return Exact::of_special(std::sqrt(value.special_), value.is_degenerate_);
  }
  if (!value.number_.is_rational()) throw std::logic_error("root of an irrational");
  Exact root =
      value.number_.a < 0 ? Exact::undefined() : Exact(square_root(value.number_.a));
  root.is_degenerate_ = value.is_degenerate_;
  return root;
}

Exact maximum(const Exact& left, const Exact& right) {
  Exact larger = left;
  if ((left.is_nan() || right.is_nan()) && !is_planted("maximum_drops_nan")) {
    larger = Exact::undefined();
  } else if (left.is_finite() && right.is_finite()) {
    if (sign(right.number_ + -left.number_) > 0) larger = right;
  } else if (right.stand_in() > left.stand_in()) {
    // One is infinite: the stand-ins, at most 1 for a number, compare as they do.
    larger = right;
  }
  larger.is_degenerate_ = left.is_degenerate_ || right.is_degenerate_;
  return larger;
}

}  // namespace truenorm
