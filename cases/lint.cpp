// SPDX-License-Identifier: Apache-2.0
// The warnings of `truenorm lint`.
#include "cases/lint.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "oracle/mutants.hpp"

namespace truenorm {
namespace {

bool applies(const Mutant& mutant, const TestCase& test) {
  return std::find(mutant.operators.begin(), mutant.operators.end(),
                   test.question.op().name) != mutant.operators.end();
}

bool is_same_case(const TestCase& a, const TestCase& b) {
  return a.place.file == b.place.file && a.case_name == b.case_name;
}

}  // namespace

std::vector<Diagnostic> lint(const std::vector<TestCase>& tests) {
  std::vector<Diagnostic> warnings;
  const TestCase* previous = nullptr;
  for (const TestCase& test : tests) {
    // The tests of one case stand next to each other.
    if (previous != nullptr && is_same_case(*previous, test)) continue;
    previous = &test;
    if (test.about.empty()) {
      warnings.push_back(
          {test.place, Severity::warning,
           fmt::format("the case '{}' does not say what it is about", test.case_name)});
    }
    for (const std::string& caught : test.catches) {
      const Mutant* mutant = find_mutant(caught);
      if (mutant == nullptr || applies(*mutant, test)) continue;
      warnings.push_back({test.place, Severity::warning,
                          fmt::format("the mutant '{}' does not apply to {}", caught,
                                      test.question.op().name)});
    }
  }
  return warnings;
}

}  // namespace truenorm
