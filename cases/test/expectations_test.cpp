// SPDX-License-Identifier: Apache-2.0
// What a case expects: tolerances, known failures, and the keys around them.
#include "cases/test/reading.hpp"
#include "oracle/test/catch.hpp"

namespace truenorm {
namespace {

Tolerance tolerance_of(const std::string& tolerance, const std::string& output = "y") {
  return only_test(case_file("outputs: all\n  tolerance: " + tolerance))
      .criteria(output)
      .tolerance;
}

TEST_CASE("without a tolerance an answer keeps excess 4") {
  const Tolerance tolerance = only_test(case_file("about: a")).criteria("y").tolerance;
  CHECK(tolerance.limit_excess == 4.0);
  CHECK_FALSE(tolerance.limit_ulps);
  CHECK_FALSE(tolerance.flush_to_zero);
}

TEST_CASE("a limit stands instead of the default one, two limits both hold") {
  CHECK(tolerance_of("{ulp: 0.5}").limit_ulps == 0.5);
  CHECK_FALSE(tolerance_of("{ulp: 0.5}").limit_excess);
  CHECK(tolerance_of("{excess: 8}").limit_excess == 8.0);
  CHECK_FALSE(tolerance_of("{excess: 8}").limit_ulps);
  CHECK(tolerance_of("{ulp: 1, excess: 2}").limit_ulps == 1.0);
  CHECK(tolerance_of("{ulp: 1, excess: 2}").limit_excess == 2.0);
}

TEST_CASE("flush_to_zero leaves the limits alone") {
  CHECK(tolerance_of("{flush_to_zero: true}").flush_to_zero);
  CHECK(tolerance_of("{flush_to_zero: true}").limit_excess == 4.0);
}

TEST_CASE("a tolerance per output leaves the others at the default") {
  CHECK(tolerance_of("{y: {ulp: 3}}", "y").limit_ulps == 3.0);
  CHECK_FALSE(tolerance_of("{y: {ulp: 3}}", "mean").limit_ulps);
  CHECK(tolerance_of("{y: {ulp: 3}}", "mean").limit_excess == 4.0);
  CHECK(tolerance_of("{y: {ulp: 3}, mean: {ulp: 2}}", "mean").limit_ulps == 2.0);
}

TEST_CASE("everything that a case may say arrives in its test") {
  const TestCase test = only_test(case_file(
      "about: \"3 of them\"\n"
      "  compute: float64\n"
      "  zero_gradient: true\n"
      "  tags: [full, slow]\n"
      "  catches: [eps_outside_sqrt]\n"
      "  bug: {source: \"https://example.org/1\", libraries: [keras, cntk], symptom: "
      "wrong_value}\n"
      "  known:\n"
      "  - {runner: torch, because: it is old}\n"
      "  - {runner: \"torch:compile\", version: \">=2.1,<2.14\", dtype: float32, "
      "direction: "
      "forward, output: y, verdict: crashed, excess: 0x1p5, link: l, because: b}"));
  CHECK(test.about == "3 of them");
  CHECK(test.criteria("y").compute == float64);
  CHECK(test.question.zero_scale_gradient() == ZeroScaleGradient::zero);
  CHECK(test.tags == std::vector<std::string>{"full", "slow"});
  CHECK(test.catches == std::vector<std::string>{"eps_outside_sqrt"});
  REQUIRE(test.bug);
  CHECK(test.bug->libraries == std::vector<std::string>{"keras", "cntk"});
  CHECK(test.bug->symptom == "wrong_value");
  CHECK(test.file == "f.yaml");
  CHECK(test.case_name == "a");
  CHECK(test.place.line == 4);
  CHECK(test.dtype() == "float32");

  REQUIRE(test.known.size() == 2);
  CHECK(test.known[0].runner == "torch");
  CHECK(test.known[0].verdict == "fail");
  CHECK(test.known[0].version.empty());
  CHECK_FALSE(test.known[0].limit_excess);
  CHECK(test.known[1].version == ">=2.1,<2.14");
  CHECK(test.known[1].dtype == "float32");
  CHECK(test.known[1].direction == "forward");
  CHECK(test.known[1].output == "y");
  CHECK(test.known[1].verdict == "crashed");
  CHECK(test.known[1].limit_excess == 32.0);
  CHECK(test.known[1].link == "l");
}

TEST_CASE("a word that YAML 1.1 took for a boolean is text") {
  CHECK(only_test(case_file("about: no")).about == "no");
  CHECK(only_test(case_file("tags: [yes, off]")).tags ==
        std::vector<std::string>{"yes", "off"});
}

}  // namespace
}  // namespace truenorm
