// SPDX-License-Identifier: Apache-2.0
// Names of inputs and outputs where no operator is known yet.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cases/problems.hpp"

namespace truenorm {

/// Every input, or every output, of any operator in any direction; some more than once.
[[nodiscard]] std::vector<std::string> all_inputs();
[[nodiscard]] std::vector<std::string> all_outputs();

/// Whether the name is one of those; a problem is added if not.
///
/// values   `what` is what a message calls it
bool check_name(std::string_view what, std::string_view name, Position position,
                const std::vector<std::string>& known, Problems& problems);

}  // namespace truenorm
