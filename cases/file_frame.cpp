// SPDX-License-Identifier: Apache-2.0
// The frame of a file, and its diagnostics.
#include "cases/file_frame.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cases/scalars.hpp"

namespace truenorm {
namespace {

/// Whether the file is written in the language that this reader knows, or seems to be.
bool check_version(const Node& root, const std::vector<std::string_view>& known,
                   Problems& problems) {
  const Node* version = find(root, "truenorm");
  if (version == nullptr) {
    problems.add(root.position,
                 "the file does not say 'truenorm: 1', the version of "
                 "the case language");
    // With one of our keys it is meant to be ours, and the rest is told too.
    return std::any_of(known.begin(), known.end(), [&](std::string_view key) {
      return find(root, key) != nullptr;
    });
  }
  const auto number = number_of(*version);
  if (number && !number->special && number->value == 1) return true;
  problems.add(
      version->position,
      fmt::format("this reader knows version 1 of the case language, not {}{}",
                  version->is_quoted ? "the text " : "", description(*version)));
  return false;
}

}  // namespace

bool check_frame(const Node& root, std::string_view what,
                 const std::vector<std::string_view>& known, Problems& problems) {
  if (root.kind != Node::Kind::map) {
    problems.add(root.position,
                 fmt::format("{} is a map, not {}", what, description(root)));
    return false;
  }
  if (!check_version(root, known, problems)) return false;
  check_keys(root, what, known, problems);
  return true;
}

const Node* find_list(const Node& root, std::string_view key, Problems& problems) {
  const auto entry = std::find_if(root.entries.begin(), root.entries.end(),
                                  [&](const Entry& e) { return e.key == key; });
  if (entry == root.entries.end()) {
    problems.add(root.position, fmt::format("the file has no list of {}", key));
    return nullptr;
  }
  const Node& value = entry->value;
  if (value.kind == Node::Kind::list) return &value;
  problems.add(value.position,
               fmt::format("{} must be a list, not {}", key, description(value)));
  return nullptr;
}

std::vector<Diagnostic> diagnostics_of(const Problems& problems,
                                       const std::string& display_name) {
  std::vector<Diagnostic> diagnostics;
  for (const Problem& problem : problems.found()) {
    diagnostics.push_back(
        {{display_name, problem.position.line, problem.position.column},
         Severity::error,
         problem.message});
  }
  std::stable_sort(diagnostics.begin(), diagnostics.end(),
                   [](const Diagnostic& a, const Diagnostic& b) {
                     return std::pair(a.place.line, a.place.column) <
                            std::pair(b.place.line, b.place.column);
                   });
  return diagnostics;
}

}  // namespace truenorm
