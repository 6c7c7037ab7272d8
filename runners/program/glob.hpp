// SPDX-License-Identifier: Apache-2.0
// Patterns for test names, which are full of brackets.
#pragma once

#include <string_view>

namespace truenorm {

/// Whether the whole text matches; * stands for any text, ? for one character, and
/// nothing else is special.
[[nodiscard]] bool glob_matches(std::string_view pattern, std::string_view text);

}  // namespace truenorm
