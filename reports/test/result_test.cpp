// SPDX-License-Identifier: Apache-2.0
// Verdicts, and what they mean for a run.
#include "reports/result.hpp"

#include "oracle/test/catch.hpp"
#include "reports/test/sample_records.hpp"

namespace truenorm {

namespace {

Result result_of(const std::string& runner, Verdict verdict) {
  Result result;
  result.runner = runner;
  result.verdict = verdict;
  return result;
}

}  // namespace

TEST_CASE("every verdict is found by its name") {
  for (const Verdict verdict : verdicts()) {
    CAPTURE(name(verdict));
    CHECK(find_verdict(name(verdict)) == verdict);
  }
  CHECK(verdicts().size() == 10);
  CHECK_FALSE(find_verdict("undecided"));
}

TEST_CASE("unsupported and known failures do not fail a run") {
  for (const Verdict verdict : verdicts()) {
    CAPTURE(name(verdict));
    const bool is_harmless =
        verdict == Verdict::pass || verdict == Verdict::unsupported ||
        verdict == Verdict::known_failure || verdict == Verdict::unexpected_pass;
    CHECK(fails_a_run(verdict, Strictness::lenient) == !is_harmless);
  }
}

TEST_CASE("an unexpected pass fails a strict run") {
  CHECK(fails_a_run(Verdict::unexpected_pass, Strictness::strict));
  CHECK_FALSE(fails_a_run(Verdict::known_failure, Strictness::strict));
}

TEST_CASE("a runner of which nothing was judged fails a run") {
  const RunnerRecord hello{"b", "1", "b", "1", "cpu", ""};
  const Result pass = result_of("a", Verdict::pass);
  CHECK_FALSE(run_fails({pass}, Strictness::strict));
  CHECK(run_fails({pass, hello}, Strictness::lenient));
  CHECK(unjudged_runners({pass, hello, result_of("b", Verdict::unsupported)}) ==
        std::vector<std::string>{"b"});
  CHECK_FALSE(run_fails({pass, hello, result_of("b", Verdict::known_failure)},
                        Strictness::lenient));
}

}  // namespace truenorm
