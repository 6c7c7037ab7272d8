// SPDX-License-Identifier: Apache-2.0
// The twin against values that were computed by hand.
#include <cmath>
#include <limits>
#include <stdexcept>

#include "oracle/test/catch.hpp"
#include "oracle/test/twin_rational.hpp"

namespace truenorm::twin {
namespace {

Rounding rounded(const Format& format, const mpq_class& value) {
  return round(format, {value, 0, 0});
}

bool is_near(const Quadratic& value, long double wanted) {
  return std::fabs(approximate(value) / wanted - 1) < 1e-15L;
}

TEST_CASE("a quadratic number is compared, floored and scaled exactly", "[twin]") {
  const Quadratic golden =
      multiply(add(square_root(5), {1, 0, 0}), {mpq_class(1, 2), 0, 0});
  // Neighbouring Fibonacci numbers bracket the golden ratio ever more tightly.
  CHECK(compare(golden, mpq_class("1134903170/701408733")) < 0);
  CHECK(compare(golden, mpq_class("1836311903/1134903170")) > 0);
  CHECK(floor_scaled(golden, 10) == 1656);
  CHECK(floor_scaled(negate(golden), 10) == -1657);
  CHECK(binade(golden) == 0);
  CHECK(sign(add(multiply(golden, golden), negate(add(golden, {1, 0, 0})))) == 0);
  CHECK(multiply(golden, reciprocal(golden)).a == 1);
  CHECK(binade(add(golden, {mpq_class("-1836311903/1134903170"), 0, 0})) == -62);
}

TEST_CASE("square roots of one class join, and those of several are ordered",
          "[twin]") {
  const auto root = [](long radicand) { return square_root(mpq_class(radicand)); };
  const Quadratic joined = add(root(2), root(8));
  CHECK(joined.more.empty());
  CHECK(joined.b == 3);
  CHECK(joined.d == 2);
  const Quadratic several = add(add(root(2), root(3)), root(5));
  CHECK(several.more.size() == 2);
  CHECK(is_near(several, 1.4142135623730950488L + 1.7320508075688772935L +
                             2.2360679774997896964L));
  const Quadratic less = add(several, negate(add(root(12), root(5))));
  // sqrt(2) + sqrt(3) - 2 sqrt(3)
  CHECK(less.more.size() == 1);
  CHECK(sign(less) == -1);
  CHECK(sign(negate(less)) == 1);
  CHECK(floor_scaled(less, 10) == -326);
  CHECK(add(less, negate(less)).is_rational());
  CHECK(sign(add(less, negate(less))) == 0);
  // sqrt(10) + sqrt(11) against sqrt(5) + sqrt(17): apart by 1/8.
  CHECK(compare(add(add(root(10), root(11)), negate(add(root(5), root(17)))),
                mpq_class(1, 8)) < 0);
  // 2 + sqrt(5) - 3 sqrt(2) = -0.0066
  const Quadratic near = add(add(root(5), negate(add(root(2), root(8)))), {2, 0, 0});
  CHECK(sign(near) == -1);
  CHECK_THROWS_AS(multiply(several, several), std::logic_error);
  CHECK_THROWS_AS(reciprocal(several), std::logic_error);
}

TEST_CASE("a sum of several fields is rounded and its binade found", "[twin]") {
  const Quadratic sum = add(square_root(2), square_root(3));  // 3.146264369941972
  CHECK(binade(sum) == 1);
  CHECK(round(float16, sum).nearest == 3.146484375);
  CHECK(round(float16, sum).down == 3.14453125);
  CHECK(std::fabs(round(float16, sum).tail_ulps + 0.11265) < 1e-4);
  const mpq_class hair = power_of_two(-300);
  const Quadratic tiny = add(multiply(sum, {hair, 0, 0}), {1, 0, 0});
  CHECK(round(float32, tiny).nearest == 1);
  CHECK(round(float32, add(tiny, {power_of_two(-24), 0, 0})).nearest == 1 + 0x1p-23);
}

TEST_CASE("rational square roots are taken as rationals", "[twin]") {
  CHECK(square_root(mpq_class(9, 16)).a == mpq_class(3, 4));
  CHECK(square_root(mpq_class(9, 16)).is_rational());
  CHECK_FALSE(square_root(mpq_class(9, 17)).is_rational());
}

TEST_CASE("the twin rounds ties to even, keeps subnormals and overflows", "[twin]") {
  CHECK(rounded(float16, 4098).nearest == 4096);
  CHECK(rounded(float16, 4102).nearest == 4104);
  CHECK(rounded(float16, 4098).tail_ulps == 0.5);
  CHECK(rounded(float16, -4098).tail_ulps == -0.5);
  CHECK(rounded(float16, 4098).up == 4100);
  CHECK(rounded(float16, -4098).up == -4096);
  CHECK(rounded(float16, power_of_two(-25)).nearest == 0);
  CHECK(rounded(float16, 3 * power_of_two(-25)).nearest == std::ldexp(1.0, -23));
  CHECK(rounded(float16, power_of_two(-40)).tail_ulps == std::ldexp(1.0, -16));
  CHECK(rounded(float16, power_of_two(-40)).ulp_exponent == -24);
  CHECK(rounded(float16, 65519).nearest == 65504);
  CHECK(std::isinf(rounded(float16, 65520).nearest));
  CHECK(rounded(float16, 65520).tail_ulps == -0.5);
  CHECK(rounded(float16, 65520).down == 65504);
  CHECK(rounded(float16, 65536 + 64).tail_ulps == 2);
  CHECK(rounded(float16, 65536 + 64).ulp_exponent == 5);
  CHECK(rounded(float16, 2048 - power_of_two(-80)).ulp_exponent == 0);
  CHECK(rounded(float16, 2048 - power_of_two(-80)).nearest == 2048);
}

TEST_CASE("the twin rounds to the 8-bit formats as OCP has them", "[twin]") {
  CHECK(rounded(float8_e4m3fn, 464).nearest == 448);
  CHECK(rounded(float8_e4m3fn, 464).tail_ulps == 0.5);
  CHECK_FALSE(rounded(float8_e4m3fn, 464).overflows);
  const Rounding above = rounded(float8_e4m3fn, -472);
  CHECK(std::isnan(above.nearest));
  CHECK(std::signbit(above.nearest));
  CHECK(above.overflows);
  CHECK(above.tail_ulps == 0.25);
  CHECK(rounded(float8_e4m3fn, 464 + power_of_two(-90)).overflows);
  CHECK(above.up == -448);
  CHECK(std::isnan(rounded(float8_e4m3fn, 480).up));
  CHECK(rounded(float8_e4m3fn, 480).down == 448);
  CHECK(rounded(float8_e4m3fn, 480).tail_ulps == 0);
  CHECK(rounded(float8_e4m3fn, 496).tail_ulps == 0.5);
  CHECK(rounded(float8_e4m3fn, 1000).tail_ulps == 16.25);
  CHECK(rounded(float8_e4m3fn, 1000).ulp_exponent == 5);
  CHECK(rounded(float8_e4m3fn, 17).nearest == 16);
  CHECK(rounded(float8_e4m3fn, 19).nearest == 20);
  CHECK(rounded(float8_e4m3fn, power_of_two(-10)).nearest == 0);
  CHECK(rounded(float8_e5m2, 61439).nearest == 57344);
  CHECK(std::isinf(rounded(float8_e5m2, 61440).nearest));
  CHECK(rounded(float8_e5m2, 61440).overflows);
  CHECK(rounded(float8_e5m2, 61440).tail_ulps == -0.5);
}

TEST_CASE("operations on NaN and infinities follow IEEE 754", "[twin]") {
  const Extended infinity = Extended::infinity(1);
  const Extended zero(mpq_class(0));
  const Extended two(mpq_class(2));
  CHECK((infinity - infinity).is_nan());
  CHECK((zero * infinity).is_nan());
  CHECK((two / infinity).is_zero());
  CHECK((infinity / infinity).is_nan());
  CHECK((zero / zero).is_nan());
  CHECK((-two / zero).kind() == Kind::negative_infinity);
  CHECK((infinity / -two).kind() == Kind::negative_infinity);
  CHECK(square_root(-two).is_nan());
  CHECK(square_root(-infinity).is_nan());
  CHECK(square_root(infinity).kind() == Kind::positive_infinity);
  CHECK(maximum(two, Extended::nan()).is_nan());
  CHECK(maximum(-infinity, zero).is_zero());
}

using Values = std::vector<double>;

Tensor tensor(const Shape& shape, const Values& values) {
  return make_tensor(float64, shape, values);
}

Evaluation evaluated(const std::string& op, const Attributes& attributes,
                     const Tensors& inputs) {
  return evaluate(Question(*find_operator(op), Direction::forward, attributes, inputs));
}

/// Whether the elements of an output are these, to double's precision.
bool are_near(const Evaluation& evaluation, const std::string& output,
              const Values& wanted) {
  const std::vector<OutputElement>& found = evaluation.outputs.at(output);
  if (found.size() != wanted.size()) return false;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const Extended& value = found[i].value;
    const bool is_zero = value.is_zero() && wanted[i] == 0;
    if (!value.is_number() || !(is_zero || is_near(value.number(), wanted[i]))) {
      return false;
    }
  }
  return true;
}

TEST_CASE("the twin computes layer_norm as by hand", "[twin]") {
  const Question question(
      *find_operator("layer_norm"), Direction::forward,
      {{"axes", std::vector<std::int64_t>{1, 0}}, {"eps", Rational(3) / 4}},
      {{"x", make_tensor(float32, {2, 2}, std::vector<double>{1, 2, 3, 4})},
       {"gamma", make_tensor(float32, {2, 2}, std::vector<double>{1, 10, 100, 1000})}});
  const Evaluation evaluation = evaluate(question);
  // mean 5/2, variance 5/4, s = sqrt(2)
  CHECK(evaluation.groups.at(0).spread.number().a == mpq_class(5, 4));
  const auto y = [&](std::size_t i) {
    return evaluation.outputs.at("y").at(i).value.number();
  };
  // gamma, transposed, reads 1, 100, 10, 1000 along x.
  CHECK(is_near(y(0), -1.5 / std::sqrt(2.0)));
  CHECK(is_near(y(1), -50 / std::sqrt(2.0)));
  CHECK(is_near(y(2), 5 / std::sqrt(2.0)));
  CHECK(is_near(y(3), 1500 / std::sqrt(2.0)));
}

TEST_CASE("the twin computes group_norm as by hand, in both layouts", "[twin]") {
  // Groups (1, 3) and (10, 14): means 2 and 12, variances 1 and 4.
  const Attributes attributes{{"groups", std::int64_t{2}}, {"eps", Rational(0)}};
  const Tensors inputs{{"x", tensor({1, 4, 1}, {1, 3, 10, 14})},
                       {"gamma", tensor({4}, {1, 2, 3, 4})}};
  CHECK(are_near(evaluated("group_norm", attributes, inputs), "y", {-1, 2, -3, 4}));

  Attributes last = attributes;
  last["layout"] = std::string("channels_last");
  last["affine"] = std::string("per_group");
  const Evaluation evaluation =
      evaluated("group_norm", last,
                {{"x", tensor({1, 2, 4}, {1, 3, 10, 14, 3, 1, 14, 10})},
                 {"gamma", tensor({2}, {1, 5})},
                 {"beta", tensor({2}, {0, 100})}});
  CHECK(are_near(evaluation, "mean", {2, 12}));
  CHECK(are_near(evaluation, "y", {-1, 1, 95, 105, 1, -1, 105, 95}));
}

TEST_CASE("the twin computes instance_norm and batch_norm as by hand", "[twin]") {
  // Channels of sample 0: (1, 3), (0, 8); of sample 1: (5, 7), (2, 2).
  const Tensor x = tensor({2, 2, 2}, {1, 3, 0, 8, 5, 7, 2, 2});
  const Tensor gamma = tensor({2}, {1, 10});
  const Evaluation instance = evaluated(
      "instance_norm", {{"eps", Rational(0)}, {"eps_mode", std::string("floor")}},
      {{"x", tensor({2, 2, 2}, {1, 3, 0, 8, 5, 7, 2, 4})}, {"gamma", gamma}});
  CHECK(are_near(instance, "mean", {2, 4, 6, 3}));
  CHECK(are_near(instance, "rstd", {1, 0.25, 1, 1}));
  CHECK(are_near(instance, "y", {-1, 1, -10, 10, -1, 1, -10, 10}));

  const Evaluation batch =
      evaluated("batch_norm", {{"eps", Rational(4)}, {"momentum", 0.25}},
                {{"x", x},
                 {"gamma", gamma},
                 {"running_mean", tensor({2}, {8, 16})},
                 {"running_variance", tensor({2}, {4, 0})}});
  // Channels (1, 3, 5, 7) and (0, 8, 2, 2): means 4 and 3, variances 5 and 9.
  CHECK(are_near(batch, "mean", {4, 3}));
  CHECK(are_near(batch, "variance", {5, 9}));
  CHECK(are_near(batch, "rstd", {1.0 / 3, 1 / std::sqrt(13.0)}));
  CHECK(are_near(batch, "running_mean", {7, 12.75}));
  CHECK(are_near(batch, "running_variance", {3 + 5.0 / 3, 3}));
  const double unit = 10 / std::sqrt(13.0);
  CHECK(are_near(batch, "y",
                 {-1, -1.0 / 3, -3 * unit, 5 * unit, 1.0 / 3, 1, -unit, -unit}));

  const Evaluation old = evaluated("batch_norm",
                                   {{"momentum", 0.25},
                                    {"momentum_of", std::string("old")},
                                    {"running_variance_divisor", std::string("n")}},
                                   {{"x", x},
                                    {"running_mean", tensor({2}, {8, 16})},
                                    {"running_variance", tensor({2}, {4, 0})}});
  CHECK(are_near(old, "running_mean", {5, 6.25}));
  CHECK(are_near(old, "running_variance", {4.75, 6.75}));
}

TEST_CASE("the twin computes normalize_along_dim and weight_norm as by hand",
          "[twin]") {
  const Tensor x = tensor({2, 3}, {3, 6, 5, 4, 8, 12});
  const Evaluation along =
      evaluated("normalize_along_dim", {{"dim", std::int64_t{0}}, {"eps", Rational(0)}},
                {{"x", x}, {"gamma", tensor({2, 3}, {1, 2, 3, 4, 5, 6})}});
  CHECK(are_near(along, "y", {-1, -2, -3, 4, 5, 6}));

  const Tensors weights{{"x", x}, {"gamma", tensor({3}, {5, 20, 13})}};
  const Evaluation norm =
      evaluated("weight_norm", {{"dim", std::int64_t{-1}}}, weights);
  CHECK(are_near(norm, "norm", {5, 10, 13}));
  CHECK(are_near(norm, "y", {3, 12, 5, 4, 16, 12}));
}

TEST_CASE("the twin computes lp_normalize as by hand, for every p", "[twin]") {
  const Tensors inputs{{"x", tensor({2, 2}, {3, -4, 0, 0})}};
  const auto y = [&](const std::string& p, const std::string& mode) {
    return evaluated("lp_normalize",
                     {{"p", p}, {"eps", Rational(2)}, {"eps_mode", mode}}, inputs);
  };
  CHECK(are_near(y("1", "floor"), "y", {3.0 / 7, -4.0 / 7, 0, 0}));
  CHECK(are_near(y("2", "floor"), "y", {0.6, -0.8, 0, 0}));
  CHECK(are_near(y("inf", "floor"), "y", {0.75, -1, 0, 0}));
  CHECK(are_near(y("1", "outside"), "y", {3.0 / 9, -4.0 / 9, 0, 0}));
  CHECK(are_near(y("inf", "outside"), "y", {0.5, -4.0 / 6, 0, 0}));
  CHECK(are_near(y("2", "inside"), "y",
                 {3 / std::sqrt(27.0), -4 / std::sqrt(27.0), 0, 0}));
}

TEST_CASE("a running statistic stays where there is no batch", "[twin]") {
  const Evaluation batch = evaluated("batch_norm", {},
                                     {{"x", Tensor(float64, {0, 2})},
                                      {"running_mean", tensor({2}, {8, 16})},
                                      {"running_variance", tensor({2}, {4, 0})}});
  CHECK(are_near(batch, "running_mean", {8, 16}));
  CHECK(are_near(batch, "running_variance", {4, 0}));
  CHECK(batch.outputs.at("y").empty());
}

TEST_CASE("a single element has no unbiased variance to store", "[twin]") {
  const Tensors inputs{{"x", tensor({1, 1}, {7})},
                       {"running_variance", tensor({1}, {4})}};
  const auto stored = [&](const std::string& divisor) {
    return evaluated("batch_norm",
                     {{"momentum", 0.5}, {"running_variance_divisor", divisor}}, inputs)
        .outputs.at("running_variance")
        .front()
        .value;
  };
  CHECK(stored("n_minus_1").is_nan());
  CHECK(stored("n").number().a == 2);
}

}  // namespace
}  // namespace truenorm::twin
