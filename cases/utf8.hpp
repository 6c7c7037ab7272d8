// SPDX-License-Identifier: Apache-2.0
// Where a text stops being UTF-8.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace truenorm {

/// The first byte that does not begin a character of UTF-8, as RFC 3629 has them; nothing
/// if the whole text is UTF-8.
[[nodiscard]] std::optional<std::size_t> first_not_utf8(std::string_view text);

/// The length of the longest beginning of whole characters with at most so many bytes.
///
/// values   text is UTF-8
[[nodiscard]] std::size_t utf8_prefix(std::string_view text, std::size_t bytes);

}  // namespace truenorm
