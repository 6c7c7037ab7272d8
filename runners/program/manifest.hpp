// SPDX-License-Identifier: Apache-2.0
// runner.json: what a runner that comes with the program is, and how it is started.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace truenorm {

struct Manifest {
  std::string name;
  std::string about;
  /// The program and its arguments; paths are absolute.
  std::vector<std::string> command;
  /// Variant to what it is; "" is the one that a bare name means, if there is one.
  std::map<std::string, std::string> variants;
  std::string install;  ///< how to get what it needs; empty: nothing is needed
};

/// throws   std::runtime_error naming the file and what is wrong with it
[[nodiscard]] Manifest read_manifest(const std::filesystem::path& file,
                                     const std::filesystem::path& programs);

/// Every manifest of FOLDER/NAME/runner.json, by name.
[[nodiscard]] std::vector<Manifest> read_manifests(
    const std::filesystem::path& folder, const std::filesystem::path& programs);

}  // namespace truenorm
