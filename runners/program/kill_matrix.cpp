// SPDX-License-Identifier: Apache-2.0
// Test by test; a mutant dies of the first output that fails.
#include "runners/program/kill_matrix.hpp"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "oracle/score.hpp"
#include "runners/mutant/answers.hpp"
#include "runners/program/progress.hpp"

namespace truenorm {
namespace {

/// Whether an answer passes; none where the policy has no rule for it.
std::optional<bool> passes(const TestCase& test, const std::string& output,
                           const Tensor& answer, const Policy* policy) {
  if (policy == nullptr) {
    return score(test.question, output, answer, test.criteria(output)).passes;
  }
  return accepts(*policy, test.question, output,
                 expected_values(test.question, output, answer.format()), answer);
}

Fate fate_of(const Mutant& mutant, const TestCase& test, const Policy* policy) {
  Fate fate = Fate::not_asked;
  for (const std::string& output : test.outputs) {
    try {
      const Tensor answer = mutant::answer(mutant, test.question, output);
      const std::optional<bool> passed = passes(test, output, answer, policy);
      if (passed == false) return Fate::killed;
      if (passed) fate = Fate::survives;
    } catch (const std::invalid_argument&) {
      // Not this output.
    }
  }
  return fate;
}

}  // namespace

KillMatrix::KillMatrix(const std::vector<TestCase>& tests,
                       std::span<const Mutant> mutants, const Policy* policy)
    : tests_(tests.size()), fates_(tests.size() * mutants.size(), Fate::not_asked) {
  Progress progress(tests.size());
  for (std::size_t test = 0; test < tests.size(); ++test) {
    tbb::parallel_for(std::size_t{0}, mutants.size(), [&](std::size_t mutant) {
      fates_[mutant * tests_ + test] = fate_of(mutants[mutant], tests[test], policy);
    });
    progress.step();
  }
}

std::size_t KillMatrix::asked(std::size_t mutant) const {
  const auto row = fates_.begin() + static_cast<std::ptrdiff_t>(mutant * tests_);
  const auto end = row + static_cast<std::ptrdiff_t>(tests_);
  return tests_ - static_cast<std::size_t>(std::count(row, end, Fate::not_asked));
}

std::size_t KillMatrix::kills(std::size_t mutant) const {
  const auto row = fates_.begin() + static_cast<std::ptrdiff_t>(mutant * tests_);
  const auto end = row + static_cast<std::ptrdiff_t>(tests_);
  return static_cast<std::size_t>(std::count(row, end, Fate::killed));
}

}  // namespace truenorm
