// SPDX-License-Identifier: Apache-2.0
// A file for a new case.
#pragma once

#include <filesystem>
#include <string>

namespace truenorm {

/// Writes a file that does not exist yet.
///
/// throws   UsageError if it exists, or cannot be written
void write_new_file(const std::filesystem::path& file, const std::string& text);

}  // namespace truenorm
