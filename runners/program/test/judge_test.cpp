// SPDX-License-Identifier: Apache-2.0
// What a result holds of a hand-made answer.
#include "runners/program/judge.hpp"

#include <array>

#include "oracle/policies.hpp"
#include "oracle/test/catch.hpp"

namespace truenorm {
namespace {

using Policies = std::map<std::string, std::optional<bool>>;

/// The rows -1, 1 and -2, 2, which are -1, 1 both when normalized.
TestCase two_rows() {
  const Tensor x = make_tensor(float32, {2, 2}, std::array{-1.0, 1.0, -2.0, 2.0});
  const Question question(*find_operator("layer_norm"), Direction::forward,
                          {{"eps", Rational(0)}}, {{"x", x}});
  return {"a.yaml#two-rows[float32,forward]",
          {},
          {},
          "a.yaml",
          "two-rows",
          {},
          {"a.yaml"},
          question,
          {"y"},
          {},
          {},
          {},
          {},
          false,
          {},
          {}};
}

Result judged(const Outcome& outcome) {
  const TestCase test = two_rows();
  const std::vector<Result> results =
      judge(test, test.question, "by-hand", protocol::Hello(), Reply{outcome, {}, {}});
  REQUIRE(results.size() == 1);
  return results.front();
}

Result judged_as(const std::array<double, 4>& y) {
  return judged(Answered{{{"y", make_tensor(float32, {2, 2}, y)}}});
}

}  // namespace

TEST_CASE("a right answer is accepted by every policy") {
  const Result result = judged_as({-1, 1, -1, 1});
  CHECK(result.verdict == Verdict::pass);
  REQUIRE(result.policies.size() == policies().size());
  for (const auto& [policy, accepts] : result.policies) {
    CAPTURE(policy);
    CHECK(accepts == true);
  }
}

TEST_CASE("policies differ in what they let through") {
  const Result result = judged_as({-1, 1, -1, 1 + 0x1p-11});
  CHECK(result.verdict == Verdict::fail);
  CHECK(result.policies == Policies{{"onnx", true},
                                    {"torch", false},
                                    {"wpt", true},
                                    {"benchdnn", false},
                                    {"kernelbench", true}});
}

TEST_CASE("where nothing was judged policies say nothing") {
  CHECK(judged(Unsupported{"not offered"}).policies.empty());
  CHECK(judged(Answered{}).policies.empty());
}

}  // namespace truenorm
