// SPDX-License-Identifier: Apache-2.0
// The known word that a misspelt one probably means.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace truenorm {

/// "; did you mean 'epsilon'?" for the known word with the smallest edit distance, or
/// nothing if more than half of the letters would have to change.
[[nodiscard]] std::string suggestion(std::string_view word,
                                     const std::vector<std::string_view>& known);

}  // namespace truenorm
