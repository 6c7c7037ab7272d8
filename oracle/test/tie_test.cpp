// SPDX-License-Identifier: Apache-2.0
// Values half-way between two floats, or a hair beside it, made by algebra.
#include <cmath>

#include "oracle/test/catch.hpp"
#include "oracle/test/random_question.hpp"
#include "oracle/test/tie.hpp"
#include "oracle/test/twin_rational.hpp"
#include "oracle/truth.hpp"

namespace truenorm::twin {
namespace {

/// The element's first group, all of whose values the construction knows.
struct FirstGroup {
  mpq_class centered;
  mpq_class spread;
};

FirstGroup measure_first(const OperatorSpec& op, const Attributes& attributes,
                         const Tensors& inputs) {
  const Evaluation unscaled =
      evaluate(Question(op, Direction::forward, attributes, inputs));
  return {unscaled.elements.front().centered.number().a,
          unscaled.groups.front().spread.number().a};
}

/// An x whose first element is far from the others, on the side of the sign.
Tensors draw_inputs(Dice& dice, const OperatorSpec& op, const Format& format,
                    int sign) {
  const double scale = std::ldexp(sign, static_cast<int>(dice.between(-4, 4)));
  if (op.name == "batch_norm_inference") {
    const std::vector<double> x{scale * static_cast<double>(dice.between(1, 9))};
    return {{"x", make_tensor(format, {1, 1}, x)},
            {"mean", constant_tensor(format, {1}, -2 * sign)},
            {"variance", constant_tensor(format, {1}, dice.between(0, 5))}};
  }
  const std::int64_t count = 3 + 2 * dice.between(0, 2);
  std::vector<double> x{40 * scale};
  while (static_cast<std::int64_t>(x.size()) < count) {
    x.push_back(scale * static_cast<double>(dice.between(-8, 8)));
  }
  return {{"x", make_tensor(format, shape_of_groups(op, 1, count), x)}};
}

/// y[0] = gamma * x-hat + beta on a midpoint or beside it, by an s that is made for it.
Tie construct(std::uint64_t seed, const OperatorSpec& op, const Format& format,
              const Side& side) {
  Dice dice(seed);
  const Midpoint midpoint = draw_midpoint(dice, format);
  const int sign = dice.one_in(2) ? 1 : -1;
  Tensors inputs = draw_inputs(dice, op, format, sign);
  Attributes attributes = attributes_for(op);
  const FirstGroup group = measure_first(op, attributes, inputs);
  const mpq_class value = sign *
                          (midpoint.significand + mpq_class(1, 2) +
                           side.direction * power_of_two(-side.bits)) *
                          midpoint.ulp;
  const Shape& shape = inputs.at("x").shape();
  mpq_class beta = 0;
  mpq_class gamma = 1;
  if (op.find_input(Direction::forward, "beta")) {
    // A float near the midpoint; gamma * x-hat has to bridge the rest.
    beta = sign * (midpoint.significand - static_cast<long>(dice.between(-3, 3))) *
           midpoint.ulp;
    inputs.emplace(
        "beta",
        constant_tensor(format, input_shape(op, attributes, "beta", shape), beta));
  }
  const mpq_class bridge = value - beta;
  if (op.find_input(Direction::forward, "gamma")) {
    gamma = static_cast<long>(2 * dice.between(0, 3) + 1) *
            (sgn(bridge) == sgn(group.centered) ? 1 : -1) *
            power_of_two(dice.between(-5, 5));
    inputs.emplace(
        "gamma",
        constant_tensor(format, input_shape(op, attributes, "gamma", shape), gamma));
  }
  aim_scale(dice, group.spread, group.centered * gamma / bridge, attributes);
  return {Question(op, Direction::forward, attributes, inputs), "y", midpoint, sign};
}

const std::vector<Format> all_formats{float16, bfloat16, float32, float64};

void construct_many(const Side& side, std::int64_t count) {
  for (const OperatorSpec& op : operators()) {
    for (const Format& format : all_formats) {
      const auto last = static_cast<std::uint64_t>(scaled_count(count));
      for (std::uint64_t seed = 1; seed <= last; ++seed) {
        CAPTURE(op.name, format.name, seed);
        check(construct(seed, op, format, side), side);
      }
    }
  }
}

TEST_CASE("exact ties of y go to the even neighbour and are decided exactly",
          "[twin]") {
  construct_many({0, 0}, 150);
}

TEST_CASE("a value a hair beside a tie goes to its own side", "[twin]") {
  const long bits = GENERATE(40, 200);
  const int direction = GENERATE(-1, 1);
  CAPTURE(bits, direction);
  construct_many({direction, bits}, 40);
}

/// y[0] = gamma * x-hat = midpoint / sqrt(1 + change), which is irrational.
Tie construct_irrational(Dice& dice, const Format& format, const mpq_class& change) {
  const Midpoint midpoint = draw_midpoint(dice, format);
  const mpq_class value = (midpoint.significand + mpq_class(1, 2)) * midpoint.ulp;
  const mpq_class x = dice.between(1, 60);
  const mpq_class gamma = dice.between(1, 60);
  const mpq_class variance = dice.between(0, 5);
  const mpq_class root = x * gamma / value;
  const int sign = dice.one_in(2) ? 1 : -1;
  return {Question(*find_operator("batch_norm_inference"), Direction::forward,
                   {{"eps", to_attribute(root * root * (1 + change) - variance)}},
                   {{"x", constant_tensor(format, {1, 1}, sign * x)},
                    {"mean", constant_tensor(format, {1}, 0)},
                    {"variance", constant_tensor(format, {1}, variance)},
                    {"gamma", constant_tensor(format, {1}, gamma)}}),
          "y", midpoint, sign};
}

/// Beside the bounds of an interval of 128 bits a root rounded to the wrong side shows.
TEST_CASE("an irrational value next to a tie goes to its own side", "[twin]") {
  const int direction = GENERATE(-1, 1);
  for (const Format& format : all_formats) {
    for (std::int64_t seed = 1; seed <= scaled_count(2'000); ++seed) {
      CAPTURE(direction, format.name, seed);
      Dice dice(static_cast<std::uint64_t>(seed));
      const long bits = dice.between(126, 134);
      const mpq_class change = -direction * power_of_two(-bits);
      check(construct_irrational(dice, format, change), {direction, bits});
    }
  }
}

TEST_CASE("a value a hair beside a float lies in its own binade", "[twin]") {
  const int side = GENERATE(-1, 0, 1);
  const mpq_class beside = 1 + side * power_of_two(-200);
  for (const OperatorSpec& op : operators()) {
    for (const Format& format : all_formats) {
      CAPTURE(side, op.name, format.name);
      Dice dice(7);
      const Tensors inputs = draw_inputs(dice, op, format, 1);
      Attributes attributes = attributes_for(op);
      const FirstGroup group = measure_first(op, attributes, inputs);
      aim_scale(dice, group.spread, group.centered / (beside * 4), attributes);
      const Question question(op, Direction::forward, attributes, inputs);
      const Truth y = truth(question, "y", format).front();
      CHECK(y.rounded == 4);
      CHECK(y.ulp_exponent == (side < 0 ? 1 : 2) - format.precision_bits + 1);
      CHECK((side != 0 || y.level == Level::decide));
    }
  }
}

TEST_CASE("a float64 beta moves a float16 tie to either side", "[twin]") {
  const int side = GENERATE(-1, 0, 1);
  const Shape shape{5};
  const Question question(
      *find_operator("layer_norm"), Direction::forward, {{"eps", Rational(0)}},
      {{"x", make_tensor(float16, shape, std::vector<double>{1, 0, 0, 0, 0})},
       {"gamma", constant_tensor(float16, shape, 1)},
       {"beta", constant_tensor(float64, shape, 4096 + side * power_of_two(-39))}});
  const Truth y = truth(question, "y", float16).front();
  CHECK(y.rounded == (side > 0 ? 4100 : 4096));
  CHECK((side != 0 || y.level == Level::decide));
}

TEST_CASE("the tie at the edge of overflow goes to the even significand", "[twin]") {
  const int side = GENERATE(-1, 0, 1);
  for (const Format& format : formats()) {
    CAPTURE(side, format.name);
    const mpq_class ulp = power_of_two(format.emax - format.precision_bits + 1);
    const mpq_class edge = rational_of(largest_finite(format)) + ulp / 2;
    const mpq_class root = 5 / (edge + side * power_of_two(-300) * ulp);
    const Question question(*find_operator("batch_norm_inference"), Direction::forward,
                            {{"eps", to_attribute(root * root - 3)}},
                            {{"x", constant_tensor(format, {1, 1}, 5)},
                             {"mean", constant_tensor(format, {1}, 0)},
                             {"variance", constant_tensor(format, {1}, 3)}});
    const Truth y = truth(question, "y", format).front();
    // 448 is even, IEEE's largest are odd.
    const bool overflows = side > 0 || (side == 0 && format.has_infinity);
    CHECK(y.is_finite);
    CHECK(y.overflows == overflows);
    CHECK(std::isfinite(y.rounded) == !overflows);
    CHECK(std::isinf(y.rounded) == (overflows && format.has_infinity));
    CHECK(std::fabs(y.tail_ulps - (overflows ? -0.5 : 0.5)) <= 0x1p-20);
    CHECK(y.ulp_exponent == format.emax - format.precision_bits + 1);
  }
}

TEST_CASE("ties of rstd and of the mean go to even", "[twin]") {
  for (const Format& format : all_formats) {
    CAPTURE(format.name);
    // rstd = 1 + ulp / 2 and 1 + 3 ulp / 2, beside a spread with a 3 below.
    for (const long halves : {1L, 3L}) {
      const mpq_class ulp = power_of_two(1 - format.precision_bits);
      const mpq_class midpoint = 1 + halves * ulp / 2;
      const mpq_class eps = 1 / (midpoint * midpoint) - mpq_class(2, 9);
      const Question question(
          *find_operator("layer_norm"), Direction::forward,
          {{"eps", to_attribute(eps)}},
          {{"x", make_tensor(format, {3}, std::vector<double>{1, 0, 0})}});
      const Truth rstd = truth(question, "rstd", format).front();
      CHECK(rstd.rounded ==
            as_double(halves == 1 ? mpq_class(1) : mpq_class(1 + 2 * ulp)));
      CHECK(rstd.level == Level::decide);
    }
    // (2M + M + 3/2) / 3 = M + 1/2
    for (const long odd : {0L, 1L}) {
      const mpq_class whole = power_of_two(format.precision_bits - 1) + odd;
      const Question question(
          *find_operator("layer_norm"), Direction::forward, {},
          {{"x", make_tensor(format, {3},
                             std::vector<double>{as_double(2 * whole), as_double(whole),
                                                 1.5})}});
      const Truth mean = truth(question, "mean", format).front();
      CHECK(mean.rounded == as_double(whole + odd));
      CHECK(mean.tail_ulps == (odd == 0 ? 0.5 : -0.5));
    }
  }
}

/// y = gamma * (c / s) with an odd s: a short product of an endless factor, so that a
/// bound on the wrong side by one bit shows.
TEST_CASE("ties behind an endless quotient are decided exactly", "[twin]") {
  const std::int64_t gamma_offset = GENERATE(0, 1);
  for (const Format& format : {float16, bfloat16, float32}) {
    const std::int64_t top = std::int64_t{1} << format.precision_bits;
    for (std::int64_t seed = 1; seed <= scaled_count(1'000); ++seed) {
      CAPTURE(gamma_offset, format.name, seed);
      Dice dice(static_cast<std::uint64_t>(seed));
      const std::int64_t divisor = 2 * dice.between(1, 1'000) + 1;
      const std::int64_t centered = 2 * dice.between(1, 31) + 1;
      const std::int64_t factor =
          dice.between(top / centered + 1, 2 * top / centered) | 1;
      const std::int64_t tie = centered * factor;
      if (tie <= top || tie >= 2 * top) continue;
      const auto from = [](std::int64_t value) {
        return mpq_class(static_cast<long>(value));
      };
      const int sign = dice.between(0, 1) == 0 ? 1 : -1;
      const Question question(
          *find_operator("batch_norm_inference"), Direction::forward,
          {{"eps", Rational(0)}, {"gamma_offset", gamma_offset}},
          {{"x", constant_tensor(format, {1, 1}, from(sign * centered))},
           {"mean", constant_tensor(format, {1}, 0)},
           {"variance", constant_tensor(float64, {1}, from(divisor * divisor))},
           {"gamma",
            constant_tensor(float64, {1}, from(divisor * factor - gamma_offset))}});
      const std::int64_t even = tie % 4 == 1 ? tie - 1 : tie + 1;
      const Truth y = truth(question, "y", format).front();
      CHECK(y.rounded == as_double(from(sign * even)));
      CHECK(y.tail_ulps == ((sign > 0) == (even < tie) ? 0.5 : -0.5));
      CHECK((centered % divisor == 0 || y.level == Level::decide));
    }
  }
}

TEST_CASE("the forward ties of the specification are decided as it says", "[twin]") {
  const auto first_y = [](double x, const Rational& eps, double gamma, double beta) {
    const Shape shape{5};
    const Question question(
        *find_operator("layer_norm"), Direction::forward, {{"eps", eps}},
        {{"x", make_tensor(float16, shape, std::vector<double>{x, 0, 0, 0, 0})},
         {"gamma", constant_tensor(float16, shape, rational_of(gamma))},
         {"beta", constant_tensor(float16, shape, rational_of(beta))}});
    const Quadratic exact = evaluate(question).outputs.at("y").front().value.number();
    CHECK(exact.is_rational());
    CHECK(exact.a == rational_of(beta) + (gamma == 1 ? mpq_class(2) : mpq_class(7, 2)));
    return truth(question, "y", float16).front();
  };
  const Truth wide = first_y(1, 0, 1, 4096);
  CHECK(wide.rounded == 4096);
  CHECK(wide.tail_ulps == 0.5);
  CHECK(wide.level == Level::decide);
  const Truth narrow = first_y(7.0 / 64, Rational(39) / 1024, 8, 1021);
  CHECK(narrow.rounded == 1024);
  CHECK(narrow.tail_ulps == 0.5);
  CHECK(narrow.level == Level::decide);
}

TEST_CASE("the gradient tie of the specification is decided as it says", "[twin]") {
  const Question question(
      *find_operator("rms_norm"), Direction::vjp, {{"eps", Rational(1)}},
      {{"x", make_tensor(float16, {4, 3},
                         std::vector<double>{1, 1, 1, 1, 2, 4, 2, 2, 1, 2, 2, 1})},
       {"gamma", constant_tensor(float16, {3}, 1)},
       {"dy",
        make_tensor(float16, {4, 3},
                    std::vector<double>{1, 0, 0, -2, 0, 0, 2048, 0, 0, 1, 0, 0})}});
  const Truth dgamma = truth(question, "dgamma", float16).front();
  CHECK(dgamma.rounded == 2048);
  CHECK(dgamma.tail_ulps == 0.5);
  CHECK(dgamma.level == Level::decide);
}

}  // namespace
}  // namespace truenorm::twin
