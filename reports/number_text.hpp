// SPDX-License-Identifier: Apache-2.0
// Numbers as a person reads them in a table.
#pragma once

#include <string>

namespace truenorm {

/// Two or three significant digits in at most eight characters: 0.5, 12.3, 1116,
/// 2.6e+08, inf.
[[nodiscard]] std::string short_number(double value);

}  // namespace truenorm
