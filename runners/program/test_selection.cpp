// SPDX-License-Identifier: Apache-2.0
// Reads the cases and keeps the tests that every filter lets through.
#include "runners/program/test_selection.hpp"

#include <algorithm>
#include <string_view>

#include "cases/reader.hpp"
#include "runners/program/glob.hpp"
#include "runners/program/installation.hpp"
#include "runners/program/usage_error.hpp"

namespace truenorm {
namespace {

template <typename Words>
bool contains(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool has_wanted_tags(const std::vector<std::string>& tags, const TestFilter& filter) {
  if (filter.tags.empty()) return !filter.cases.empty() || !contains(tags, "full");
  return std::any_of(tags.begin(), tags.end(), [&](const std::string& tag) {
    return contains(filter.tags, tag);
  });
}

bool is_wanted(const TestCase& test, const TestFilter& filter) {
  if (!filter.operators.empty() &&
      !contains(filter.operators, test.question.op().name)) {
    return false;
  }
  if (!filter.dtypes.empty() && !contains(filter.dtypes, test.dtype())) return false;
  return filter.glob.empty() || glob_matches(filter.glob, test.name);
}

}  // namespace

std::vector<TestCase> select_tests(const TestFilter& filter) {
  std::vector<TestCase> tests;
  for_each_test(filter, [&](TestCase test) { tests.push_back(std::move(test)); });
  return tests;
}

void for_each_test(const TestFilter& filter,
                   const std::function<void(TestCase)>& take) {
  const std::string installed = installed_cases().string();
  std::string errors;
  std::size_t index = 0;
  read_selection(
      filter.cases.empty() ? std::vector{installed} : filter.cases, installed,
      [&](const std::vector<std::string>& tags) {
        return has_wanted_tags(tags, filter);
      },
      [&](Reading read) {
        for (const Diagnostic& diagnostic : read.diagnostics) {
          if (diagnostic.severity != Severity::error) continue;
          errors += (errors.empty() ? "" : "\n") + text(diagnostic);
        }
        for (TestCase& test : read.tests) {
          if (!is_wanted(test, filter)) continue;
          if (index++ % filter.shards == filter.shard - 1) take(std::move(test));
        }
      });
  if (!errors.empty()) throw UsageError(errors);
  if (index == 0) throw UsageError("no test is selected");
}

}  // namespace truenorm
