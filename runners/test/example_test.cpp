// SPDX-License-Identifier: Apache-2.0
// The README's examples: they are the files in sdk/, and they work.
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "oracle/test/catch.hpp"
#include "runners/supervisor/supervisor.hpp"
#include "runners/test/runner_under_test.hpp"

namespace {

using namespace truenorm;
using namespace truenorm::test;
using Catch::Matchers::Contains;

std::string file_text(const std::string& path) {
  std::ifstream file(RUNNERS_FOLDER "/" + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

Reply ask_for_rms_norm(const RunnerUnderTest& runner, Attributes attributes) {
  Tensors inputs;
  inputs.emplace("x", make_tensor(float32, {2, 2}, std::vector<double>{1, 7, 0, 2}));
  const Question question(*find_operator("rms_norm"), Direction::forward,
                          std::move(attributes), std::move(inputs));
  const std::vector<std::string> outputs{"y"};
  Supervisor supervisor(runner.command(), short_limits());
  return supervisor.ask(make_request("rms", question, outputs),
                        expected_outputs(question, outputs));
}

}  // namespace

TEST_CASE("the README shows the examples as they are") {
  const std::string readme = file_text("README.md");
  const std::string python = file_text("sdk/python/example.py");
  const std::string cpp = file_text("sdk/cpp/example.cpp");
  REQUIRE(python.size() > 100);
  REQUIRE(cpp.size() > 100);
  CHECK_THAT(readme, Contains("```python\n" + python + "```"));
  CHECK_THAT(readme, Contains("```cpp\n" + cpp + "```"));
}

TEST_CASE("the examples answer rightly, and refuse what they do not offer") {
  const RunnerUnderTest runner =
      GENERATE(RunnerUnderTest({EXAMPLE_RUNNER}),
               RunnerUnderTest({PYTHON, RUNNERS_FOLDER "/sdk/python/example.py"}));
  const Reply reply = ask_for_rms_norm(runner, {{"eps", Rational(0)}});
  REQUIRE(std::holds_alternative<Answered>(reply.outcome));
  const Tensor& y = std::get<Answered>(reply.outcome).outputs.at("y");
  // The rows' mean squares are 25 and 2.
  CHECK(y[0] == static_cast<double>(0.2F));
  CHECK(y[1] == static_cast<double>(1.4F));
  CHECK(y[2] == 0);
  CHECK(y[3] == static_cast<double>(1.41421356F));

  const Reply refusal = ask_for_rms_norm(
      runner, {{"eps", Rational(0)}, {"eps_mode", std::string("outside")}});
  CHECK(std::get<Unsupported>(refusal.outcome).why ==
        "only the last axis, without gamma, eps inside");
}
