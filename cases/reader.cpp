// SPDX-License-Identifier: Apache-2.0
// Reads one case file: its frame, its defaults, then case after case.
#include "cases/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "cases/case_reader.hpp"
#include "cases/document.hpp"
#include "cases/file_frame.hpp"
#include "cases/scalars.hpp"
#include "cases/tensor_files.hpp"
#include "cases/tensor_recipe.hpp"

namespace truenorm {
namespace {

/// Whether the case's name was not taken yet.
bool check_unique(const Node& written,
                  std::unordered_map<std::string, int>& lines_of_cases,
                  Problems& problems) {
  const Node* case_name = find(written, "case");
  if (case_name == nullptr || case_name->kind != Node::Kind::scalar) return true;
  const auto [earlier, is_new] =
      lines_of_cases.emplace(case_name->text, case_name->position.line);
  if (is_new) return true;
  problems.add(case_name->position,
               fmt::format("the case {} stands already at line {}",
                           quotation(case_name->text), earlier->second));
  return false;
}

/// Adds the problems of defaults that no case came upon, since each replaces them.
void add_hidden_problems(const Node& defaults, const CaseFile& file,
                         Problems& problems) {
  Problems of_defaults;
  check_defaults(defaults, file, of_defaults);
  for (const Problem& problem : of_defaults.found()) {
    if (!problems.has_one_at(problem.position)) {
      problems.add(problem.position, problem.message);
    }
  }
}

std::vector<TestCase> read_root(const Node& root, const CaseFile& file,
                                std::int64_t limit_elements, Problems& problems) {
  if (!check_frame(root, "a case file", {"truenorm", "suite", "defaults", "cases"},
                   problems)) {
    return {};
  }
  if (const Node* suite = find(root, "suite")) {
    static_cast<void>(read_text(*suite, "suite", problems));
  }
  const Node* defaults = find(root, "defaults");
  if (defaults != nullptr) {
    // A default name would be every case's.
    std::vector<std::string_view> keys = case_keys();
    std::erase(keys, "case");
    if (!check_keys(*defaults, "defaults", keys, problems)) defaults = nullptr;
  }
  const Node* cases = find_list(root, "cases", problems);
  if (cases == nullptr) return {};
  std::vector<TestCase> tests;
  std::unordered_map<std::string, int> lines_of_cases;
  Budget budget{.elements = limit_elements};
  const Cost cost_of_defaults = defaults == nullptr ? Cost{} : cost(*defaults);
  for (const Node& written : cases->items) {
    if (problems.are_too_many()) {
      problems.add(written.position, too_many_errors);
      break;
    }
    const std::size_t problems_before = problems.count();
    if (!check_keys(written, "a case", case_keys(), problems)) continue;
    check_unique(written, lines_of_cases, problems);
    std::vector<TestCase> read =
        read_case(written, defaults, cost_of_defaults, file, budget, problems);
    if (budget.is_exceeded) break;
    if (problems.count() > problems_before) continue;
    std::move(read.begin(), read.end(), std::back_inserter(tests));
  }
  const bool is_read_to_its_end = !budget.is_exceeded && !problems.are_too_many();
  if (defaults != nullptr && is_read_to_its_end)
    add_hidden_problems(*defaults, file, problems);
  return tests;
}

}  // namespace

std::string text(const Diagnostic& diagnostic) {
  return fmt::format("{}:{}:{}: {}: {}", diagnostic.place.file, diagnostic.place.line,
                     diagnostic.place.column,
                     diagnostic.severity == Severity::error ? "error" : "warning",
                     diagnostic.message);
}

bool Reading::has_errors() const {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& d) { return d.severity == Severity::error; });
}

Reading read_cases(std::string_view yaml, const std::string& file_name,
                   const std::string& display_name, const ReadingOptions& options) {
  Problems problems;
  TensorFiles tensor_files(options.folder);
  Reading reading;
  const auto root = parse_document(yaml, problems);
  if (root) {
    reading.tests =
        read_root(*root, {file_name, display_name, tensor_files, options.wants},
                  options.limit_elements, problems);
  }
  reading.diagnostics = diagnostics_of(problems, display_name);
  return reading;
}

}  // namespace truenorm
