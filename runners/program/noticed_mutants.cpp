// SPDX-License-Identifier: Apache-2.0
// Two readings of a kill matrix.
#include "runners/program/noticed_mutants.hpp"

#include <cstddef>
#include <set>
#include <string_view>

#include "oracle/mutants.hpp"
#include "runners/program/kill_matrix.hpp"

namespace truenorm {
namespace {

constexpr std::size_t most_mutants_named = 3;

/// A mutant's kind of mistake: EPS of EPS-OUT.
std::string_view kind_of(const Mutant& mutant) {
  return mutant.formula.substr(0, mutant.formula.find('-'));
}

}  // namespace

std::vector<std::string> noticed_mutants(const std::vector<TestCase>& tests) {
  const KillMatrix matrix(tests, mutants());
  std::vector<std::string> noticed;
  std::set<std::string_view> kinds;
  for (std::size_t k = 0; k < mutants().size(); ++k) {
    if (noticed.size() == most_mutants_named) break;
    if (matrix.kills(k) == 0 || !kinds.insert(kind_of(mutants()[k])).second) continue;
    noticed.emplace_back(mutants()[k].name);
  }
  return noticed;
}

std::vector<std::string> missed_mutants(const std::vector<TestCase>& tests,
                                        const std::vector<std::string>& names) {
  std::vector<Mutant> asked;
  for (const std::string& name : names) asked.push_back(*find_mutant(name));
  const KillMatrix matrix(tests, asked);
  std::vector<std::string> missed;
  for (std::size_t k = 0; k < asked.size(); ++k) {
    if (matrix.kills(k) == 0) missed.push_back(names[k]);
  }
  return missed;
}

}  // namespace truenorm
