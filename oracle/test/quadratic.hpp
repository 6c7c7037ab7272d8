// SPDX-License-Identifier: Apache-2.0
// Numbers a + b sqrt(d) over GMP's rationals: compared, floored and rounded exactly.
#pragma once

#include <gmpxx.h>

#include <vector>

#include "oracle/format.hpp"

namespace truenorm::twin {

/// coefficient * sqrt(radicand), irrational.
struct Root {
  mpq_class coefficient;
  mpq_class radicand;
};

/// a + b sqrt(d), or a sum of such numbers from several fields.
///
/// values   d >= 0; b = 0 and d = 0 wherever sqrt(d) is rational. The ratio of no two
///          radicands, d among them, is the square of a rational, so the roots and 1 are
///          linearly independent over the rationals (Besicovitch 1940), and b = 0 exactly
///          if the number is rational
struct Quadratic {
  mpq_class a;
  mpq_class b;
  mpq_class d;
  std::vector<Root> more = {};  ///< the other roots, if b is not 0; no coefficient is 0

  [[nodiscard]] bool is_rational() const { return sgn(b) == 0; }
};

[[nodiscard]] mpq_class power_of_two(long exponent);

/// The rational that a finite float is, read from its significand and exponent.
[[nodiscard]] mpq_class rational_of(double value);

/// sqrt(d) for d >= 0.
[[nodiscard]] Quadratic square_root(const mpq_class& d);

/// values   roots whose ratio is rational join
[[nodiscard]] Quadratic add(const Quadratic& left, const Quadratic& right);
/// values   two irrational factors must lie in one field, that is have the same d
/// throws   std::logic_error if they do not
[[nodiscard]] Quadratic multiply(const Quadratic& left, const Quadratic& right);
[[nodiscard]] Quadratic negate(const Quadratic& value);
/// 1 / value, for value != 0.
///
/// throws   std::logic_error for a sum from several fields
[[nodiscard]] Quadratic reciprocal(const Quadratic& value);

/// The sign of value, by comparing a^2 with b^2 d where two terms disagree.
[[nodiscard]] int sign(const Quadratic& value);

/// The sign of value - bound.
[[nodiscard]] int compare(const Quadratic& value, const mpq_class& bound);

/// floor(value * 2^shift), by integer square roots.
[[nodiscard]] mpz_class floor_scaled(const Quadratic& value, long shift);

/// e with 2^e <= |value| < 2^(e + 1), for value != 0.
[[nodiscard]] long binade(const Quadratic& value);

/// A number against a format, as SPEC 1 defines ulp and RN.
struct Rounding {
  double nearest = 0;      ///< overflow_result where the number overflows
  bool overflows = false;  ///< the number rounds to no finite value
  double down = 0;         ///< the next value at or below; likewise beyond the format
  double up = 0;
  long ulp_exponent = 0;  ///< binades above emax count as emax
  /// (value - nearest) / ulp, correct to 2^-90 and to double's precision; where nearest
  /// overflows it is measured from the overflow_threshold of its sign.
  double tail_ulps = 0;
};

[[nodiscard]] Rounding round(const Format& format, const Quadratic& value);

/// Correct to about 60 bits, with long double's exponent range.
[[nodiscard]] long double approximate(const Quadratic& value);

}  // namespace truenorm::twin
