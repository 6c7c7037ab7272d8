// SPDX-License-Identifier: Apache-2.0
// One element is judged as it is among all.
#include "oracle/score_one.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>

#include "oracle/mutants.hpp"
#include "oracle/test/catch.hpp"

namespace truenorm {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

Question layer_norm_vjp() {
  Tensors inputs;
  inputs.emplace(
      "x", make_tensor(float32, {2, 3}, std::vector<double>{1, 2, 4, -3, 0.5, 8}));
  inputs.emplace("gamma", make_tensor(float32, {3}, std::vector<double>{1.5, -2, 1}));
  inputs.emplace(
      "dy", make_tensor(float32, {2, 3}, std::vector<double>{1, -1, 0.5, 2, 3, -0.25}));
  return {*find_operator("layer_norm"), Direction::vjp, {}, std::move(inputs)};
}

}  // namespace

TEST_CASE("an element is scored as among all") {
  const Question question = layer_norm_vjp();
  for (const std::string output : {"dx", "dgamma"}) {
    // At most five elements are told, and zeros are wrong everywhere.
    const Tensor answer(float32, question.output_shape(output));
    const Score all = score(question, output, answer, {});
    REQUIRE(all.worst.size() >= 3);
    for (const WorstElement& worst : all.worst) {
      std::int64_t index = 0;
      for (std::size_t axis = 0; axis < worst.index.size(); ++axis) {
        index = index * answer.shape()[axis] + worst.index[axis];
      }
      CAPTURE(output, index);
      const auto one = score_one(question, output, answer, index);
      REQUIRE(one);
      CHECK(one->expected == worst.expected);
      CHECK(one->actual == 0);
      // The levels know the error to 2^-20 of it each.
      CHECK(static_cast<double>(*one->score.error_ulps) ==
            Approx(*worst.error_ulps).epsilon(1e-5));
      CHECK(static_cast<double>(*one->score.excess) ==
            Approx(*worst.excess).epsilon(1e-5));
      CHECK_FALSE(one->score.passes);
    }
  }
}

TEST_CASE("other elements do not matter") {
  const Question question = layer_norm_vjp();
  Tensor answer = answer_as(*find_mutant("eps_dropped"), question, "dx");
  const auto before = score_one(question, "dx", answer, 2);
  answer.set(0, nan);
  const auto after = score_one(question, "dx", answer, 2);
  CHECK(*before->score.excess == *after->score.excess);
  CHECK(score_one(question, "dx", answer, 0)->score.special ==
        SpecialClass::spurious_nan);
}

TEST_CASE("an element that is not there is refused") {
  const Question question = layer_norm_vjp();
  const Tensor answer(float32, {2, 3});
  CHECK_THROWS_AS(score_one(question, "dx", answer, 6), std::out_of_range);
}

TEST_CASE("the statistics of an empty group are not scored") {
  const Question question(*find_operator("layer_norm"), Direction::forward, {},
                          {{"x", Tensor(float32, {2, 0})}});
  CHECK_FALSE(score_one(question, "mean", Tensor(float32, {2}), 0));
}

TEST_CASE("dmean forgives what rounding epsilon costs next to minus epsilon") {
  Tensors inputs;
  inputs.emplace("x", make_tensor(float32, {2, 1}, std::vector<double>{1, -2}));
  inputs.emplace("mean", make_tensor(float32, {1}, std::vector<double>{0.5}));
  inputs.emplace("variance",
                 make_tensor(float32, {1}, std::vector<double>{-9.9998997e-06}));
  inputs.emplace("dy", make_tensor(float32, {2, 1}, std::vector<double>{0.75, 0.5}));
  const double variance = inputs.at("variance")[0];
  const Question question(*find_operator("batch_norm_inference"), Direction::vjp,
                          {{"eps", exact(1e-5)}}, std::move(inputs));
  const auto excess_of = [&](double eps) {
    const double r = 1 / std::sqrt(variance + eps);
    const Tensor answer = make_tensor(float32, {1}, std::vector<double>{-1.25 * r});
    return *score_one(question, "dmean", answer, 0)->score.excess;
  };
  const double rounded = round_to_nearest(float32, 1e-5);
  CHECK(excess_of(1e-5) < 1);
  CHECK(excess_of(rounded) < 1);
  // Four ulps away it is no rounding any more.
  CHECK(excess_of(rounded - 0x1p-38) > 2);
}

}  // namespace truenorm
