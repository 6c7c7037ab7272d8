// SPDX-License-Identifier: Apache-2.0
// What other suites would have let through, beside ours.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "runners/program/kill_matrix.hpp"

namespace truenorm {

/// One judge of a matrix beside ours. An answer is a mutant's to a test.
struct PolicyComparison {
  Judge judge = ours;
  std::size_t mutants_killed = 0;
  std::size_t mutants_survive = 0;
  std::size_t mutants_without_rule =
      0;                    ///< no answer of theirs that the judge can judge
  std::size_t answers = 0;  ///< those that the judge has a rule for
  std::size_t killed = 0;
  std::size_t let_through = 0;   ///< passed, where we kill
  std::size_t false_alarms = 0;  ///< killed, where we pass
};

/// Our name and theirs.
[[nodiscard]] std::string judge_name(Judge judge);

/// How many of a mutant's answers we kill and the judge passes.
[[nodiscard]] std::size_t let_through(const KillMatrix& matrix, std::size_t mutant,
                                      std::size_t judge);

/// The matrix' judges in their order, of which the first is ours.
[[nodiscard]] std::vector<PolicyComparison> compare_policies(const KillMatrix& matrix);

}  // namespace truenorm
