// SPDX-License-Identifier: Apache-2.0
// The known word that a misspelt one probably means.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace truenorm {

/// "; did you mean 'eps'?" for the nearest known word, or nothing if none is near: letter
/// case apart, one of the two is a part of the other, or at most a third of the letters is
/// wrong.
[[nodiscard]] std::string suggestion(std::string_view word,
                                     const std::vector<std::string_view>& known);

/// The same; where no word is near, "; known: a, b", unless they are too many to list.
[[nodiscard]] std::string suggestion_or_list(
    std::string_view word, const std::vector<std::string_view>& known);

}  // namespace truenorm
