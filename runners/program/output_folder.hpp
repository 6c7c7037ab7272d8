// SPDX-License-Identifier: Apache-2.0
// The folder that --out names: never mixed with an earlier run's files.
#pragma once

#include <filesystem>

namespace truenorm {

/// Creates the folder; one that is not empty is first moved to the first free FOLDER.N.
///
/// throws   UsageError if the path is a file, or the folder cannot be made or moved
void prepare_output_folder(const std::filesystem::path& folder);

}  // namespace truenorm
