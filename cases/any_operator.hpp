// SPDX-License-Identifier: Apache-2.0
// Names of inputs, outputs and attributes where no operator or direction is known yet.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "cases/problems.hpp"
#include "oracle/operators.hpp"

namespace truenorm {

inline constexpr std::array every_direction{Direction::forward, Direction::vjp,
                                            Direction::jvp};

/// What an operator takes or gives in any direction: whoever writes a case may not have
/// named its directions yet. Each name once.
[[nodiscard]] std::vector<std::string> inputs_of(const OperatorSpec& op);
[[nodiscard]] std::vector<std::string> outputs_of(const OperatorSpec& op);

/// The same of all operators together, and their attributes.
[[nodiscard]] std::vector<std::string> all_inputs();
[[nodiscard]] std::vector<std::string> all_outputs();
[[nodiscard]] std::vector<std::string> all_attributes();

/// Whether the name is one of those; a problem is added if not.
///
/// values   `what` is what a message calls it
bool check_name(std::string_view what, std::string_view name, Position position,
                const std::vector<std::string>& known, Problems& problems);

}  // namespace truenorm
