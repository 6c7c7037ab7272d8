// SPDX-License-Identifier: Apache-2.0
// Distances, classes and limits of a single element.
#include "oracle/element_score.hpp"

#include <cmath>
#include <limits>

#include "oracle/planted.hpp"

namespace truenorm {
namespace {

/// Whether the answer is what an overflow to y's side gives. A NaN has no side.
bool is_overflow(const Truth& truth, double actual, const Format& format) {
  if (!format.has_infinity) return std::isnan(actual);
  return std::isinf(actual) && std::signbit(actual) == std::signbit(truth.rounded);
}

/// Whether y is negative; rounding keeps the sign, also that of a zero or of a NaN.
bool is_negative(const Truth& truth) { return std::signbit(truth.rounded); }

/// Whether RN(y) overflows and y reaches what an overflow counts as.
bool reaches_overflow(const Truth& truth) {
  return truth.overflows &&
         (truth.tail_ulps == 0 || (truth.tail_ulps > 0) != is_negative(truth));
}

long double with_sign_of(const Truth& truth, long double magnitude) {
  return is_negative(truth) ? -magnitude : magnitude;
}

/// The answer as a number (SPEC 6, the edge of overflow).
long double number_of(double actual, const Truth& truth, const Format& format) {
  if (std::isnan(actual)) return with_sign_of(truth, overflow_threshold(format));
  if (std::isinf(actual)) return std::copysign(overflow_threshold(format), actual);
  return actual;
}

long double error_of(const Truth& truth, double actual, const Format& format) {
  // An overflow is right however far beyond the threshold the truth lies.
  if (is_overflow(truth, actual, format) && reaches_overflow(truth)) return 0;
  const long double rounded = truth.overflows
                                  ? with_sign_of(truth, overflow_threshold(format))
                                  : static_cast<long double>(truth.rounded);
  return std::ldexp(number_of(actual, truth, format) - rounded, -truth.ulp_exponent) -
         truth.tail_ulps;
}

/// The value of the format on the other side of y than RN(y); RN(y) if y is a value.
double other_neighbour(const Truth& truth, const Format& format) {
  if (truth.overflows) return std::copysign(largest_finite(format), truth.rounded);
  if (truth.tail_ulps == 0) return truth.rounded;
  const bool is_mirrored = is_planted("wrong_neighbour");
  if ((truth.tail_ulps > 0) != is_mirrored) return next_up(format, truth.rounded);
  return next_down(format, truth.rounded);
}

/// Equal, or both NaN, as which float8_e4m3fn knows overflow.
bool is_same(double left, double right) {
  return left == right || (std::isnan(left) && std::isnan(right));
}

ElementScore score_nonfinite_truth(const Truth& truth, double actual,
                                   const Format& format) {
  ElementScore score;
  if (truth.origin == Origin::undefined) {
    if (!std::isnan(actual)) score.special = SpecialClass::missed_nan;
  } else if (std::isfinite(actual)) {
    score.special =
        std::isnan(truth.rounded) ? SpecialClass::missed_nan : SpecialClass::missed_inf;
  } else {
    // Where there are no infinities, NaN stands for one.
    score.differs_in_kind = !is_same(actual, round_to_nearest(format, truth.rounded));
  }
  score.passes = score.special == SpecialClass::none;
  score.is_correctly_rounded = score.passes;
  score.is_faithful = score.passes;
  return score;
}

/// The class of an overflow, or of a missing one, that exceeds what is tolerated.
SpecialClass class_of(const Truth& truth, double actual) {
  if (std::isnan(actual)) return SpecialClass::spurious_nan;
  if (std::isinf(actual)) {
    return truth.overflows ? SpecialClass::wrong_inf : SpecialClass::spurious_inf;
  }
  return truth.overflows ? SpecialClass::missed_inf : SpecialClass::none;
}

bool is_within(const ElementScore& score, const Truth& truth, double actual,
               const Tolerance& tolerance, const Format& format) {
  if (tolerance.flush_to_zero && actual == 0) {
    const double rounded = std::fabs(truth.rounded);
    const double inward = is_negative(truth) ? truth.tail_ulps : -truth.tail_ulps;
    const double smallest = smallest_normal(format);
    if (rounded < smallest || (rounded == smallest && inward > 0)) return true;
  }
  const long double error = std::fabs(*score.error_ulps);
  return (!tolerance.limit_ulps || error <= *tolerance.limit_ulps) &&
         (!tolerance.limit_excess || *score.excess <= *tolerance.limit_excess);
}

}  // namespace

ElementScore score_element(const Truth& truth, double actual,
                           const AttainableUlps& attainable, const Tolerance& tolerance,
                           const Format& format) {
  if (!truth.is_finite) return score_nonfinite_truth(truth, actual, format);
  ElementScore score;
  const bool is_overflow_nan = std::isnan(actual) && !format.has_infinity;
  // With degenerate inputs no overflow explains what is not finite.
  const bool is_stray =
      !std::isfinite(actual) && truth.origin == Origin::degenerate && !truth.overflows;
  if ((std::isnan(actual) && !is_overflow_nan) || is_stray) {
    score.passes = false;
    score.special =
        std::isnan(actual) ? SpecialClass::spurious_nan : SpecialClass::spurious_inf;
    return score;
  }
  const long double error = error_of(truth, actual, format);
  score.error_ulps = error;
  score.excess = std::fabs(error) / (attainable.roundings +
                                     attainable.unit_roundoff * attainable.sensitivity);
  score.is_correctly_rounded = is_same(actual, truth.rounded);
  score.is_faithful =
      score.is_correctly_rounded || is_same(actual, other_neighbour(truth, format));
  score.differs_in_zero_sign = actual == 0 && truth.rounded == 0 &&
                               std::signbit(actual) != std::signbit(truth.rounded);
  const bool has_wrong_sign =
      std::isinf(actual) && std::signbit(actual) != is_negative(truth);
  score.passes = !has_wrong_sign && is_within(score, truth, actual, tolerance, format);
  if (!score.passes) score.special = class_of(truth, actual);
  if (score.special != SpecialClass::none) {
    score.error_ulps.reset();
    score.excess.reset();
  }
  return score;
}

}  // namespace truenorm
