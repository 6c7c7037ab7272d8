// SPDX-License-Identifier: Apache-2.0
// What holds of every diagnostic, whatever was read.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "cases/reader.hpp"

namespace truenorm {

/// Aborts if one has no place, or is no line of printable text.
inline void check_diagnostics(const std::vector<Diagnostic>& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics) {
    const bool is_printable =
        std::none_of(diagnostic.message.begin(), diagnostic.message.end(),
                     [](unsigned char c) { return c < ' ' || c == 0x7F; });
    if (diagnostic.place.line < 1 || diagnostic.place.column < 1 || !is_printable) {
      std::abort();
    }
  }
}

}  // namespace truenorm
