// SPDX-License-Identifier: Apache-2.0
// Values half-way between two floats, or a hair beside it, made by algebra.
#include <cmath>
#include <random>

#include "oracle/test/catch.hpp"
#include "oracle/test/random_question.hpp"
#include "oracle/test/twin_rational.hpp"
#include "oracle/truth.hpp"

namespace truenorm::twin {
namespace {

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : engine_(seed) {}
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(engine_() %
                                           static_cast<std::uint64_t>(high - low + 1));
  }

 private:
  std::mt19937_64 engine_;
};

double as_double(const mpq_class& value) {
  return round(float64, {value, 0, 0}).nearest;
}

Tensor scalar_like(const Format& format, const Shape& shape, const mpq_class& value) {
  const auto count = static_cast<std::size_t>(element_count(shape));
  return make_tensor(format, shape, std::vector<double>(count, as_double(value)));
}

/// A midpoint of two neighbouring floats, and what lies beside it.
struct Midpoint {
  mpz_class significand;  ///< of the lower neighbour
  mpq_class ulp;
};

Midpoint draw_midpoint(Draw& draw, const Format& format) {
  const bool is_subnormal = draw.between(1, 5) == 1;
  const std::int64_t exponent =
      is_subnormal ? format.emin : draw.between(format.emin + 4, format.emax - 4);
  const std::int64_t smallest = std::int64_t{1} << (format.precision_bits - 1);
  // Away from the ends of the binade, so that the ulp is the same all around.
  const std::int64_t significand = is_subnormal
                                       ? draw.between(4, smallest - 8)
                                       : draw.between(smallest + 4, 2 * smallest - 8);
  return {mpz_class(static_cast<long>(significand)),
          power_of_two(exponent - format.precision_bits + 1)};
}

/// A question whose first element of y is, exactly, the lower neighbour + distance_ulps.
struct Construction {
  Question question;
  Midpoint midpoint;
  int sign;
};

Tensors draw_inputs(Draw& draw, const std::string& op, const Format& format) {
  Tensors inputs;
  const double scale = std::ldexp(1.0, static_cast<int>(draw.between(-4, 4)));
  if (op == "batch_norm_inference") {
    inputs.emplace(
        "x", make_tensor(
                 format, {1, 1},
                 std::vector<double>{scale * static_cast<double>(draw.between(1, 9))}));
    inputs.emplace("mean", scalar_like(format, {1}, mpq_class(-2)));
    inputs.emplace("variance", scalar_like(format, {1}, mpq_class(draw.between(0, 5))));
    return inputs;
  }
  const std::int64_t count = 3 + 2 * draw.between(0, 2);
  std::vector<double> x{40 * scale};
  while (static_cast<std::int64_t>(x.size()) < count) {
    x.push_back(scale * static_cast<double>(draw.between(-8, 8)));
  }
  inputs.emplace("x", make_tensor(format, {count}, x));
  return inputs;
}

Construction construct(std::uint64_t seed, const std::string& op, const Format& format,
                       const mpq_class& distance_ulps) {
  Draw draw(seed);
  const Midpoint midpoint = draw_midpoint(draw, format);
  const int sign = draw.between(0, 1) == 0 ? 1 : -1;
  const std::int64_t gap = draw.between(-3, 3);
  Tensors inputs = draw_inputs(draw, op, format);
  const Shape parameters =
      op == "batch_norm_inference" ? Shape{1} : inputs["x"].shape();

  // beta is a float near the midpoint; gamma * x-hat has to bridge the rest.
  const mpq_class beta =
      sign * (midpoint.significand - static_cast<long>(gap)) * midpoint.ulp;
  const mpq_class bridge =
      sign * (static_cast<long>(gap) + distance_ulps) * midpoint.ulp;
  Attributes attributes{{"eps", Rational(0)}};
  const Evaluation unscaled =
      evaluate(Question(*find_operator(op), Direction::forward, attributes, inputs));
  const mpq_class centered = unscaled.elements.front().centered.number().a;
  const mpq_class spread = unscaled.groups.front().spread.number().a;
  const mpq_class gamma = static_cast<long>(2 * draw.between(0, 3) + 1) *
                          (sgn(bridge) == sgn(centered) ? 1 : -1) *
                          power_of_two(draw.between(-5, 5));
  // s = root exactly, by eps = root^2 - q.
  const mpq_class root = centered * gamma / bridge;
  attributes["eps"] = to_attribute(root * root - spread);
  inputs.emplace("gamma", scalar_like(format, parameters, gamma));
  inputs.emplace("beta", scalar_like(format, parameters, beta));
  return {Question(*find_operator(op), Direction::forward, attributes, inputs),
          midpoint, sign};
}

double neighbour(const Construction& made, long steps) {
  return made.sign * as_double((made.midpoint.significand + steps) * made.midpoint.ulp);
}

const std::vector<std::string> all_operators{"layer_norm", "rms_norm",
                                             "batch_norm_inference"};
const std::vector<Format> all_formats{float16, bfloat16, float32, float64};

TEST_CASE("exact ties of y go to the even neighbour and are decided exactly",
          "[twin]") {
  for (const std::string& op : all_operators) {
    for (const Format& format : all_formats) {
      const auto count = static_cast<std::uint64_t>(scaled_count(50));
      for (std::uint64_t seed = 1; seed <= count; ++seed) {
        CAPTURE(op, format.name, seed);
        const Construction made = construct(seed, op, format, mpq_class(1, 2));
        const Truth y = truth(made.question, "y", format).front();
        const bool is_even = mpz_even_p(made.midpoint.significand.get_mpz_t()) != 0;
        CHECK(y.rounded == neighbour(made, is_even ? 0 : 1));
        CHECK(y.tail_ulps == made.sign * (is_even ? 0.5 : -0.5));
        const auto denominator =
            boost::multiprecision::denominator(made.question.real("eps"));
        // With a dyadic eps an interval may be a point, and then no refining is in vain.
        if (boost::multiprecision::lsb(denominator) !=
            boost::multiprecision::msb(denominator)) {
          CHECK(y.level == Level::decide);
        }
      }
    }
  }
}

TEST_CASE("a value a hair beside a tie goes to its own side", "[twin]") {
  const std::int64_t bits = GENERATE(40, 200);
  const int side = GENERATE(-1, 1);
  const mpq_class distance = mpq_class(1, 2) + side * power_of_two(-bits);
  for (const std::string& op : all_operators) {
    for (const Format& format : all_formats) {
      const auto count = static_cast<std::uint64_t>(scaled_count(20));
      for (std::uint64_t seed = 1; seed <= count; ++seed) {
        CAPTURE(bits, side, op, format.name, seed);
        const Construction made = construct(seed, op, format, distance);
        const Truth y = truth(made.question, "y", format).front();
        CHECK(y.rounded == neighbour(made, side > 0 ? 1 : 0));
        CHECK(std::fabs(y.tail_ulps + made.sign * side * 0.5) <= 0x1p-20);
      }
    }
  }
}

TEST_CASE("a value a hair beside a float lies in its own binade", "[twin]") {
  const int side = GENERATE(-1, 0, 1);
  const mpq_class beside = 1 + side * power_of_two(-200);
  for (const std::string& op : all_operators) {
    for (const Format& format : all_formats) {
      CAPTURE(side, op, format.name);
      Draw draw(7);
      Tensors inputs = draw_inputs(draw, op, format);
      Attributes attributes{{"eps", Rational(0)}};
      const Evaluation unscaled = evaluate(
          Question(*find_operator(op), Direction::forward, attributes, inputs));
      const mpq_class root =
          unscaled.elements.front().centered.number().a / (beside * 4);
      attributes["eps"] =
          to_attribute(root * root - unscaled.groups.front().spread.number().a);
      const Question question(*find_operator(op), Direction::forward, attributes,
                              inputs);
      const Truth y = truth(question, "y", format).front();
      CHECK(y.rounded == 4);
      CHECK(y.ulp_exponent == (side < 0 ? 1 : 2) - format.precision_bits + 1);
    }
  }
}

TEST_CASE("a float64 beta moves a float16 tie to either side", "[twin]") {
  const int side = GENERATE(-1, 0, 1);
  const Shape shape{5};
  const Question question(
      *find_operator("layer_norm"), Direction::forward, {{"eps", Rational(0)}},
      {{"x", make_tensor(float16, shape, std::vector<double>{1, 0, 0, 0, 0})},
       {"gamma", scalar_like(float16, shape, 1)},
       {"beta", scalar_like(float64, shape, 4096 + side * power_of_two(-39))}});
  const Truth y = truth(question, "y", float16).front();
  CHECK(y.rounded == (side > 0 ? 4100 : 4096));
  CHECK((side != 0 || y.level == Level::decide));
}

TEST_CASE("the tie at the edge of overflow is an infinity", "[twin]") {
  const int side = GENERATE(-1, 0, 1);
  for (const Format& format : all_formats) {
    CAPTURE(side, format.name);
    const mpq_class ulp = power_of_two(format.emax - format.precision_bits + 1);
    const mpq_class edge = power_of_two(format.emax + 1) - ulp / 2;
    const mpq_class root = 5 / (edge + side * power_of_two(-300) * ulp);
    const Question question(*find_operator("batch_norm_inference"), Direction::forward,
                            {{"eps", to_attribute(root * root - 3)}},
                            {{"x", scalar_like(format, {1, 1}, 5)},
                             {"mean", scalar_like(format, {1}, 0)},
                             {"variance", scalar_like(format, {1}, 3)}});
    const Truth y = truth(question, "y", format).front();
    CHECK(y.is_finite);
    CHECK(std::isinf(y.rounded) == (side >= 0));
    CHECK(std::fabs(y.tail_ulps - (side >= 0 ? -0.5 : 0.5)) <= 0x1p-20);
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
      Draw draw(static_cast<std::uint64_t>(seed));
      const std::int64_t divisor = 2 * draw.between(1, 1'000) + 1;
      const std::int64_t centered = 2 * draw.between(1, 31) + 1;
      const std::int64_t factor =
          draw.between(top / centered + 1, 2 * top / centered) | 1;
      const std::int64_t tie = centered * factor;
      if (tie <= top || tie >= 2 * top) continue;
      const auto from = [](std::int64_t value) {
        return mpq_class(static_cast<long>(value));
      };
      const int sign = draw.between(0, 1) == 0 ? 1 : -1;
      const Question question(
          *find_operator("batch_norm_inference"), Direction::forward,
          {{"eps", Rational(0)}, {"gamma_offset", gamma_offset}},
          {{"x", scalar_like(format, {1, 1}, from(sign * centered))},
           {"mean", scalar_like(format, {1}, 0)},
           {"variance", scalar_like(float64, {1}, from(divisor * divisor))},
           {"gamma",
            scalar_like(float64, {1}, from(divisor * factor - gamma_offset))}});
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
         {"gamma", scalar_like(float16, shape, rational_of(gamma))},
         {"beta", scalar_like(float16, shape, rational_of(beta))}});
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

}  // namespace
}  // namespace truenorm::twin
