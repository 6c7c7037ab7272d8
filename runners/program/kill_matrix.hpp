// SPDX-License-Identifier: Apache-2.0
// Which tests tell which mutants from the truth.
#pragma once

#include <cstddef>
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

/// The fates of all mutants on all tests.
class KillMatrix {
 public:
  /// Answers each test as each mutant and judges that as any answer, or, with a policy, as
  /// that would. An output for which a policy has no rule is not asked.
  KillMatrix(const std::vector<TestCase>& tests, std::span<const Mutant> mutants,
             const Policy* policy = nullptr);

  [[nodiscard]] Fate fate(std::size_t mutant, std::size_t test) const {
    return fates_[mutant * tests_ + test];
  }
  /// How many tests a mutant was asked, and how many of them killed it.
  [[nodiscard]] std::size_t asked(std::size_t mutant) const;
  [[nodiscard]] std::size_t kills(std::size_t mutant) const;

 private:
  std::size_t tests_;
  std::vector<Fate> fates_;
};

}  // namespace truenorm
