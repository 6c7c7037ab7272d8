// SPDX-License-Identifier: Apache-2.0
// Puts the mutants that a case speaks of to its tests.
#include "runners/program/catch_claims.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runners/program/kill_matrix.hpp"

namespace truenorm {
namespace {

/// The worst that befalls a mutant in any test.
Fate worst_fate(const KillMatrix& matrix, std::size_t mutant) {
  if (matrix.kills(mutant) > 0) return Fate::killed;
  return matrix.asked(mutant) > 0 ? Fate::survives : Fate::not_asked;
}

bool applies_to_any(const Mutant& mutant, TestsOfCase tests) {
  return std::any_of(tests.begin(), tests.end(), [&](const TestCase& test) {
    return applies(mutant, test.question);
  });
}

}  // namespace

std::vector<Diagnostic> check_catches(TestsOfCase tests) {
  const TestCase& first = tests.front();
  std::vector<Diagnostic> warnings;
  const auto warn = [&](std::string message) {
    warnings.push_back({first.place, Severity::warning, std::move(message)});
  };
  std::vector<Mutant> claimed;
  for (const std::string& name : first.catches) {
    // An unknown one is an error of the file.
    if (const Mutant* mutant = find_mutant(name)) claimed.push_back(*mutant);
  }
  const KillMatrix matrix(tests, claimed);
  for (std::size_t k = 0; k < claimed.size(); ++k) {
    const std::string_view name = claimed[k].name;
    switch (worst_fate(matrix, k)) {
      case Fate::killed:
        break;
      case Fate::survives:
        warn(fmt::format("the mutant '{}' is not caught: its answers pass", name));
        break;
      case Fate::not_asked:
        warn(
            applies_to_any(claimed[k], tests)
                ? fmt::format("the mutant '{}' is not caught: what it changes makes no "
                              "difference here",
                              name)
                : fmt::format(
                      "the mutant '{}' does not apply to {} in the directions of "
                      "this case",
                      name, first.question.op().name));
        break;
    }
  }
  if (!first.catches_nothing) return warnings;
  const KillMatrix all(tests, mutants());
  for (std::size_t k = 0; k < mutants().size(); ++k) {
    if (all.kills(k) == 0) continue;
    warn(fmt::format("says that it catches nothing, but the mutant '{}' is caught",
                     mutants()[k].name));
  }
  return warnings;
}

}  // namespace truenorm
