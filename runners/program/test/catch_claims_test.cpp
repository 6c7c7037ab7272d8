// SPDX-License-Identifier: Apache-2.0
// What a case says that it catches, held against what it does catch.
#include "runners/program/catch_claims.hpp"

#include "oracle/test/catch.hpp"

namespace truenorm {
namespace {

std::string warnings(const std::string& catches, const std::string& eps) {
  const Reading reading = read_cases(
      "truenorm: 1\n"
      "cases:\n"
      "- case: a\n"
      "  about: a\n"
      "  op: layer_norm\n"
      "  dtype: float32\n"
      "  attributes: {eps: " +
          eps +
          "}\n"
          "  inputs: {x: [[1, 2, 4], [2, 9, -5]], beta: [1, 5, 7]}\n"
          "  catches: " +
          catches + "\n",
      "f.yaml", "f.yaml");
  REQUIRE_FALSE(reading.has_errors());
  std::string lines;
  for (const TestsOfCase tests : by_case(reading.tests)) {
    for (const Diagnostic& warning : check_catches(tests))
      lines += text(warning) + "\n";
  }
  return lines;
}

}  // namespace

TEST_CASE("a mutant that is caught is not warned of") {
  CHECK(warnings("[eps_outside_sqrt, unbiased_variance]", "1e-3").empty());
}

TEST_CASE("a mutant whose answers pass is warned of") {
  CHECK(warnings("[eps_outside_sqrt]", "1e-14") ==
        "f.yaml:3:3: warning: the mutant 'eps_outside_sqrt' is not caught: its answers "
        "pass\n");
}

TEST_CASE("a mutant that changes nothing here is warned of") {
  CHECK(warnings("[eps_dropped]", "0") ==
        "f.yaml:3:3: warning: the mutant 'eps_dropped' is not caught: what it changes "
        "makes no difference here\n");
}

TEST_CASE("a mutant of other operators is warned of") {
  CHECK(
      warnings("[momentum_swapped]", "1e-3") ==
      "f.yaml:3:3: warning: the mutant 'momentum_swapped' does not apply to layer_norm "
      "in the directions of this case\n");
}

TEST_CASE("a case that says it catches nothing, and does, is warned of") {
  CHECK(warnings("[]", "1e-3")
            .find("says that it catches nothing, but the mutant "
                  "'eps_outside_sqrt' is caught") != std::string::npos);
}

}  // namespace truenorm
