// SPDX-License-Identifier: Apache-2.0
// The warnings about what is allowed but looks like a mistake.
#include "cases/lint.hpp"

#include <algorithm>

#include "cases/test/reading.hpp"
#include "oracle/mutants.hpp"
#include "oracle/test/catch.hpp"

namespace truenorm {
namespace {

std::string warnings(const std::string& yaml) {
  std::string lines;
  for (const Diagnostic& warning : lint(read(yaml).tests))
    lines += text(warning) + "\n";
  return lines;
}

TEST_CASE("a case that says what it is about has no warning") {
  CHECK(warnings(case_file("about: a")).empty());
}

TEST_CASE("a case without about is warned of once, not for each dtype") {
  CHECK(warnings(case_file("dtype: [float16, float32]")) ==
        "f.yaml:4:3: warning: the case 'a' does not say what it is about\n");
}

TEST_CASE("a mutant that does not apply to the operator is warned of") {
  const auto all = mutants();
  const auto foreign = std::find_if(all.begin(), all.end(), [](const Mutant& mutant) {
    return std::find(mutant.operators.begin(), mutant.operators.end(), "rms_norm") ==
           mutant.operators.end();
  });
  REQUIRE(foreign != all.end());
  const std::string mutant(foreign->name);
  CHECK(warnings(
            case_file("about: a\n  op: rms_norm\n  attributes: {eps: 1}\n  catches: [" +
                      mutant + "]")) == "f.yaml:4:3: warning: the mutant '" + mutant +
                                            "' does not apply to rms_norm\n");
}

}  // namespace
}  // namespace truenorm
