// SPDX-License-Identifier: Apache-2.0
// Test by test; a mutant dies of the first output that fails.
#include "runners/program/kill_matrix.hpp"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>

#include "oracle/score.hpp"
#include "runners/mutant/answers.hpp"
#include "runners/program/progress.hpp"

namespace truenorm {
namespace {

/// Judges answers to one test by our scores, or by a policy.
class Judge {
 public:
  Judge(const TestCase& test, const Policy* policy) : test_(test), policy_(policy) {
    if (policy == nullptr) return;
    for (const std::string& output : test.outputs) {
      const Format format = test.question.output_formats(output).front();
      expected_.emplace(output, expected_values(test.question, output, format));
    }
  }

  [[nodiscard]] Fate fate_of(const Mutant& mutant) const {
    Fate fate = Fate::not_asked;
    for (const std::string& output : test_.outputs) {
      try {
        const Tensor answer = mutant::answer(mutant, test_.question, output);
        const std::optional<bool> passed = passes(output, answer);
        if (passed == false) return Fate::killed;
        if (passed) fate = Fate::survives;
      } catch (const std::invalid_argument&) {
        // Not this output.
      }
    }
    return fate;
  }

 private:
  /// None where the policy has no rule for the output.
  [[nodiscard]] std::optional<bool> passes(const std::string& output,
                                           const Tensor& answer) const {
    if (policy_ == nullptr) {
      return score(test_.question, output, answer, test_.criteria(output)).passes;
    }
    return accepts(*policy_, test_.question, output, expected_.at(output), answer);
  }

  const TestCase& test_;
  const Policy* policy_;
  /// In the dtype that mutants answer in, the preferred one.
  std::map<std::string, std::vector<double>> expected_;
};

}  // namespace

KillMatrix::KillMatrix(const std::vector<TestCase>& tests,
                       std::span<const Mutant> mutants, const Policy* policy)
    : tests_(tests.size()), fates_(tests.size() * mutants.size(), Fate::not_asked) {
  Progress progress(tests.size());
  for (std::size_t test = 0; test < tests.size(); ++test) {
    const Judge judge(tests[test], policy);
    tbb::parallel_for(std::size_t{0}, mutants.size(), [&](std::size_t mutant) {
      fates_[mutant * tests_ + test] = judge.fate_of(mutants[mutant]);
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
