// SPDX-License-Identifier: Apache-2.0
// The grid of the largest binade goes on beyond the format: what rounds there overflows.
#include "oracle/test/nearest.hpp"

#include <cmath>

namespace truenorm::twin {

long exponent_of(mpfr_srcptr value) { return mpfr_get_exp(value) - 1; }

bool rounds_beyond(const Format& format, mpfr_srcptr magnitude) {
  const long exponent = exponent_of(magnitude);
  if (exponent != format.emax) return exponent > format.emax;
  // Half-way between the largest value and its successor on the grid. The tie goes to
  // the even one: the successor, unless the format gave its last place to NaN.
  mpfr_t half_way;
  mpfr_init2(half_way, 64);
  mpfr_set_ui_2exp(half_way, 1, format.emax - format.precision_bits, MPFR_RNDN);
  mpfr_add_d(half_way, half_way, largest_finite(format), MPFR_RNDN);
  const int order = mpfr_cmp(magnitude, half_way);
  mpfr_clear(half_way);
  return format.has_infinity ? order >= 0 : order > 0;
}

double nearest(const Format& format, mpfr_srcptr value) {
  if (mpfr_zero_p(value) != 0) return 0;
  const bool is_negative = mpfr_sgn(value) < 0;
  const int ulp = ulp_exponent(format, exponent_of(value));
  mpfr_t scaled;
  mpfr_init2(scaled, mpfr_get_prec(value));
  mpfr_abs(scaled, value, MPFR_RNDN);
  const bool is_beyond = rounds_beyond(format, scaled);
  mpfr_mul_2si(scaled, scaled, -ulp, MPFR_RNDN);
  // mpfr_rint rounds ties to even.
  if (!is_beyond) mpfr_rint(scaled, scaled, MPFR_RNDN);
  const double units = is_beyond ? 0 : mpfr_get_d(scaled, MPFR_RNDN);
  mpfr_clear(scaled);
  if (is_beyond) return overflow_result(format, is_negative);
  return std::copysign(std::ldexp(units, ulp), is_negative ? -1.0 : 1.0);
}

}  // namespace truenorm::twin
