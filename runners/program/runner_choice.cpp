// SPDX-License-Identifier: Apache-2.0
// Names, variants and paths of runners.
#include "runners/program/runner_choice.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "runners/program/installation.hpp"
#include "runners/program/usage_error.hpp"

namespace truenorm {
namespace {

/// A program by its path; what follows the last colon, if that is no path, is a variant.
RunnerChoice choose_program(const std::string& word) {
  std::string path = word;
  std::string variant;
  const auto colon = word.rfind(':');
  if (!std::filesystem::exists(path) && colon != std::string::npos) {
    path = word.substr(0, colon);
    variant = word.substr(colon + 1);
  }
  if (!std::filesystem::is_regular_file(path)) {
    throw UsageError("runner " + word + ": there is no such program");
  }
  RunnerChoice choice{word, {{std::filesystem::absolute(path).string()}, {}}, {}};
  if (!variant.empty()) choice.command.words.push_back(variant);
  return choice;
}

std::string listed_variants(const Manifest& manifest) {
  std::string text;
  for (const auto& [variant, about] : manifest.variants) {
    if (variant.empty()) continue;
    text += (text.empty() ? "" : ", ") + manifest.name + ":" + variant;
  }
  return text;
}

}  // namespace

RunnerChoice choose_runner(const std::string& word,
                           std::span<const Manifest> manifests) {
  if (word.find('/') != std::string::npos) return choose_program(word);
  const auto colon = word.find(':');
  const std::string name = word.substr(0, colon);
  const std::string variant = colon == std::string::npos ? "" : word.substr(colon + 1);
  const auto manifest =
      std::find_if(manifests.begin(), manifests.end(),
                   [&](const Manifest& candidate) { return candidate.name == name; });
  if (manifest == manifests.end()) {
    std::string names;
    for (const Manifest& candidate : manifests) {
      names += (names.empty() ? "" : ", ") + candidate.name;
    }
    throw UsageError("unknown runner '" + name + "'; there are " + names +
                     ", and any program by its path");
  }
  if (!manifest->variants.contains(variant)) {
    const std::string variants = listed_variants(*manifest);
    throw UsageError(variant.empty()
                         ? "runner " + name + " needs a variant: " + variants
                         : "runner " + name + " has no variant '" + variant + "'" +
                               (variants.empty() ? "" : "; there are " + variants));
  }
  RunnerChoice choice{word, {manifest->command, {}}, manifest->install};
  if (!variant.empty()) choice.command.words.push_back(variant);
  return choice;
}

std::vector<RunnerChoice> choose_runners(const std::vector<std::string>& words) {
  const std::vector<Manifest> manifests =
      read_manifests(installed_runners(), installed_programs());
  std::vector<RunnerChoice> choices;
  std::set<std::string> names;
  for (const std::string& word : words) {
    if (names.insert(word).second) choices.push_back(choose_runner(word, manifests));
  }
  return choices;
}

}  // namespace truenorm
