// SPDX-License-Identifier: Apache-2.0
// Makes room for a run's results.
#include "runners/program/output_folder.hpp"

#include "runners/program/usage_error.hpp"

namespace truenorm {
namespace {

std::filesystem::path first_free(const std::filesystem::path& folder) {
  for (int number = 1;; ++number) {
    std::filesystem::path candidate = folder;
    candidate += "." + std::to_string(number);
    if (!std::filesystem::exists(candidate)) return candidate;
  }
}

}  // namespace

void prepare_output_folder(const std::filesystem::path& folder) {
  try {
    std::filesystem::path place = std::filesystem::absolute(folder).lexically_normal();
    if (!place.has_filename()) place = place.parent_path();
    if (std::filesystem::exists(place) && !std::filesystem::is_directory(place)) {
      throw UsageError("--out " + folder.string() + ": there is a file of that name");
    }
    if (std::filesystem::exists(place) && !std::filesystem::is_empty(place)) {
      std::filesystem::rename(place, first_free(place));
    }
    std::filesystem::create_directories(place);
  } catch (const std::filesystem::filesystem_error& error) {
    throw UsageError("--out " + folder.string() + ": " + error.code().message());
  }
}

}  // namespace truenorm
