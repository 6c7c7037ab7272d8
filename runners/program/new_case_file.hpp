// SPDX-License-Identifier: Apache-2.0
// Where a new case file goes, and what it begins with.
#pragma once

#include <filesystem>
#include <string>

namespace truenorm {

/// The first line of a case file, which tells an editor its schema, or nothing.
///
/// values   `file` lies, or will lie, there; `cases` are those that came with the program.
///          Only a file beside or below them gets the line, with a relative path: any
///          other path would hold for one machine, and a case file is made to travel
[[nodiscard]] std::string schema_line(const std::filesystem::path& file,
                                      const std::filesystem::path& cases);

/// Writes a file that does not exist yet.
///
/// throws   UsageError if it exists, or cannot be written
void write_new_file(const std::filesystem::path& file, const std::string& text);

}  // namespace truenorm
