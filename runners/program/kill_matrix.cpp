// SPDX-License-Identifier: Apache-2.0
// Test by test; a mutant dies of the first output that fails.
#include "runners/program/kill_matrix.hpp"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>

#include "oracle/score.hpp"
#include "runners/mutant/answers.hpp"

namespace truenorm {
namespace {

/// The answers to one test, before all judges.
class Court {
 public:
  Court(const TestCase& test, const std::vector<Judge>& judges)
      : test_(test), judges_(judges) {
    if (std::ranges::all_of(judges, [](Judge judge) { return judge == ours; })) return;
    for (const std::string& output : test.outputs) {
      const Format format = test.question.output_formats(output).front();
      expected_.emplace(output, expected_values(test.question, output, format));
    }
  }

  /// The fates of a mutant, a judge each.
  void judge(const Mutant& mutant, std::span<Fate> fates) const {
    for (const std::string& output : test_.outputs) {
      if (std::ranges::all_of(fates, [](Fate f) { return f == Fate::killed; })) return;
      try {
        judge(output, mutant::answer(mutant, test_.question, output), fates);
      } catch (const std::invalid_argument&) {
        // Not this output.
      }
    }
  }

 private:
  void judge(const std::string& output, const Tensor& answer,
             std::span<Fate> fates) const {
    for (std::size_t k = 0; k < fates.size(); ++k) {
      if (fates[k] == Fate::killed) continue;
      const std::optional<bool> passed = passes(judges_[k], output, answer);
      if (passed) fates[k] = *passed ? Fate::survives : Fate::killed;
    }
  }

  /// None where the policy has no rule for the output.
  [[nodiscard]] std::optional<bool> passes(Judge judge, const std::string& output,
                                           const Tensor& answer) const {
    if (judge == ours) {
      return truenorm::passes(test_.question, output, answer, test_.criteria(output));
    }
    return accepts(*judge, test_.question, output, expected_.at(output), answer);
  }

  const TestCase& test_;
  const std::vector<Judge>& judges_;
  /// What policies expect, in the dtype that mutants answer in, the preferred one.
  std::map<std::string, std::vector<double>> expected_;
};

}  // namespace

KillMatrix::KillMatrix(std::span<const TestCase> tests, std::span<const Mutant> mutants,
                       std::vector<Judge> judges,
                       const std::function<void()>& on_test_done)
    : judges_(std::move(judges)),
      mutants_(mutants.size()),
      tests_(tests.size()),
      fates_(mutants_ * tests_ * judges_.size(), Fate::not_asked) {
  for (std::size_t test = 0; test < tests.size(); ++test) {
    const Court court(tests[test], judges_);
    tbb::parallel_for(std::size_t{0}, mutants.size(), [&](std::size_t mutant) {
      const std::size_t first = (mutant * tests_ + test) * judges_.size();
      court.judge(mutants[mutant], std::span(fates_).subspan(first, judges_.size()));
    });
    if (on_test_done) on_test_done();
  }
}

std::size_t KillMatrix::count(std::size_t mutant, std::size_t judge, Fate fate) const {
  std::size_t found = 0;
  for (std::size_t test = 0; test < tests_; ++test) {
    found += this->fate(mutant, test, judge) == fate ? 1 : 0;
  }
  return found;
}

std::size_t KillMatrix::asked(std::size_t mutant, std::size_t judge) const {
  return tests_ - count(mutant, judge, Fate::not_asked);
}

std::size_t KillMatrix::kills(std::size_t mutant, std::size_t judge) const {
  return count(mutant, judge, Fate::killed);
}

}  // namespace truenorm
