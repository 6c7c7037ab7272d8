// SPDX-License-Identifier: Apache-2.0
// What must hold between the verdict of a result, its actual verdict and its score.
#pragma once

#include <string>

#include "reports/result.hpp"

namespace truenorm {

/// What contradicts itself in a result; empty if nothing does.
[[nodiscard]] std::string contradiction(const Result& result);

}  // namespace truenorm
