// SPDX-License-Identifier: Apache-2.0
// Where an editor finds the schema of a case file.
#pragma once

#include <filesystem>
#include <string>

namespace truenorm {

/// The path from the file's folder to schema/case.schema.json.
///
/// values   the file need not exist yet; `cases` is the folder of the cases that came with
///          the program
/// result   the nearest schema above the file, or else that of the cases where the file
///          stands in the folder that holds them, as in a clone; empty elsewhere: a case
///          travels, and any other path would hold for one machine
[[nodiscard]] std::string schema_path(const std::filesystem::path& file,
                                      const std::filesystem::path& cases);

}  // namespace truenorm
