// SPDX-License-Identifier: Apache-2.0
// The cases have teeth, and they bite no answer that is right.
#include "runners/program/kill_matrix.hpp"

#include <set>

#include "cases/lint.hpp"
#include "oracle/score.hpp"
#include "oracle/test/catch.hpp"
#include "runners/mutant/answers.hpp"
#include "runners/mutant/float_mutants.hpp"
#include "runners/program/test_selection.hpp"

namespace truenorm {
namespace {

/// The cases that come with the program, but the full ones, and what they kill; worked
/// out once.
struct Suite {
  std::vector<TestCase> tests;
  KillMatrix matrix;
};

const Suite& suite() {
  static const Suite all = [] {
    std::vector<TestCase> tests = select_tests(TestFilter{});
    KillMatrix matrix(tests, mutants());
    return Suite{std::move(tests), std::move(matrix)};
  }();
  return all;
}

std::string case_of(const TestCase& test) { return test.file + "#" + test.case_name; }

/// The cases that kill a mutant.
std::set<std::string> killers(std::size_t mutant) {
  std::set<std::string> cases;
  for (std::size_t test = 0; test < suite().tests.size(); ++test) {
    if (suite().matrix.fate(mutant, test) != Fate::killed) continue;
    cases.insert(case_of(suite().tests[test]));
  }
  return cases;
}

}  // namespace

TEST_CASE("steps without a flaw fail no case") {
  for (const TestCase& test : suite().tests) {
    CAPTURE(test.name);
    const mutant::Model model(test.question);
    for (const std::string& output : test.outputs) {
      CAPTURE(output);
      const Score judged =
          score(test.question, output, model.answer(output), test.criteria(output));
      CHECK(judged.passes);
    }
  }
}

TEST_CASE("every mutant is killed by two cases at least") {
  for (std::size_t k = 0; k < mutants().size(); ++k) {
    CAPTURE(mutants()[k].name);
    CHECK(killers(k).size() >= 2);
  }
}

TEST_CASE("every case kills a mutant, or says that it need not and why") {
  std::set<std::string> with_teeth;
  for (std::size_t k = 0; k < mutants().size(); ++k) with_teeth.merge(killers(k));
  for (const TestsOfCase tests : by_case(suite().tests)) {
    const std::string name = case_of(tests.front());
    CAPTURE(name);
    CHECK(with_teeth.contains(name) != tests.front().catches_nothing);
    CHECK_FALSE(tests.front().about.empty());
  }
}

TEST_CASE("a mutant of the floats has a flaw, and no other has") {
  for (const Mutant& mutant : mutants()) {
    CAPTURE(mutant.name);
    CHECK((mutant::find_flaw(mutant.name) == nullptr) == mutant.is_canonical);
  }
}

}  // namespace truenorm
