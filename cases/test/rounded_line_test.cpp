// SPDX-License-Identifier: Apache-2.0
// The values of a line, against the rational rounded once.
#include "cases/rounded_line.hpp"

#include <cmath>
#include <cstdint>
#include <vector>

#include "cases/random.hpp"
#include "oracle/test/catch.hpp"

namespace truenorm {
namespace {

bool is_same(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return a == b && std::signbit(a) == std::signbit(b);
}

void check(const Rational& offset, const Rational& slope, const Format& format,
           std::int64_t k) {
  const RoundedLine line(offset, slope, format);
  CAPTURE(offset, slope, format.name, k);
  CHECK(is_same(line.at(k), round_to_nearest(format, offset + slope * k)));
}

}  // namespace

TEST_CASE("values at random are those of the rational") {
  const RandomSequence z(1, "x");
  const std::vector<Rational> factors = {1,    Rational(1, 3), Rational(-7, 5),
                                         1000, exact(1e-30),   exact(0.1)};
  std::uint64_t i = 0;
  for (const Format& format : formats()) {
    for (const Rational& offset : factors) {
      for (const Rational& factor : factors) {
        for (int repeat = 0; repeat < 200; ++repeat) {
          check(offset, factor * power_of_two(-32), format, normal_integer(z, i++));
        }
      }
    }
  }
}

TEST_CASE("ties and their neighbours are those of the rational") {
  // In float16 the odd multiples of 2^-11 from 1 on are ties.
  for (std::int64_t k = -40; k <= 40; ++k) {
    check(1, power_of_two(-11), float16, k);
    check(1, power_of_two(-11) + power_of_two(-80), float16, k);
    check(1, power_of_two(-11) - power_of_two(-80), float16, k);
    check(1 + power_of_two(-90), power_of_two(-11), float16, k);
    check(Rational(1, 3), Rational(-1, 3), float32, k);
  }
}

TEST_CASE("zeros, and what rounds to them, keep the sign of the rational") {
  for (const Format& format : formats()) {
    check(-3, 1, format, 3);
    check(0, 0, format, 5);
    check(0, power_of_two(-1200), format, -5);
    check(power_of_two(-1200), 1, format, 0);
    check(-power_of_two(-1200), 0, format, 0);
  }
}

TEST_CASE("lines beyond the range of binary64 are those of the rational") {
  for (const Format& format : formats()) {
    check(power_of_two(1100), -power_of_two(1099), format, 2);
    check(power_of_two(1100), -power_of_two(1099), format, 3);
    check(1, power_of_two(-1070), format, INT64_MAX);
    check(power_of_two(-1000), power_of_two(-1000), format, 3);
    check(0, power_of_two(899), format, std::int64_t{1} << 53);
    check(1, 1, format, INT64_MAX);
    check(1, 1, format, INT64_MIN);
  }
}

}  // namespace truenorm
