// SPDX-License-Identifier: Apache-2.0
// A Wide rounds as the machine's float does, where the float has room.
#include "runners/reference/wide.hpp"

#include <cmath>
#include <limits>
#include <random>

#include "oracle/test/catch.hpp"

namespace truenorm::reference {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

TEST_CASE("a wide number computes what a float computes within its range",
          "[reference][twin]") {
  std::mt19937_64 engine(7);
  std::uniform_real_distribution<float> fraction(-2, 2);
  std::uniform_int_distribution<int> exponent(-30, 30);
  for (int i = 0; i < 20'000; ++i) {
    const float a = std::ldexp(fraction(engine), exponent(engine));
    const float b = std::ldexp(fraction(engine), exponent(engine));
    CAPTURE(a, b);
    REQUIRE((Wide<float>(a) + Wide<float>(b)).rounded() == a + b);
    REQUIRE((Wide<float>(a) - Wide<float>(b)).rounded() == a - b);
    REQUIRE((Wide<float>(a) * Wide<float>(b)).rounded() == a * b);
    REQUIRE((Wide<float>(a) / Wide<float>(b)).rounded() == a / b);
    REQUIRE(sqrt(Wide<float>(std::abs(a))).rounded() == std::sqrt(std::abs(a)));
    REQUIRE(is_less(Wide<float>(a), Wide<float>(b)) == (a < b));
  }
}

TEST_CASE("a wide number neither overflows nor underflows", "[reference]") {
  const Wide<float> large(1.5F, 120);
  const Wide<float> small(1.25F, -140);
  CHECK((large * large / large).rounded() == std::ldexp(1.5F, 120));
  CHECK((small * small / small).rounded() == small.rounded());
  CHECK((sqrt(large * large) - large).rounded() == 0);
  CHECK((large * large).rounded() == infinity);
  CHECK((small * small).rounded() == 0);
  CHECK((large + small).rounded() == large.rounded());
}

TEST_CASE("a wide number carries infinities and NaNs as IEEE 754 does", "[reference]") {
  const Wide<float> one(1);
  const Wide<float> zero(0);
  CHECK((one / zero).rounded() == infinity);
  CHECK((-one / zero).rounded() == -infinity);
  CHECK((zero / zero).is_nan());
  CHECK((Wide<float>(infinity) - Wide<float>(infinity)).is_nan());
  CHECK((one / Wide<float>(infinity)).rounded() == 0);
  CHECK(sqrt(-one).is_nan());
  CHECK(maximum(zero / zero, one).is_nan());
  CHECK(maximum(one, zero / zero).is_nan());
  CHECK(maximum(Wide<float>(infinity), one).rounded() == infinity);
}

TEST_CASE("a double becomes the nearest wide number and a rest", "[reference]") {
  const double tenth = 0.1;
  const auto value = Wide<float>::nearest(tenth);
  const auto rest = Wide<float>::beyond_nearest(tenth);
  CHECK(value.rounded() == 0.1F);
  CHECK(rest.rounded() == static_cast<float>(tenth - static_cast<double>(0.1F)));
  CHECK(Wide<float>::nearest(1e-300).rounded() == 0);
  CHECK((Wide<float>::nearest(1e-300) * Wide<float>::nearest(1e300)).rounded() ==
        Approx(1).epsilon(1e-6));
}

}  // namespace
}  // namespace truenorm::reference
