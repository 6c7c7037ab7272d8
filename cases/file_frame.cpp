// SPDX-License-Identifier: Apache-2.0
// The frame of a file, and its diagnostics.
#include "cases/file_frame.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cases/scalars.hpp"

namespace truenorm {
namespace {

/// Whether the file says that it is written in the language that this reader knows.
bool check_version(const Node& root, Problems& problems) {
  const Node* version = find(root, "truenorm");
  if (version == nullptr) {
    problems.add(root.position,
                 "the file does not say 'truenorm: 1', the version of "
                 "the case language");
    return false;
  }
  const auto number = number_of(*version);
  if (number && !number->special && number->value == 1) return true;
  problems.add(version->position,
               fmt::format("this reader knows version 1 of the case language, not {}",
                           description(*version)));
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
  if (!check_version(root, problems)) return false;
  check_keys(root, what, known, problems);
  return true;
}

std::vector<Diagnostic> diagnostics_of(const Problems& problems,
                                       const std::string& display_name) {
  std::vector<Problem> found = problems.found();
  const auto by_place = [](const Problem& a, const Problem& b) {
    return std::pair(a.position.line, a.position.column) <
           std::pair(b.position.line, b.position.column);
  };
  std::stable_sort(found.begin(), found.end(), by_place);
  std::vector<Diagnostic> diagnostics;
  auto same_place = found.begin();
  for (auto problem = found.begin(); problem != found.end(); ++problem) {
    if (!(same_place->position == problem->position)) same_place = problem;
    if (std::find(same_place, problem, *problem) != problem) continue;
    diagnostics.push_back(
        {{display_name, problem->position.line, problem->position.column},
         Severity::error,
         problem->message});
  }
  return diagnostics;
}

}  // namespace truenorm
