// SPDX-License-Identifier: Apache-2.0
// Words of a command line that is to be pasted into a shell.
#pragma once

#include <string>
#include <string_view>

namespace truenorm {

/// The word as a POSIX shell reads it back: bare, or in single quotes where it must be.
[[nodiscard]] std::string shell_quoted(std::string_view word);

}  // namespace truenorm
