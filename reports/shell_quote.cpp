// SPDX-License-Identifier: Apache-2.0
// Quoting for a POSIX shell.
#include "reports/shell_quote.hpp"

namespace truenorm {

std::string shell_quoted(std::string_view word) {
  constexpr std::string_view bare =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=@%+,-";
  if (!word.empty() && word.find_first_not_of(bare) == std::string_view::npos) {
    return std::string(word);
  }
  std::string quoted = "'";
  for (const char letter : word) {
    // Nothing can be escaped inside single quotes: close, escape, open again.
    if (letter == '\'') {
      quoted += "'\\''";
    } else {
      quoted += letter;
    }
  }
  return quoted + "'";
}

}  // namespace truenorm
