// SPDX-License-Identifier: Apache-2.0
// Where the things that come with the program lie: beside it, in every build and prefix.
#pragma once

#include <filesystem>

namespace truenorm {

/// PREFIX of PREFIX/bin/truenorm.
///
/// throws   std::filesystem::filesystem_error if the system does not tell
[[nodiscard]] std::filesystem::path installation_prefix();

/// The case files that came with the program.
[[nodiscard]] std::filesystem::path installed_cases();
/// A folder for each runner, with its manifest.
[[nodiscard]] std::filesystem::path installed_runners();
/// The runner programs that were built.
[[nodiscard]] std::filesystem::path installed_programs();

}  // namespace truenorm
