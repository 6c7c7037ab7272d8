// SPDX-License-Identifier: Apache-2.0
// What cannot be asked is refused with the operator and the attribute or input at fault.
#include "oracle/question.hpp"

#include <cmath>
#include <limits>

#include "oracle/test/catch.hpp"

namespace truenorm {
namespace {

/// A tensor of ones.
Tensor ones(const Shape& shape, const Format& format = float32) {
  return make_tensor(
      format, shape,
      std::vector<double>(static_cast<std::size_t>(element_count(shape)), 1.0));
}

struct Asked {
  std::string op;
  Direction direction = Direction::forward;
  Attributes attributes;
  Tensors inputs;
};

Question ask(const Asked& asked) {
  return {*find_operator(asked.op), asked.direction, asked.attributes, asked.inputs};
}

void check_refused(const Asked& asked, std::string_view subject, std::string_view why) {
  try {
    static_cast<void>(ask(asked));
    FAIL_CHECK(asked.op << " accepts a wrong " << subject);
  } catch (const QuestionError& error) {
    CHECK(error.operator_name() == asked.op);
    CHECK(error.subject() == subject);
    CHECK(error.why() == why);
    CHECK(std::string(error.what()) ==
          asked.op + ": " + std::string(subject) + ": " + std::string(why));
  }
}

const Shape image{2, 6, 3};

}  // namespace

TEST_CASE("a wrong attribute is named with its operator") {
  check_refused({"layer_norm", {}, {{"epsilon", 1e-5}}, {{"x", ones({3})}}}, "epsilon",
                "unknown attribute");
  check_refused({"rms_norm", {}, {}, {{"x", ones({3})}}}, "eps",
                "is required and has no default");
  check_refused({"layer_norm", {}, {{"eps", true}}, {{"x", ones({3})}}}, "eps",
                "must be a finite number");
  check_refused({"layer_norm", {}, {{"eps", std::nan("")}}, {{"x", ones({3})}}}, "eps",
                "must be finite, not nan");
  check_refused({"batch_norm",
                 {},
                 {{"momentum", std::numeric_limits<double>::infinity()}},
                 {{"x", ones(image)}}},
                "momentum", "must be finite, not inf");
  check_refused(
      {"layer_norm", {}, {{"eps_mode", std::string("above")}}, {{"x", ones({3})}}},
      "eps_mode", "'above' is none of inside, outside, floor, floor_inside");
  check_refused(
      {"layer_norm", {}, {{"gamma_offset", std::int64_t{2}}}, {{"x", ones({3})}}},
      "gamma_offset", "'2' is none of 0, 1");
}

TEST_CASE("axes and dims must lie in x") {
  using Axes = std::vector<std::int64_t>;
  check_refused({"layer_norm", {}, {{"axes", Axes{2}}}, {{"x", ones({2, 3})}}}, "axes",
                "axis 2 does not exist in an x of rank 2");
  check_refused({"layer_norm", {}, {{"axes", Axes{1, -1}}}, {{"x", ones({2, 3})}}},
                "axes", "axis -1 is named twice");
  check_refused(
      {"normalize_along_dim", {}, {{"dim", std::int64_t{-3}}}, {{"x", ones({2, 3})}}},
      "dim", "axis -3 does not exist in an x of rank 2");
  check_refused({"lp_normalize", {}, {}, {{"x", ones({})}}}, "dim",
                "axis -1 does not exist in an x of rank 0");
}

TEST_CASE("groups must divide the channels") {
  for (const std::int64_t groups : {0, -1, 4, 12}) {
    check_refused({"group_norm", {}, {{"groups", groups}}, {{"x", ones(image)}}},
                  "groups",
                  std::to_string(groups) +
                      " does not divide the 6 channels of an x of shape [2, 6, 3]");
  }
  check_refused({"group_norm", {}, {}, {{"x", ones(image)}}}, "groups",
                "is required and has no default");
}

TEST_CASE("inputs must be known, present and of the shape that x asks for") {
  check_refused({"layer_norm", {}, {}, {}}, "x", "is required");
  check_refused({"layer_norm", {}, {}, {{"x", ones({3})}, {"weight", ones({3})}}},
                "weight", "unknown input");
  check_refused({"lp_normalize", {}, {}, {{"x", ones({3})}, {"gamma", ones({3})}}},
                "gamma", "unknown input");
  check_refused({"layer_norm", Direction::vjp, {}, {{"x", ones({3})}}}, "dy",
                "is required");
  check_refused({"layer_norm", {}, {}, {{"x", ones({3})}, {"dy", ones({3})}}}, "dy",
                "unknown input");
  check_refused({"layer_norm", {}, {}, {{"x", ones({2, 3})}, {"gamma", ones({2})}}},
                "gamma", "has shape [2] but x of shape [2, 3] needs [3]");
  check_refused({"layer_norm",
                 Direction::jvp,
                 {},
                 {{"x", ones({3})}, {"tangent_gamma", ones({3})}}},
                "tangent_gamma", "is given, but gamma is not");
  check_refused({"batch_norm", {}, {}, {{"x", ones({3})}}}, "x",
                "has shape [3] but (N, C, ...) is needed");
  check_refused({"instance_norm", {}, {{"batched", false}}, {{"x", ones({})}}}, "x",
                "has shape [] but (C, ...) is needed");
}

TEST_CASE("a derivative that an operator does not have is refused") {
  const Tensors inputs{{"x", ones({3})}, {"dy", ones({3})}};
  check_refused({"lp_normalize", Direction::vjp, {{"p", std::string("1")}}, inputs},
                "direction", "vjp needs p = 2");
  check_refused({"layer_norm", Direction::vjp, {{"round_normalized", true}}, inputs},
                "direction", "vjp is not defined with round_normalized");
  check_refused({"lp_normalize",
                 {},
                 {{"p", std::string("inf")}, {"eps_mode", std::string("inside")}},
                 {{"x", ones({3})}}},
                "eps_mode", "inside needs p = 2");
}

TEST_CASE("a shape with more elements than an int64 counts is refused") {
  const Shape huge{std::int64_t{1} << 40, std::int64_t{1} << 40};
  CHECK_THROWS_AS(Tensor(float16, huge), std::overflow_error);
  try {
    static_cast<void>(input_shape(*find_operator("layer_norm"), {}, "gamma", huge));
    FAIL_CHECK("a shape of 2^80 elements is accepted");
  } catch (const QuestionError& error) {
    CHECK(error.operator_name() == "layer_norm");
    CHECK(error.subject() == "x");
  }
}

TEST_CASE("outputs follow the direction and the inputs that are given") {
  using Names = std::vector<std::string>;
  const Tensor x = ones(image);
  const Tensor channels = ones({6}, float64);
  CHECK(ask({"batch_norm", {}, {}, {{"x", x}}}).outputs() ==
        Names{"y", "mean", "variance", "rstd"});
  const Question running =
      ask({"batch_norm", {}, {}, {{"x", x}, {"running_mean", channels}}});
  CHECK(running.outputs() == Names{"y", "mean", "variance", "rstd", "running_mean"});
  CHECK(running.output_formats("running_mean") == std::vector<Format>{float64});
  CHECK(running.output_formats("mean") == std::vector<Format>{float32});
  const Question gradients = ask({"batch_norm_inference",
                                  Direction::vjp,
                                  {},
                                  {{"x", x},
                                   {"mean", channels},
                                   {"variance", channels},
                                   {"beta", channels},
                                   {"dy", x}}});
  CHECK(gradients.outputs() == Names{"dx", "dmean", "dvariance", "dbeta"});
  CHECK(gradients.output_shape("dbeta") == Shape{6});
  CHECK(gradients.output_formats("dmean") == std::vector<Format>{float64});
  CHECK_THROWS_AS(gradients.output_shape("dgamma"), QuestionError);
  CHECK(ask({"weight_norm", {}, {{"dim", std::int64_t{-2}}}, {{"x", x}}})
            .output_shape("norm") == Shape{6});
  CHECK(ask({"group_norm",
             {},
             {{"groups", std::int64_t{3}}, {"layout", std::string("channels_last")}},
             {{"x", x}}})
            .output_shape("mean") == Shape{2, 3});
}

}  // namespace truenorm
