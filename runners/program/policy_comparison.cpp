// SPDX-License-Identifier: Apache-2.0
// Counts over the fates of the same answers.
#include "runners/program/policy_comparison.hpp"

namespace truenorm {
namespace {

/// How many of a mutant's answers have the one fate with us and the other with the judge.
std::size_t count(const KillMatrix& matrix, std::size_t mutant, std::size_t judge,
                  Fate with_us, Fate with_judge) {
  std::size_t found = 0;
  for (std::size_t test = 0; test < matrix.tests(); ++test) {
    const bool is_one = matrix.fate(mutant, test) == with_us &&
                        matrix.fate(mutant, test, judge) == with_judge;
    found += is_one ? 1 : 0;
  }
  return found;
}

PolicyComparison compare(const KillMatrix& matrix, std::size_t judge) {
  PolicyComparison sum;
  sum.judge = matrix.judges()[judge];
  for (std::size_t k = 0; k < matrix.mutants(); ++k) {
    const std::size_t asked = matrix.asked(k, judge);
    const std::size_t kills = matrix.kills(k, judge);
    sum.answers += asked;
    sum.killed += kills;
    sum.let_through += let_through(matrix, k, judge);
    sum.false_alarms += count(matrix, k, judge, Fate::survives, Fate::killed);
    // One that no test of the selection asks says nothing of any judge.
    if (matrix.asked(k) == 0) continue;
    ++(asked == 0  ? sum.mutants_without_rule
       : kills > 0 ? sum.mutants_killed
                   : sum.mutants_survive);
  }
  return sum;
}

}  // namespace

std::string judge_name(Judge judge) {
  return judge == ours ? "truenorm" : std::string(judge->name);
}

std::size_t let_through(const KillMatrix& matrix, std::size_t mutant,
                        std::size_t judge) {
  return count(matrix, mutant, judge, Fate::killed, Fate::survives);
}

std::vector<PolicyComparison> compare_policies(const KillMatrix& matrix) {
  std::vector<PolicyComparison> comparisons;
  for (std::size_t judge = 0; judge < matrix.judges().size(); ++judge) {
    comparisons.push_back(compare(matrix, judge));
  }
  return comparisons;
}

}  // namespace truenorm
