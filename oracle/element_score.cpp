// SPDX-License-Identifier: Apache-2.0
// Distances, classes and limits of a single element.
#include "oracle/element_score.hpp"

#include <cmath>
#include <limits>

namespace truenorm {
namespace {

/// 2^(emax + 1), as which an infinity counts at the edge of overflow.
long double overflow_value(const Format& format, double infinity) {
  return std::copysign(std::ldexp(1.0L, format.emax + 1),
                       static_cast<long double>(infinity));
}

long double number_of(double value, const Format& format) {
  return std::isinf(value) ? overflow_value(format, value) : value;
}

/// Whether y is negative; rounding keeps the sign, also that of a rounded zero.
bool is_negative(const Truth& truth) { return std::signbit(truth.rounded); }

/// Whether RN(y) is an infinity and y reaches what an infinity counts as.
bool reaches_overflow(const Truth& truth) {
  return std::isinf(truth.rounded) &&
         (truth.tail_ulps == 0 || (truth.tail_ulps > 0) == (truth.rounded > 0));
}

long double error_of(const Truth& truth, double actual, const Format& format) {
  // An infinity is the right answer however far beyond 2^(emax + 1) the truth lies.
  if (actual == truth.rounded && reaches_overflow(truth)) return 0;
  const long double rounded = number_of(truth.rounded, format);
  return std::ldexp(number_of(actual, format) - rounded, -truth.ulp_exponent) -
         truth.tail_ulps;
}

/// The value of the format on the other side of y than RN(y); RN(y) if y is a value.
double other_neighbour(const Truth& truth, const Format& format) {
  if (std::isinf(truth.rounded)) {
    return std::copysign(largest_finite(format), truth.rounded);
  }
  if (truth.tail_ulps > 0) return next_up(format, truth.rounded);
  if (truth.tail_ulps < 0) return next_down(format, truth.rounded);
  return truth.rounded;
}

ElementScore score_nonfinite_truth(const Truth& truth, double actual) {
  ElementScore score;
  if (truth.origin == Origin::undefined) {
    if (!std::isnan(actual)) score.special = SpecialClass::missed_nan;
  } else if (std::isfinite(actual)) {
    score.special =
        std::isnan(truth.rounded) ? SpecialClass::missed_nan : SpecialClass::missed_inf;
  } else {
    score.differs_in_kind =
        std::isnan(truth.rounded) ? !std::isnan(actual) : actual != truth.rounded;
  }
  score.passes = score.special == SpecialClass::none;
  score.is_correctly_rounded = score.passes;
  score.is_faithful = score.passes;
  return score;
}

/// The class of an infinity, or of a missing one, that exceeds what is tolerated.
SpecialClass class_of(const Truth& truth, double actual) {
  if (std::isinf(actual)) {
    return std::isinf(truth.rounded) ? SpecialClass::wrong_inf
                                     : SpecialClass::spurious_inf;
  }
  return std::isinf(truth.rounded) ? SpecialClass::missed_inf : SpecialClass::none;
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
  if (!truth.is_finite) return score_nonfinite_truth(truth, actual);
  ElementScore score;
  const bool is_stray_infinity = std::isinf(actual) &&
                                 truth.origin == Origin::degenerate &&
                                 std::isfinite(truth.rounded);
  if (std::isnan(actual) || is_stray_infinity) {
    score.passes = false;
    score.special =
        std::isnan(actual) ? SpecialClass::spurious_nan : SpecialClass::spurious_inf;
    return score;
  }
  const long double error = error_of(truth, actual, format);
  score.error_ulps = error;
  score.excess = std::fabs(error) / (attainable.roundings +
                                     attainable.unit_roundoff * attainable.sensitivity);
  score.is_correctly_rounded = actual == truth.rounded;
  score.is_faithful =
      score.is_correctly_rounded || actual == other_neighbour(truth, format);
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
