// SPDX-License-Identifier: Apache-2.0
// The twin against values that were computed by hand.
#include <cmath>
#include <limits>

#include "oracle/test/catch.hpp"
#include "oracle/test/twin_rational.hpp"

namespace truenorm::twin {
namespace {

Rounding rounded(const Format& format, const mpq_class& value) {
  return round(format, {value, 0, 0});
}

bool is_near(const Quadratic& value, double wanted) {
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

}  // namespace
}  // namespace truenorm::twin
