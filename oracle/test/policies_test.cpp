// SPDX-License-Identifier: Apache-2.0
// Each policy on either side of its limits.
#include "oracle/policies.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <random>

#include "oracle/test/catch.hpp"
#include "oracle/test/random_question.hpp"

namespace truenorm {
namespace {

Question question_on(std::string_view op, Direction direction = Direction::forward) {
  Attributes attributes;
  if (op == "rms_norm") attributes["eps"] = 0.0;
  const auto ones = [](const Shape& shape) {
    return make_tensor(float32, shape, std::vector<double>(2, 1.0));
  };
  Tensors inputs{{"x", ones({1, 2})}};
  if (op == "batch_norm_inference") {
    inputs.emplace("mean", ones({2}));
    inputs.emplace("variance", ones({2}));
  }
  if (direction == Direction::vjp) {
    inputs.emplace("dy", ones({1, 2}));
    inputs.emplace("gamma", ones({2}));
  }
  return {*find_operator(op), direction, attributes, inputs};
}

std::optional<bool> verdict(std::string_view policy, const Question& question,
                            const Format& format, double expected, double actual,
                            std::string_view output = "y") {
  const std::array<double, 1> expected_value{expected};
  return accepts(*find_policy(policy), question, output, expected_value,
                 make_tensor(format, {1}, std::array{actual}));
}

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double inf = std::numeric_limits<double>::infinity();

/// Each value moved by up to `steps` values of the format, some of them not at all.
Tensor moved(std::span<const double> expected, const Format& format, const Shape& shape,
             std::uint64_t steps, std::mt19937_64& random) {
  Tensor answer(format, shape);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    double value = expected[i];
    const bool is_up = random() % 2 == 0;
    // The other thing that is no number, which mostly passes with us.
    if (!std::isfinite(value) && format.has_infinity && random() % 8 == 0) {
      value = std::isnan(value) ? inf : nan;
    }
    for (std::uint64_t k = random() % (steps + 1); k > 0 && std::isfinite(value); --k) {
      value = is_up ? next_up(format, value) : next_down(format, value);
    }
    answer.set(static_cast<std::int64_t>(i), value);
  }
  return answer;
}

}  // namespace

TEST_CASE("closeness is relative and absolute at once") {
  const Question question = question_on("rms_norm");
  CHECK(verdict("onnx", question, float64, 1, 1 + 1.0e-3) == true);
  CHECK(verdict("onnx", question, float64, 1, 1 + 1.1e-3) == false);
  CHECK(verdict("onnx", question, float64, 0, 0.9e-7) == true);
  CHECK(verdict("onnx", question, float64, 0, 1.1e-7) == false);
  CHECK(verdict("kernelbench", question, float64, -1, -1.0199) == true);
  CHECK(verdict("kernelbench", question, float64, -1, -1.0201) == false);
  CHECK(verdict("torch", question, float64, 1, 1 + 1.9e-7) == true);
  CHECK(verdict("torch", question, float64, 1, 1 + 2.1e-7) == false);
  CHECK(verdict("torch", question, bfloat16, 1, 1 + 0x1p-6) == true);
  CHECK(verdict("torch", question, bfloat16, 1, 1 + 0x1p-5) == false);
  CHECK_FALSE(verdict("torch", question, float8_e5m2, 1, 1));
}

TEST_CASE("NaN equals NaN for some, and an infinity only itself") {
  const Question question = question_on("rms_norm");
  CHECK(verdict("onnx", question, float32, nan, nan) == true);
  CHECK(verdict("torch", question, float32, nan, nan) == false);
  CHECK(verdict("kernelbench", question, float32, nan, nan) == false);
  for (const char* policy : {"onnx", "torch", "kernelbench"}) {
    CHECK(verdict(policy, question, float32, inf, inf) == true);
    CHECK(verdict(policy, question, float32, inf, -inf) == false);
    CHECK(verdict(policy, question, float32, 1, nan) == false);
    CHECK(verdict(policy, question, float32, 1, inf) == false);
  }
}

TEST_CASE("WebNN counts bit patterns, across 0 too") {
  const Question question = question_on("batch_norm_inference");
  const double tiny = 0x1p-149;
  CHECK(verdict("wpt", question, float32, 1, 1 + 6 * 0x1p-23) == true);
  CHECK(verdict("wpt", question, float32, 1, 1 + 7 * 0x1p-23) == false);
  CHECK(verdict("wpt", question, float32, -3 * tiny, 3 * tiny) == true);
  CHECK(verdict("wpt", question, float32, -3 * tiny, 4 * tiny) == false);
  CHECK(verdict("wpt", question_on("layer_norm"), float32, 0, 1.0 / 1024) == true);
  CHECK(verdict("wpt", question_on("layer_norm"), float32, 0, 1.1 / 1024) == false);
  CHECK_FALSE(verdict("wpt", question_on("rms_norm"), float32, 1, 1));
  CHECK_FALSE(verdict("wpt", question, bfloat16, 1, 1));
}

TEST_CASE("benchdnn's error is relative but for small numbers") {
  const Question question = question_on("layer_norm");
  CHECK(verdict("benchdnn", question, float64, 1, 1 + 4.9e-7) == true);
  CHECK(verdict("benchdnn", question, float64, 1, 1 + 5.1e-7) == false);
  CHECK(verdict("benchdnn", question, float64, 0, 4.9e-7) == true);
  CHECK(verdict("benchdnn", question, float64, 0, 5.1e-7) == false);
  // 5e-7 times 2^(24 - p)
  CHECK(verdict("benchdnn", question, bfloat16, 1, 1 - 0x1p-5) == true);
  CHECK(verdict("benchdnn", question, bfloat16, 1, 1 - 0x1.2p-5) == false);
  CHECK(verdict("benchdnn", question, float16, 256, 257) == true);
  CHECK(verdict("benchdnn", question, float16, 256, 257.25) == false);
  const Question gradient = question_on("layer_norm", Direction::vjp);
  CHECK(verdict("benchdnn", gradient, float64, 1, 1 + 4.9e-6, "dgamma") == true);
  CHECK_FALSE(verdict("benchdnn", question_on("rms_norm"), float32, 1, 1));
}

TEST_CASE("a score tells what policies say as the truth itself does", "[property]") {
  const auto content = GENERATE(twin::Content::finite, twin::Content::special);
  std::array<std::int64_t, 2> said{};
  for (const Format& format : formats()) {
    twin::for_seeds_until(twin::scaled_count(10000), 1, [&](std::uint64_t seed) {
      const Question question = twin::random_question(seed, format, content);
      CAPTURE(twin::text_of(question));
      const Format answered = question.output_formats("y").front();
      const std::vector<double> expected = expected_values(question, "y", answered);
      std::mt19937_64 random(seed);
      const std::uint64_t steps = seed % 20 < 19 ? seed % 20 : 300;
      const Tensor answer =
          moved(expected, answered, question.output_shape("y"), steps, random);
      const Score judged = score(question, "y", answer, {});
      const auto verdicts = policy_verdicts(question, "y", answer, judged);
      REQUIRE(verdicts.size() == policies().size());
      for (std::size_t k = 0; k < verdicts.size(); ++k) {
        CAPTURE(policies()[k].name);
        CHECK(verdicts[k] == accepts(policies()[k], question, "y", expected, answer));
        if (verdicts[k]) ++said[*verdicts[k] ? 1 : 0];
      }
      return std::max<std::int64_t>(answer.size(), 1);
    });
  }
  CHECK(said[0] > 100);
  CHECK(said[1] > 100);
}

TEST_CASE("policies say nothing where nothing was scored") {
  const Question empty(*find_operator("layer_norm"), Direction::forward, {},
                       {{"x", Tensor(float32, {2, 0})}});
  const Tensor mean(float32, empty.output_shape("mean"));
  REQUIRE(mean.size() == 2);
  const Score judged = score(empty, "mean", mean, {});
  for (const std::optional<bool>& verdict :
       policy_verdicts(empty, "mean", mean, judged)) {
    CHECK_FALSE(verdict);
  }
  const std::vector<double> expected = expected_values(empty, "mean", float32);
  CHECK(expected.empty());
  CHECK_FALSE(accepts(*find_policy("onnx"), empty, "mean", expected, mean));
}

TEST_CASE("what policies expect is the truth, rounded") {
  const Question question = question_on("rms_norm");
  CHECK(expected_values(question, "y", float32) == std::vector<double>{1, 1});
  CHECK(policies().size() == 5);
  CHECK(find_policy("nobody's") == nullptr);
}

}  // namespace truenorm
