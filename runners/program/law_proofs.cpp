// SPDX-License-Identifier: Apache-2.0
// Every law on every test, decided exactly.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "oracle/laws.hpp"
#include "runners/program/law_reports.hpp"
#include "runners/program/progress.hpp"

namespace truenorm {
namespace {

/// What became of a law over all tests.
struct Tally {
  std::int64_t statements = 0;
  std::int64_t compared = 0;
  std::int64_t violations = 0;
};

using Tallies = std::map<std::string_view, Tally>;

void print_check(const LawCheck& check) {
  fmt::print("  {:<30} {:<60} {:>8}  {}\n", check.law, check.statement, check.compared,
             check.violation ? "VIOLATED: " + *check.violation : "holds");
}

Tallies prove(const std::vector<TestCase>& tests) {
  Tallies tallies;
  Progress progress(tests.size());
  for (const TestCase& test : tests) {
    const std::vector<LawCheck> checks = prove_laws(test.question);
    const bool has_violation =
        std::any_of(checks.begin(), checks.end(),
                    [](const LawCheck& check) { return check.violation.has_value(); });
    if (tests.size() == 1 || has_violation) fmt::print("{}\n", test.name);
    for (const LawCheck& check : checks) {
      Tally& tally = tallies[check.law];
      ++tally.statements;
      tally.compared += check.compared;
      tally.violations += check.violation ? 1 : 0;
      if (tests.size() == 1 || check.violation) print_check(check);
    }
    progress.step();
  }
  return tallies;
}

bool print_table(const Tallies& tallies, std::size_t tests) {
  fmt::print("{:<30} {:>7} {:>10} {:>11} {:>10}  {}\n", "law", "SPEC", "statements",
             "comparisons", "violations", "what holds");
  std::int64_t violations = 0;
  for (const Law& law : laws()) {
    const auto found = tallies.find(law.name);
    const Tally tally = found == tallies.end() ? Tally{} : found->second;
    violations += tally.violations;
    fmt::print("{:<30} {:>7} {:>10} {:>11} {:>10}  {}\n", law.name, law.section,
               tally.statements, tally.compared, tally.violations, law.about);
  }
  fmt::print("{} tests, {} violations\n", tests, violations);
  return violations == 0;
}

}  // namespace

bool print_proofs(const std::vector<TestCase>& tests) {
  return print_table(prove(tests), tests.size());
}

}  // namespace truenorm
