// SPDX-License-Identifier: Apache-2.0
// Reads manifests; they are part of an installation, so a bad one is our own fault.
#include "runners/program/manifest.hpp"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace truenorm {

Manifest read_manifest(const std::filesystem::path& file,
                       const std::filesystem::path& programs) {
  try {
    std::ifstream stream(file);
    const auto json = nlohmann::json::parse(stream);
    Manifest manifest;
    json.at("name").get_to(manifest.name);
    json.at("about").get_to(manifest.about);
    json.at("variants").get_to(manifest.variants);
    manifest.install = json.value("install", "");
    if (json.contains("program")) {
      manifest.command = {(programs / json.at("program").get<std::string>()).string()};
    } else {
      json.at("command").get_to(manifest.command);
      for (std::string& word : manifest.command) {
        const std::filesystem::path beside = file.parent_path() / word;
        if (std::filesystem::is_regular_file(beside)) word = beside.string();
      }
    }
    return manifest;
  } catch (const nlohmann::json::exception& error) {
    throw std::runtime_error(file.string() + ": " + error.what());
  }
}

std::vector<Manifest> read_manifests(const std::filesystem::path& folder,
                                     const std::filesystem::path& programs) {
  std::vector<Manifest> manifests;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::filesystem::path file = entry.path() / "runner.json";
    if (std::filesystem::exists(file)) {
      manifests.push_back(read_manifest(file, programs));
    }
  }
  std::sort(manifests.begin(), manifests.end(),
            [](const Manifest& a, const Manifest& b) { return a.name < b.name; });
  return manifests;
}

}  // namespace truenorm
