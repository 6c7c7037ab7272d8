// SPDX-License-Identifier: Apache-2.0
// Numbers a + b sqrt(d) over GMP's rationals: compared, floored and rounded exactly.
#pragma once

#include <gmpxx.h>

#include "oracle/format.hpp"

namespace truenorm::twin {

/// a + b sqrt(d).
///
/// values   d >= 0; b = 0 and d = 0 wherever sqrt(d) is rational, so b = 0 exactly if
/// the
///          number is rational
struct Quadratic {
  mpq_class a;
  mpq_class b;
  mpq_class d;

  [[nodiscard]] bool is_rational() const { return sgn(b) == 0; }
};

[[nodiscard]] mpq_class power_of_two(long exponent);

/// The rational that a finite float is, read from its significand and exponent.
[[nodiscard]] mpq_class rational_of(double value);

/// sqrt(d) for d >= 0.
[[nodiscard]] Quadratic square_root(const mpq_class& d);

/// values   two irrational terms must lie in one field, that is have the same d
[[nodiscard]] Quadratic add(const Quadratic& left, const Quadratic& right);
[[nodiscard]] Quadratic multiply(const Quadratic& left, const Quadratic& right);
[[nodiscard]] Quadratic negate(const Quadratic& value);
/// 1 / value, for value != 0.
[[nodiscard]] Quadratic reciprocal(const Quadratic& value);

/// The sign of value, by comparing a^2 with b^2 d where the terms disagree.
[[nodiscard]] int sign(const Quadratic& value);

/// The sign of value - bound.
[[nodiscard]] int compare(const Quadratic& value, const mpq_class& bound);

/// floor(value * 2^shift), by one integer square root.
[[nodiscard]] mpz_class floor_scaled(const Quadratic& value, long shift);

/// e with 2^e <= |value| < 2^(e + 1), for value != 0.
[[nodiscard]] long binade(const Quadratic& value);

/// A number against a format, as SPEC 1 defines ulp and RN.
struct Rounding {
  double nearest = 0;
  double down = 0;
  double up = 0;
  long ulp_exponent = 0;  ///< binades above emax count as emax
  /// (value - nearest) / ulp, correct to 2^-90 and to double's precision; where nearest
  /// overflows it is measured from +-2^(emax + 1).
  double tail_ulps = 0;
};

[[nodiscard]] Rounding round(const Format& format, const Quadratic& value);

/// Correct to about 60 bits, with long double's exponent range.
[[nodiscard]] long double approximate(const Quadratic& value);

}  // namespace truenorm::twin
