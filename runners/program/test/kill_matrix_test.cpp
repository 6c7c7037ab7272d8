// SPDX-License-Identifier: Apache-2.0
// The cases have teeth, and they bite no answer that is right.
#include "runners/program/kill_matrix.hpp"

#include <set>

#include "oracle/score.hpp"
#include "oracle/test/catch.hpp"
#include "runners/mutant/answers.hpp"
#include "runners/mutant/float_mutants.hpp"
#include "runners/program/test_selection.hpp"

namespace truenorm {
namespace {

std::vector<TestCase> all_tests() {
  TestFilter filter;
  filter.cases = {TRUENORM_CASES};
  return select_tests(filter);
}

std::string case_of(const TestCase& test) { return test.file + "#" + test.case_name; }

}  // namespace

TEST_CASE("steps without a flaw fail no case") {
  for (const TestCase& test : all_tests()) {
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
  const std::vector<TestCase> tests = all_tests();
  const KillMatrix matrix(tests, mutants());
  for (std::size_t k = 0; k < mutants().size(); ++k) {
    CAPTURE(mutants()[k].name);
    std::set<std::string> killers;
    for (std::size_t test = 0; test < tests.size(); ++test) {
      if (matrix.fate(k, test) == Fate::killed) killers.insert(case_of(tests[test]));
    }
    CHECK(killers.size() >= 2);
  }
}

TEST_CASE("a mutant of the floats has a flaw, and no other has") {
  for (const Mutant& mutant : mutants()) {
    CAPTURE(mutant.name);
    CHECK((mutant::find_flaw(mutant.name) == nullptr) == mutant.is_canonical);
  }
}

}  // namespace truenorm
