// SPDX-License-Identifier: Apache-2.0
// The failing NaN and Inf classes in words.
#pragma once

#include <string>
#include <vector>

#include "oracle/score.hpp"

namespace truenorm {

/// "2 spurious_nan", "1 missed_inf": the classes that fail and occur.
[[nodiscard]] std::vector<std::string> failing_classes(const SpecialCounts& special);

}  // namespace truenorm
