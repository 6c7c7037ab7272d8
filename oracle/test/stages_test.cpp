// SPDX-License-Identifier: Apache-2.0
// The stages: TorchLean's names, known values, and ends that meet the closed forms.
#include "oracle/stages.hpp"

#include <algorithm>
#include <stdexcept>

#include "oracle/test/catch.hpp"
#include "oracle/test/random_question.hpp"
#include "oracle/truth.hpp"

namespace truenorm {
namespace {

std::vector<std::string> names_of(const std::vector<Stage>& stages) {
  std::vector<std::string> names;
  for (const Stage& stage : stages) names.push_back(stage.name);
  return names;
}

const Stage& named(const std::vector<Stage>& stages, std::string_view name) {
  const auto found = std::find_if(stages.begin(), stages.end(),
                                  [&](const Stage& s) { return s.name == name; });
  REQUIRE(found != stages.end());
  return *found;
}

Tensor tensor(const Shape& shape, const std::vector<double>& values) {
  return make_tensor(float32, shape, values);
}

/// x with the mean 5/2 and the variance 5/4 in each row; eps 1 makes s = 3/2.
Question layer_norm(Direction direction) {
  Tensors inputs{{"x", tensor({2, 4}, {1, 2, 3, 4, 4, 3, 2, 1})},
                 {"gamma", tensor({4}, {3, 6, 9, 12})},
                 {"beta", tensor({4}, {1, 0, -1, 2})}};
  if (direction == Direction::vjp) {
    inputs.emplace("dy", tensor({2, 4}, {1, 0, 0, 0, 0, 0, 0, 2}));
  }
  return {*find_operator("layer_norm"), direction, {{"eps", 1.0}}, std::move(inputs)};
}

std::string digits(const std::string& leading) {
  return leading +
         std::string(31 - (leading.size() - (leading[0] == '-' ? 1 : 0)), '0') + "e+00";
}

}  // namespace

TEST_CASE("layer_norm has TorchLean's 14 stages") {
  const std::vector<Stage> all = stages(layer_norm(Direction::forward));
  CHECK(names_of(all) ==
        std::vector<std::string>{"mean", "mean_b", "centered", "centered_sq", "var",
                                 "var_eps", "std", "inv_std", "inv_std_b", "normalized",
                                 "gamma_b", "scaled", "beta_b", "y"});
  CHECK(named(all, "mean").shape == Shape{2});
  CHECK(named(all, "mean_b").shape == Shape{2, 4});
  CHECK(named(all, "mean").truth ==
        std::vector<std::string>{digits("2.5"), digits("2.5")});
  CHECK(named(all, "var_eps").truth[0] == digits("2.25"));
  CHECK(named(all, "std").truth[1] == digits("1.5"));
  CHECK(named(all, "normalized").truth[0] == digits("-1."));
  CHECK(named(all, "scaled").truth[3] == "1.20000000000000000000000000000e+01");
  CHECK(named(all, "y").truth[0] == digits("-2."));
}

TEST_CASE("an unbatched batch_norm has TorchLean's 16 stages") {
  const Question question(*find_operator("batch_norm"), Direction::forward,
                          {{"batched", false}, {"eps", 1.0}},
                          {{"x", tensor({2, 1, 2}, {1, 3, 2, 6})},
                           {"gamma", tensor({2}, {1, 2})},
                           {"beta", tensor({2}, {0, 1})}});
  const std::vector<Stage> all = stages(question);
  CHECK(names_of(all) == std::vector<std::string>{
                             "xMat", "mean", "mean_b", "centered", "centered_sq", "var",
                             "var_eps", "std", "inv_std", "inv_std_b", "normalized",
                             "gamma_b", "scaled", "beta_b", "yMat", "yChw"});
  CHECK(named(all, "xMat").shape == Shape{2, 2});
  CHECK(named(all, "var").shape == Shape{2});
  CHECK(named(all, "yChw").shape == Shape{2, 1, 2});
  CHECK(named(all, "mean").truth ==
        std::vector<std::string>{digits("2."), digits("4.")});
}

TEST_CASE("channels that come last are rows of the matrix nevertheless") {
  const Question question(
      *find_operator("batch_norm"), Direction::forward,
      {{"batched", false}, {"layout", std::string("channels_last")}},
      {{"x", tensor({2, 3}, {1, 2, 3, 4, 5, 6})}});
  const std::vector<Stage> all = stages(question);
  CHECK(named(all, "xMat").shape == Shape{3, 2});
  CHECK(named(all, "xMat").truth ==
        std::vector<std::string>{digits("1."), digits("4."), digits("2."), digits("5."),
                                 digits("3."), digits("6.")});
  CHECK(named(all, "yChw").shape == Shape{2, 3});
}

TEST_CASE("absent parameters have no stages") {
  const Question question(*find_operator("rms_norm"), Direction::forward,
                          {{"eps", 1.0}}, {{"x", tensor({2}, {1, 2})}});
  CHECK(names_of(stages(question)) ==
        std::vector<std::string>{"squared", "mean_square", "mean_square_eps", "rms",
                                 "inv_rms", "inv_rms_b", "normalized", "y"});
}

TEST_CASE("the reverse sweep has an adjoint for each stage, and ends in x") {
  const std::vector<Stage> all = stages(layer_norm(Direction::vjp));
  CHECK(all.size() == 14 + 15);
  CHECK(all[14].name == "y_bar");
  CHECK(all.back().name == "x_bar");
  CHECK(named(all, "scaled_bar").truth[0] == digits("1."));
  CHECK(named(all, "normalized_bar").truth[0] == digits("3."));
  // inv_std_bar = sum of normalized_bar * c = 3 * (-3/2)
  CHECK(named(all, "inv_std_bar").truth[0] == digits("-4.5"));
  // std_bar = -inv_std_bar / s^2 = 4.5 / 2.25
  CHECK(named(all, "std_bar").truth[0] == digits("2."));
}

TEST_CASE("the stages of an element are those that it meets") {
  const Question question = layer_norm(Direction::forward);
  const std::vector<Stage> all = stages(question);
  const std::vector<Stage> of_element = stages_of_element(question, 6);
  REQUIRE(of_element.size() == all.size());
  for (std::size_t at = 0; at < all.size(); ++at) {
    const std::size_t index = all[at].shape.size() == 1 ? 1 : 6;
    CHECK(of_element[at].name == all[at].name);
    CHECK(of_element[at].truth == std::vector<std::string>{all[at].truth[index]});
  }
  CHECK_THROWS_AS(stages_of_element(question, 8), std::out_of_range);
}

TEST_CASE("the sweeps end in the truth of y, dx and tangent_y, for every operator") {
  std::int64_t compared = 0;
  for (const OperatorSpec& op : operators()) {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
      for (const Direction direction :
           {Direction::forward, Direction::vjp, Direction::jvp}) {
        CAPTURE(op.name, name(direction), seed);
        const Question drawn = twin::random_question(
            seed, float32, twin::Content::finite, op.name, direction);
        // A gradient that is 0 by request has no stages that lead to it.
        const Question question(op, direction, drawn.attributes(), drawn.inputs());
        const std::vector<Stage> all = stages(question);
        if (direction == Direction::forward) {
          CHECK(all.back().truth == truth_texts(question, "y"));
        } else {
          const auto wanted =
              truth_texts(question, direction == Direction::vjp ? "dx" : "tangent_y");
          for (std::size_t i = 0; i < wanted.size(); ++i) {
            // At s = 0, and at the root of 0, a derivative is NaN by convention.
            if (wanted[i] == "nan" || wanted[i].find("inf") != std::string::npos)
              continue;
            CHECK(all.back().truth[i] == wanted[i]);
            ++compared;
          }
        }
      }
    }
  }
  CHECK(compared > 10000);
}

}  // namespace truenorm
