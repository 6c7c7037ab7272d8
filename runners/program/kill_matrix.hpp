// SPDX-License-Identifier: Apache-2.0
// Which tests tell which mutants from the truth.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "cases/test_case.hpp"
#include "oracle/mutants.hpp"
#include "oracle/policies.hpp"

namespace truenorm {

/// What became of a mutant's answer to a test.
enum class Fate {
  not_asked,  ///< it does not apply, or is right there
  survives,   ///< its answer passes
  killed,     ///< its answer fails
};

/// Who judges an answer: another suite's policy, or, if null, our scores.
using Judge = const Policy*;
inline constexpr Judge ours = nullptr;

/// The fates of all mutants on all tests, one for each judge.
class KillMatrix {
 public:
  /// Answers each test as each mutant and lets each judge see the answer. An output for
  /// which a policy has no rule is not asked of it.
  ///
  /// values   `on_test_done`, if any, is called after each test, for a display of progress
  KillMatrix(std::span<const TestCase> tests, std::span<const Mutant> mutants,
             std::vector<Judge> judges = {ours},
             const std::function<void()>& on_test_done = {});

  [[nodiscard]] const std::vector<Judge>& judges() const { return judges_; }
  [[nodiscard]] std::size_t mutants() const { return mutants_; }
  [[nodiscard]] std::size_t tests() const { return tests_; }

  /// values   `judge` is a place in judges()
  [[nodiscard]] Fate fate(std::size_t mutant, std::size_t test,
                          std::size_t judge = 0) const {
    return fates_[(mutant * tests_ + test) * judges_.size() + judge];
  }
  /// How many tests a mutant was asked, and how many of them killed it.
  [[nodiscard]] std::size_t asked(std::size_t mutant, std::size_t judge = 0) const;
  [[nodiscard]] std::size_t kills(std::size_t mutant, std::size_t judge = 0) const;

 private:
  [[nodiscard]] std::size_t count(std::size_t mutant, std::size_t judge,
                                  Fate fate) const;

  std::vector<Judge> judges_;
  std::size_t mutants_;
  std::size_t tests_;
  std::vector<Fate> fates_;
};

}  // namespace truenorm
