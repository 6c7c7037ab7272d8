// SPDX-License-Identifier: Apache-2.0
// Reals as 30 significant decimal digits, nearest, ties to even.
#pragma once

#include <optional>
#include <string>

#include "oracle/interval.hpp"

namespace truenorm {

/// 1.50000000000000000000000000000e+00; 0 is "0".
[[nodiscard]] std::string decimal_text(const Rational& value);

/// The digits of every number in the interval, if they are the same.
[[nodiscard]] std::optional<std::string> decimal_text(const Interval& value);

}  // namespace truenorm
