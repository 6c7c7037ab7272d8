// SPDX-License-Identifier: Apache-2.0
// Exact sums against sums of rationals, one after the other.
#include "oracle/exact_sum.hpp"

#include <array>
#include <cmath>
#include <random>
#include <vector>

#include "oracle/test/catch.hpp"

namespace truenorm {
namespace {

/// Numbers of the exponents [low, high], every eighth of them 0.
std::vector<double> numbers(std::mt19937_64& random, std::size_t count, int low,
                            int high) {
  std::vector<double> values(count);
  for (double& value : values) {
    if (random() % 8 == 0) continue;
    const auto exponents = static_cast<std::uint64_t>(high - low + 1);
    const int exponent = low + static_cast<int>(random() % exponents);
    const double magnitude = 1 + std::ldexp(static_cast<double>(random() >> 12), -52);
    value = std::ldexp(random() % 2 == 0 ? magnitude : -magnitude, exponent);
  }
  return values;
}

MagnitudeRange range_of(const std::vector<double>& values) {
  MagnitudeRange range;
  range.add(values);
  return range;
}

struct Exponents {
  int low;
  int high;
};

constexpr std::array all_exponents{Exponents{0, 0}, Exponents{-3, 5},
                                   Exponents{-1074, -1000}, Exponents{-1074, 1023}};

}  // namespace

TEST_CASE("an exact sum is the sum of the rationals", "[twin]") {
  std::mt19937_64 random(7);
  for (const Exponents& exponents : all_exponents) {
    for (const std::size_t count : {0, 1, 2, 9, 300}) {
      CAPTURE(exponents.low, exponents.high, count);
      const auto a = numbers(random, count, exponents.low, exponents.high);
      const auto b = numbers(random, count, exponents.low, exponents.high);
      const auto c = numbers(random, count, exponents.low, exponents.high);
      ExactSum plain({range_of(a)});
      ExactSum magnitudes({range_of(a)});
      ExactSum pairs({range_of(a), range_of(b)});
      ExactSum triples({range_of(a), range_of(b), range_of(c)});
      plain.add(a);
      magnitudes.add_magnitudes(a);
      pairs.add(a, b);
      triples.add(a, b, c);
      Rational of_plain = 0;
      Rational of_magnitudes = 0;
      Rational of_pairs = 0;
      Rational of_triples = 0;
      for (std::size_t i = 0; i < count; ++i) {
        of_plain += exact(a[i]);
        of_magnitudes += exact(std::fabs(a[i]));
        of_pairs += exact(a[i]) * exact(b[i]);
        of_triples += exact(a[i]) * exact(b[i]) * exact(c[i]);
      }
      CHECK(plain.total() == of_plain);
      CHECK(magnitudes.total() == of_magnitudes);
      CHECK(pairs.total() == of_pairs);
      CHECK(triples.total() == of_triples);
    }
  }
}

TEST_CASE("an exact sum holds more products than its bins have room for", "[twin]") {
  const double largest = std::nextafter(1.0, 0.0);
  const auto sign = GENERATE(-1.0, 1.0);
  const std::vector<double> a(std::size_t{1} << 20, sign * largest);
  const std::vector<double> b(a.size(), largest);
  const MagnitudeRange range = range_of(b);
  ExactSum pairs({range, range});
  ExactSum triples({range, range, range});
  constexpr int times = 5;
  for (int i = 0; i < times; ++i) {
    pairs.add(a, b);
    triples.add(a, b, b);
  }
  const Rational count(times * static_cast<std::int64_t>(a.size()));
  const Rational square = exact(largest) * exact(largest) * Rational(sign);
  CHECK(pairs.total() == count * square);
  CHECK(triples.total() == count * square * exact(largest));
}

TEST_CASE("a range of magnitudes knows its ends", "[property]") {
  CHECK(range_of({}).is_finite());
  CHECK(range_of({}).largest() == 0);
  const MagnitudeRange range = range_of({0, -4, 0x1p-1074, 3});
  CHECK(range.largest() == 4);
  CHECK(range.lowest_exponent() == 1);
  CHECK(range.highest_exponent() == 1025);
  CHECK_FALSE(range_of({1, -std::numeric_limits<double>::infinity()}).is_finite());
  CHECK_FALSE(range_of({std::numeric_limits<double>::quiet_NaN(), 1}).is_finite());
}

}  // namespace truenorm
