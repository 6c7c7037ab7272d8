// SPDX-License-Identifier: Apache-2.0
// What every file of ours begins with, and how its problems are told.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cases/document.hpp"
#include "cases/reader.hpp"

namespace truenorm {

/// Whether the root is a map that says 'truenorm: 1', with problems for keys that are not
/// known.
///
/// values   `what` is what a message calls the file
bool check_frame(const Node& root, std::string_view what,
                 const std::vector<std::string_view>& known, Problems& problems);

/// The list under a key of the root; nothing, and a problem, if there is none.
[[nodiscard]] const Node* find_list(const Node& root, std::string_view key,
                                    Problems& problems);

/// Sorted by place.
[[nodiscard]] std::vector<Diagnostic> diagnostics_of(const Problems& problems,
                                                     const std::string& display_name);

}  // namespace truenorm
