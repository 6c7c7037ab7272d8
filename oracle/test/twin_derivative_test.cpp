// SPDX-License-Identifier: Apache-2.0
// The twin's derivatives: by hand, against each other, and against differences.
#include <array>
#include <cmath>
#include <limits>

#include "oracle/test/catch.hpp"
#include "oracle/test/random_question.hpp"
#include "oracle/test/twin_rational.hpp"

namespace truenorm::twin {
namespace {

using Values = std::vector<double>;

Tensor tensor(const Shape& shape, const Values& values) {
  return make_tensor(float64, shape, values);
}

std::vector<OutputElement> output_of(
    const std::string& op, Direction direction, const Attributes& attributes,
    const Tensors& inputs, const std::string& output,
    ZeroScaleGradient zero_scale_gradient = ZeroScaleGradient::undefined) {
  const Question question(*find_operator(op), direction, attributes, inputs,
                          zero_scale_gradient);
  return evaluate(question).outputs.at(output);
}

/// values   every element of the output is rational
std::vector<mpq_class> rationals_of(const std::string& op, Direction direction,
                                    const Attributes& attributes, const Tensors& inputs,
                                    const std::string& output) {
  std::vector<mpq_class> rationals;
  for (const OutputElement& element :
       output_of(op, direction, attributes, inputs, output)) {
    REQUIRE(element.value.is_number());
    REQUIRE(element.value.number().is_rational());
    rationals.push_back(element.value.number().a);
  }
  return rationals;
}

using Rationals = std::vector<mpq_class>;

TEST_CASE("the gradients of layer_norm are those worked out by hand", "[twin]") {
  // mean 0, q = 1, s = 2, x-hat = +-1/2; w = dy: <w> = 1/2, <w x-hat> = 1/4
  const Attributes attributes{{"eps", Rational(3)}};
  const Tensors inputs{{"x", tensor({2}, {1, -1})},
                       {"gamma", tensor({2}, {1, 1})},
                       {"beta", tensor({2}, {0, 0})},
                       {"dy", tensor({2}, {1, 0})}};
  const auto gradient = [&](const std::string& output) {
    return rationals_of("layer_norm", Direction::vjp, attributes, inputs, output);
  };
  CHECK(gradient("dx") == Rationals{mpq_class(3, 16), mpq_class(-3, 16)});
  CHECK(gradient("dgamma") == Rationals{mpq_class(1, 2), 0});
  CHECK(gradient("dbeta") == Rationals{1, 0});
}

TEST_CASE("the gradients of given statistics are those worked out by hand", "[twin]") {
  // c = 6, s = 2, r = 1/2, x-hat = 3, w = 5 * 4
  const auto gradient = [&](const std::string& output, Attributes attributes,
                            double variance) {
    return rationals_of("batch_norm_inference", Direction::vjp, std::move(attributes),
                        {{"x", tensor({1, 1}, {7})},
                         {"mean", tensor({1}, {1})},
                         {"variance", tensor({1}, {variance})},
                         {"gamma", tensor({1}, {3})},
                         {"dy", tensor({1, 1}, {5})}},
                        output)
        .front();
  };
  const Attributes inside{{"eps", Rational(3)}, {"gamma_offset", std::int64_t{1}}};
  CHECK(gradient("dx", inside, 1) == 10);
  CHECK(gradient("dmean", inside, 1) == -10);
  CHECK(gradient("dvariance", inside, 1) == mpq_class(-15, 2));
  CHECK(gradient("dgamma", inside, 1) == 15);
  Attributes outside = inside;
  outside["eps_mode"] = std::string("outside");
  outside["eps"] = Rational(1);
  // lambda = s / sqrt(q) = 2
  CHECK(gradient("dvariance", outside, 1) == -15);
  Attributes clamped = inside;
  clamped["clamp_variance"] = true;
  clamped["eps"] = Rational(4);
  CHECK(gradient("dvariance", clamped, -1) == 0);
  CHECK(gradient("dx", clamped, -1) == 10);
  Attributes floored = inside;
  floored["eps_mode"] = std::string("floor");
  floored["eps"] = Rational(2);
  CHECK(gradient("dvariance", floored, 1) == 0);
  CHECK(gradient("dvariance", floored, 4) == mpq_class(-15, 2));
}

TEST_CASE("the gradients of sums of squares divide by no count", "[twin]") {
  // s = 5, x-hat = (3/5, 4/5), w = (5, 0): dx = (5 - 3 * 3/5, -3 * 4/5) / 5
  const Tensors weights{{"x", tensor({1, 2}, {3, 4})}, {"dy", tensor({1, 2}, {5, 0})}};
  const Rationals wanted{mpq_class(16, 25), mpq_class(-12, 25)};
  CHECK(rationals_of("weight_norm", Direction::vjp, {}, weights, "dx") == wanted);
  CHECK(rationals_of("lp_normalize", Direction::vjp, {}, weights, "dx") == wanted);
  // Below the floor the map is x / eps.
  CHECK(rationals_of("lp_normalize", Direction::vjp, {{"eps", Rational(10)}}, weights,
                     "dx") == Rationals{mpq_class(1, 2), 0});
}

TEST_CASE("the gradient tie of the specification is rational", "[twin]") {
  const Tensors inputs{
      {"x", tensor({4, 3}, {1, 1, 1, 1, 2, 4, 2, 2, 1, 2, 2, 1})},
      {"gamma", tensor({3}, {1, 1, 1})},
      {"dy", tensor({4, 3}, {1, 0, 0, -2, 0, 0, 2048, 0, 0, 1, 0, 0})}};
  CHECK(rationals_of("rms_norm", Direction::vjp, {{"eps", Rational(1)}}, inputs,
                     "dgamma") == Rationals{2049, 0, 0});
}

TEST_CASE("where s is 0 a derivative is undefined, or 0 if so asked", "[twin]") {
  const Attributes attributes{{"eps", Rational(0)}};
  // The first row is constant; the second has x-hat = (-1, 1).
  const Tensors inputs{{"x", tensor({2, 2}, {5, 5, 1, 3})},
                       {"gamma", tensor({2}, {1, 1})},
                       {"beta", tensor({2}, {0, 0})},
                       {"dy", tensor({2, 2}, {1, 2, 3, 4})}};
  const auto gradient = [&](const std::string& output, ZeroScaleGradient at_zero) {
    return output_of("layer_norm", Direction::vjp, attributes, inputs, output, at_zero);
  };
  const auto undefined = ZeroScaleGradient::undefined;
  const auto zero = ZeroScaleGradient::zero;
  CHECK(gradient("dx", undefined)[0].value.is_nan());
  CHECK(gradient("dx", undefined)[0].meets_zero_scale);
  CHECK(gradient("dx", undefined)[2].value.is_number());
  CHECK(gradient("dx", zero)[0].value.is_zero());
  CHECK(gradient("dgamma", undefined)[0].value.is_nan());
  CHECK(gradient("dgamma", zero)[0].value.number().a == -3);
  CHECK(gradient("dbeta", undefined)[0].value.number().a == 4);
}

TEST_CASE("a tangent without terms that divide by s passes where s is 0", "[twin]") {
  const auto tangent = [&](const std::string& input) {
    Tensors inputs{{"x", tensor({1}, {5})},
                   {"gamma", tensor({1}, {1})},
                   {"beta", tensor({1}, {0})}};
    if (!input.empty()) inputs.emplace(input, tensor({1}, {7}));
    return output_of("layer_norm", Direction::jvp, {{"eps", Rational(0)}}, inputs,
                     "tangent_y")
        .front()
        .value;
  };
  CHECK(tangent("tangent_beta").number().a == 7);
  CHECK(tangent("").is_zero());
  CHECK(tangent("tangent_x").is_nan());
  CHECK(tangent("tangent_gamma").is_nan());
}

Extended input_of(const Question& question, const std::string& name, std::size_t at) {
  return Extended::from_float((*question.input(name))[static_cast<std::int64_t>(at)]);
}

/// The sum of the products of an output with an input of the same shape.
Extended inner_product(const std::vector<OutputElement>& output,
                       const Question& question, const std::string& input) {
  Extended sum(mpq_class(0));
  for (std::size_t i = 0; i < output.size(); ++i) {
    sum = sum + output[i].value * input_of(question, input, i);
  }
  return sum;
}

/// A jvp of the same primal inputs, with a tangent for each of them.
Question forward_of(Dice& dice, const Question& backward) {
  Tensors inputs;
  for (const auto& [name, primal] : backward.inputs()) {
    if (name == "dy") continue;
    inputs.emplace(name, primal);
    inputs.emplace("tangent_" + name, random_tensor(dice, primal.format(),
                                                    primal.shape(), Content::finite));
  }
  return Question(backward.op(), Direction::jvp, backward.attributes(), inputs);
}

/// Whether every group has a derivative, and so a finite one.
bool is_differentiable(const Evaluation& evaluation) {
  for (const Group& group : evaluation.groups) {
    if (!group.reciprocal.is_number() || !group.root_share.is_number()) return false;
  }
  return true;
}

TEST_CASE("gradients and tangents are adjoint, exactly", "[twin]") {
  for (const OperatorSpec& op : operators()) {
    std::int64_t examined = 0;
    for (std::uint64_t seed = 1; examined < scaled_count(30); ++seed) {
      CAPTURE(op.name, seed);
      const Format& format = formats()[seed % 4];
      const Question backward =
          random_question(seed, format, Content::finite, op.name, Direction::vjp);
      Dice dice(seed);
      const Question forward = forward_of(dice, backward);
      const Evaluation gradients = evaluate(backward);
      const Evaluation tangents = evaluate(forward);
      if (!is_differentiable(gradients) || backward.x().size() == 0) continue;
      Extended difference =
          inner_product(tangents.outputs.at("tangent_y"), backward, "dy");
      for (const auto& [name, gradient] : gradients.outputs) {
        difference =
            difference - inner_product(gradient, forward, "tangent_" + name.substr(1));
      }
      CHECK(difference.is_zero());
      ++examined;
    }
  }
}

/// x moved along its tangent, and every other input along its own.
Question moved(const Question& question, double step) {
  Tensors inputs;
  for (const auto& [name, primal] : question.inputs()) {
    const Tensor* tangent = question.input("tangent_" + name);
    if (tangent == nullptr) continue;
    Values values;
    for (std::int64_t i = 0; i < primal.size(); ++i) {
      values.push_back(primal[i] + step * (*tangent)[i]);
    }
    inputs.emplace(name, tensor(primal.shape(), values));
  }
  return Question(question.op(), Direction::forward, question.attributes(), inputs);
}

/// A tensor of small multiples of 1/2, so that a step of 2^-20 stays exact.
Tensor small_tensor(Dice& dice, const Shape& shape) {
  Tensor result(float64, shape);
  for (std::int64_t i = 0; i < result.size(); ++i) {
    result.set(i, static_cast<double>(dice.between(-6, 6)) / 2);
  }
  return result;
}

Question small_question(Dice& dice, const OperatorSpec& op, const std::string& mode,
                        const Rational& eps) {
  const Shape shape{2, 4, 2};
  Attributes attributes{{"eps", eps}, {"eps_mode", mode}};
  if (op.find_attribute("groups") != nullptr) attributes["groups"] = std::int64_t{2};
  if (op.find_attribute("axes") != nullptr) {
    attributes["axes"] = std::vector<std::int64_t>{2, 1};
  }
  Tensors inputs;
  for (const InputSpec& spec : op.inputs_of(Direction::jvp)) {
    Tensor drawn = small_tensor(dice, input_shape(op, attributes, spec.name, shape));
    for (std::int64_t i = 0; spec.name == "variance" && i < drawn.size(); ++i) {
      drawn.set(i, std::fabs(drawn[i]) + 1);
    }
    inputs.emplace(spec.name, std::move(drawn));
  }
  return Question(op, Direction::jvp, attributes, inputs);
}

TEST_CASE("tangents are the limits of differences", "[twin]") {
  constexpr double step = 0x1p-20;
  const std::string mode = GENERATE("inside", "outside", "floor", "floor_inside");
  // The larger one is a floor that acts. Neither is a spread of halves, where it kinks.
  const Rational eps = GENERATE(Rational(1) / 7, Rational(701) / 7);
  for (const OperatorSpec& op : operators()) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      CAPTURE(mode, op.name, seed);
      Dice dice(seed);
      const Question question = small_question(dice, op, mode, eps);
      const Evaluation middle = evaluate(question);
      if (!is_differentiable(middle)) continue;
      const Evaluation after = evaluate(moved(question, step));
      const Evaluation before = evaluate(moved(question, -step));
      for (std::size_t i = 0; i < middle.elements.size(); ++i) {
        const Quadratic rise = add(after.outputs.at("y")[i].value.number(),
                                   negate(before.outputs.at("y")[i].value.number()));
        const Quadratic slope = multiply(rise, {1 / (2 * rational_of(step)), 0, 0});
        const Quadratic& tangent = middle.outputs.at("tangent_y")[i].value.number();
        // A central difference is off by step^2 times a third derivative.
        CHECK(std::fabs(approximate(add(slope, negate(tangent)))) < 0x1p-24L);
      }
    }
  }
}

}  // namespace
}  // namespace truenorm::twin
