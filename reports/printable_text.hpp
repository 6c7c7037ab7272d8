// SPDX-License-Identifier: Apache-2.0
// Foreign text made safe for a terminal and for XML 1.0.
#pragma once

#include <string>
#include <string_view>

namespace truenorm {

/// The text as UTF-8 in which the only control characters are newline and tab.
///
/// values   what is not UTF-8 becomes U+FFFD; control characters and the noncharacters
///          U+FFFE and U+FFFF, which XML 1.0 forbids, are left out
[[nodiscard]] std::string printable(std::string_view text);

/// The printable text up to the first newline, at most that many characters long; what
/// is longer ends in "...".
[[nodiscard]] std::string first_line(std::string_view text,
                                     std::size_t limit_characters);

/// How many characters a UTF-8 text has.
[[nodiscard]] std::size_t character_count(std::string_view text);

}  // namespace truenorm
