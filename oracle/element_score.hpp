// SPDX-License-Identifier: Apache-2.0
// One element of an answer against its truth (SPEC 6 and 8).
#pragma once

#include <optional>

#include "oracle/score.hpp"
#include "oracle/truth.hpp"

namespace truenorm {

enum class SpecialClass {
  none,
  spurious_nan,
  spurious_inf,
  missed_nan,
  missed_inf,
  wrong_inf,
};

/// What is attainable at an element, in ulps of its truth.
struct AttainableUlps {
  long double roundings = 0.5L;  ///< of the result and of a rounded normalized value
  long double sensitivity = 0;   ///< S
  long double unit_roundoff = 0;
};

struct ElementScore {
  bool passes = true;
  SpecialClass special = SpecialClass::none;
  bool differs_in_kind = false;  ///< one is NaN, the other Inf, or the other Inf
  bool differs_in_zero_sign = false;
  bool is_correctly_rounded = false;
  bool is_faithful = false;
  /// Set if truth and answer are numbers, so that there is a distance.
  std::optional<long double> error_ulps;
  std::optional<long double> excess;
};

[[nodiscard]] ElementScore score_element(const Truth& truth, double actual,
                                         const AttainableUlps& attainable,
                                         const Tolerance& tolerance,
                                         const Format& format);

}  // namespace truenorm
