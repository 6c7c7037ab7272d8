// SPDX-License-Identifier: Apache-2.0
// Formats against the machine's binary32 and binary64, and against every narrow pattern.
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>
#include <vector>

#include "oracle/format.hpp"
#include "oracle/test/catch.hpp"
#include "oracle/test/random_question.hpp"

namespace truenorm::twin {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// All non-negative finite values in order; the place in the list is the bit pattern.
std::vector<double> counted_up(const Format& format) {
  const std::size_t binade = std::size_t{1} << (format.precision_bits - 1);
  std::vector<double> values{0};
  double step = std::pow(2.0, format.emin - format.precision_bits + 1);
  for (int exponent = format.emin; exponent <= format.emax; ++exponent) {
    // The subnormals share the first binade's step.
    const std::size_t count = exponent == format.emin ? 2 * binade : binade;
    for (std::size_t i = 0; i < count; ++i) values.push_back(values.back() + step);
    step *= 2;
  }
  values.pop_back();  // 2^(emax + 1)
  // OCP: the pattern of the largest significand is NaN where there are no infinities.
  if (!format.has_infinity) values.pop_back();
  return values;
}

/// An infinity, or NaN where there is none, with the sign.
double beyond(const Format& format, double sign) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  return std::copysign(format.has_infinity ? infinity : nan, sign);
}

/// RN by looking at both neighbours in the list.
double nearest_in(const Format& format, const std::vector<double>& values,
                  double value) {
  const double magnitude = std::fabs(value);
  const double next = 2 * values.back() - values[values.size() - 2];
  const auto above = std::lower_bound(values.begin(), values.end(), magnitude);
  const double high = above == values.end() ? next : *above;
  if (magnitude >= next) return beyond(format, value);
  if (high == magnitude) return value;
  const auto place = static_cast<std::size_t>(above - values.begin());
  const double low = values[place - 1];
  const double down = magnitude - low;
  const double up = high - magnitude;
  const bool takes_low = down < up || (down == up && (place - 1) % 2 == 0);
  if (takes_low) return std::copysign(low, value);
  return high == next ? beyond(format, value) : std::copysign(high, value);
}

bool is_same_or_nan(double left, double right) {
  return left == right || (std::isnan(left) && std::isnan(right));
}

std::uint64_t pattern(double value) { return std::bit_cast<std::uint64_t>(value); }

/// Random doubles of every kind, many of them near the floats of a narrow format.
double near_floats(std::mt19937_64& random, const Format& format) {
  double value = 0;
  switch (random() % 4) {
    case 0:
      return std::bit_cast<double>(random());
    case 1: {  // any double near the format's range
      const auto range =
          static_cast<std::uint64_t>(std::int64_t{format.emax} - format.emin + 60);
      value = std::ldexp(1.0 + static_cast<double>(random() >> 12) * 0x1p-52,
                         format.emin - 40 + static_cast<int>(random() % range));
      break;
    }
    default: {  // a float or a midpoint
      const int bits = format.precision_bits + 1;
      const auto significand =
          static_cast<double>(random() & ((std::uint64_t{1} << bits) - 1));
      const auto range =
          static_cast<std::uint64_t>(std::int64_t{format.emax} - format.emin + 1);
      value = std::ldexp(significand,
                         format.emin - bits + static_cast<int>(random() % range) + 1);
      const auto step = random() % 4;
      if (step == 1) value = std::nextafter(value, infinity);
      if (step == 2) value = std::nextafter(value, 0.0);
    }
  }
  return random() % 2 == 0 ? value : -value;
}

TEST_CASE("binary32 patterns are decoded and encoded as the machine does", "[twin]") {
  std::mt19937_64 random(1);
  for (std::int64_t i = 0; i < scaled_count(200'000); ++i) {
    auto bits = static_cast<std::uint32_t>(random());
    if (i % 4 == 0) bits &= 0x807fffff;
    if (i % 4 == 1) bits |= 0x7f800000;
    if (i % 8 == 1) bits &= 0xff800000;
    const auto wanted = std::bit_cast<float>(bits);
    const double value = decode(float32, bits);
    if (std::isnan(wanted)) {
      REQUIRE(std::isnan(value));
      continue;
    }
    REQUIRE(pattern(static_cast<double>(wanted)) == pattern(value));
    REQUIRE(encode(float32, value) == bits);
  }
  CHECK(std::isnan(std::bit_cast<float>(static_cast<std::uint32_t>(
      encode(float32, std::numeric_limits<double>::quiet_NaN())))));
}

TEST_CASE("binary64 patterns stand for themselves", "[twin]") {
  std::mt19937_64 random(2);
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t bits = random();
    const double value = decode(float64, bits);
    REQUIRE(pattern(value) == bits);
    if (!std::isnan(value)) REQUIRE(encode(float64, value) == bits);
  }
  CHECK(std::isnan(std::bit_cast<double>(
      encode(float64, std::numeric_limits<double>::quiet_NaN()))));
}

TEST_CASE("every narrow pattern has the value that counting up gives", "[twin]") {
  const Format& format = GENERATE(float8_e4m3fn, float8_e5m2, float16, bfloat16);
  CAPTURE(format.name);
  const std::vector<double> values = counted_up(format);
  const std::uint64_t sign = std::uint64_t{1} << (format.storage_bits - 1);
  const std::uint64_t first_beyond = values.size();
  for (std::uint64_t bits = 0; bits < sign; ++bits) {
    CAPTURE(bits);
    const double positive = decode(format, bits);
    const double negative = decode(format, bits | sign);
    if (bits > first_beyond || (bits == first_beyond && !format.has_infinity)) {
      REQUIRE((std::isnan(positive) && std::isnan(negative)));
      continue;
    }
    const double wanted = bits == first_beyond ? infinity : values[bits];
    REQUIRE(pattern(positive) == pattern(wanted));
    REQUIRE(pattern(negative) == pattern(-wanted));
    REQUIRE(encode(format, positive) == bits);
    REQUIRE(encode(format, negative) == (bits | sign));
    if (format == bfloat16) {
      const auto widened = std::bit_cast<float>(static_cast<std::uint32_t>(bits << 16));
      REQUIRE(positive == static_cast<double>(widened));
    }
    if (bits == first_beyond) continue;
    const bool is_largest = bits + 1 == first_beyond;
    const double above = is_largest ? beyond(format, 1) : values[bits + 1];
    REQUIRE(is_same_or_nan(next_up(format, positive), above));
    REQUIRE(is_same_or_nan(next_down(format, negative), -above));
    if (bits > 0) {
      REQUIRE(next_down(format, positive) == values[bits - 1]);
      REQUIRE(next_up(format, negative) == -values[bits - 1]);
    }
    const double gap = is_largest ? positive - values[bits - 1] : above - positive;
    REQUIRE(std::ldexp(1.0, ulp_exponent_of(format, positive)) == gap);
    REQUIRE(ulp_exponent_of(format, negative) == ulp_exponent_of(format, positive));
  }
  const std::uint64_t nan = encode(format, std::numeric_limits<double>::quiet_NaN());
  CHECK(std::isnan(decode(format, nan)));
  // The leading fraction bit says quiet.
  CHECK((nan >> (format.precision_bits - 2) & 1) == 1);
}

TEST_CASE("a double is rounded to binary32 as the machine rounds it", "[twin]") {
  std::mt19937_64 random(3);
  for (std::int64_t i = 0; i < scaled_count(400'000); ++i) {
    const double value = near_floats(random, float32);
    if (std::isnan(value)) {
      REQUIRE(std::isnan(round_to_nearest(float32, value)));
      continue;
    }
    const auto wanted = static_cast<double>(static_cast<float>(value));
    REQUIRE(pattern(round_to_nearest(float32, value)) == pattern(wanted));
    REQUIRE(is_value_of(float32, value) == (wanted == value));
    REQUIRE(pattern(round_to_nearest(float64, value)) == pattern(value));
  }
}

TEST_CASE("a double is rounded to 16 or 8 bits as both neighbours say", "[twin]") {
  const Format& format = GENERATE(float8_e4m3fn, float8_e5m2, float16, bfloat16);
  CAPTURE(format.name);
  const std::vector<double> values = counted_up(format);
  std::mt19937_64 random(4);
  for (std::int64_t i = 0; i < scaled_count(400'000); ++i) {
    const double value = near_floats(random, format);
    if (std::isnan(value)) continue;
    const double wanted = nearest_in(format, values, value);
    REQUIRE(pattern(round_to_nearest(format, value)) == pattern(wanted));
    REQUIRE(is_value_of(format, value) == (wanted == value));
  }
}

TEST_CASE("neighbours and ulps of binary32 and binary64 are the machine's", "[twin]") {
  std::mt19937_64 random(5);
  for (std::int64_t i = 0; i < scaled_count(200'000); ++i) {
    const auto single = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    const auto single_infinity = std::numeric_limits<float>::infinity();
    if (std::isfinite(single)) {
      REQUIRE(next_up(float32, single) == std::nextafter(single, single_infinity));
      REQUIRE(next_down(float32, single) == std::nextafter(single, -single_infinity));
      const double magnitude = std::fabs(single);
      const auto above = static_cast<double>(
          std::nextafter(static_cast<float>(magnitude), single_infinity));
      if (std::isfinite(above)) {
        REQUIRE(std::ldexp(1.0, ulp_exponent_of(float32, single)) == above - magnitude);
      }
    }
    const auto value = std::bit_cast<double>(random());
    if (std::isfinite(value)) {
      REQUIRE(next_up(float64, value) == std::nextafter(value, infinity));
      REQUIRE(next_down(float64, value) == std::nextafter(value, -infinity));
      const double above = std::nextafter(std::fabs(value), infinity);
      if (std::isfinite(above)) {
        REQUIRE(std::ldexp(1.0, ulp_exponent_of(float64, value)) ==
                above - std::fabs(value));
      }
    }
  }
  CHECK(next_up(float32, -0.0) == 0x1p-149);
  CHECK(next_down(float32, 0.0) == -0x1p-149);
  CHECK(next_up(float64, std::numeric_limits<double>::max()) == infinity);
}

TEST_CASE("the limits of each format are IEEE 754's", "[twin]") {
  CHECK(largest_finite(float16) == 65504);
  CHECK(smallest_normal(float16) == 0x1p-14);
  CHECK(smallest_subnormal(float16) == 0x1p-24);
  CHECK(largest_finite(bfloat16) == 0x1.fep127);
  CHECK(smallest_normal(bfloat16) == 0x1p-126);
  CHECK(smallest_subnormal(bfloat16) == 0x1p-133);
  CHECK(largest_finite(float32) == std::numeric_limits<float>::max());
  CHECK(smallest_normal(float32) == std::numeric_limits<float>::min());
  CHECK(smallest_subnormal(float32) == std::numeric_limits<float>::denorm_min());
  CHECK(largest_finite(float64) == std::numeric_limits<double>::max());
  CHECK(smallest_normal(float64) == std::numeric_limits<double>::min());
  CHECK(smallest_subnormal(float64) == std::numeric_limits<double>::denorm_min());
  CHECK(round_to_nearest(float16, 65519.999) == 65504);
  CHECK(round_to_nearest(float16, 65520) == infinity);
  CHECK(round_to_nearest(float16, -65520) == -infinity);
  CHECK(ulp_exponent(float16, 16) == 5);
  CHECK(ulp_exponent(float16, 5000) == 5);
  CHECK(ulp_exponent(float16, -5000) == -24);
  CHECK(ulp_exponent_of(float16, 0) == -24);
}

TEST_CASE("the limits of the 8-bit formats are OCP's", "[twin]") {
  CHECK(largest_finite(float8_e4m3fn) == 448);
  CHECK(smallest_normal(float8_e4m3fn) == 0x1p-6);
  CHECK(smallest_subnormal(float8_e4m3fn) == 0x1p-9);
  CHECK(largest_finite(float8_e5m2) == 57344);
  CHECK(smallest_normal(float8_e5m2) == 0x1p-14);
  CHECK(smallest_subnormal(float8_e5m2) == 0x1p-16);
  CHECK(decode(float8_e4m3fn, 0x7e) == 448);
  CHECK(decode(float8_e4m3fn, 0x38) == 1);
  CHECK(decode(float8_e4m3fn, 0x81) == -0x1p-9);
  CHECK(decode(float8_e5m2, 0x7b) == 57344);
  CHECK(decode(float8_e5m2, 0xfc) == -infinity);
  CHECK(decode(float8_e5m2, 0x3d) == 1.25);
}

TEST_CASE("the 8-bit formats overflow where OCP and IEEE 754 say", "[twin]") {
  const double above_tie = std::nextafter(464, 1000);
  CHECK(round_to_nearest(float8_e4m3fn, 464) == 448);
  CHECK(round_to_nearest(float8_e4m3fn, -464) == -448);
  CHECK(std::isnan(round_to_nearest(float8_e4m3fn, above_tie)));
  CHECK_FALSE(std::signbit(round_to_nearest(float8_e4m3fn, above_tie)));
  CHECK(std::signbit(round_to_nearest(float8_e4m3fn, -above_tie)));
  CHECK(std::isnan(round_to_nearest(float8_e4m3fn, infinity)));
  CHECK(std::isnan(overflow_result(float8_e4m3fn, false)));
  CHECK(round_to_nearest(float8_e5m2, std::nextafter(61440, 0)) == 57344);
  CHECK(round_to_nearest(float8_e5m2, 61440) == infinity);
  CHECK(overflow_result(float8_e5m2, true) == -infinity);
  CHECK(std::isnan(next_up(float8_e4m3fn, 448)));
  CHECK(std::isnan(next_down(float8_e4m3fn, -448)));
  CHECK(next_up(float8_e5m2, 57344) == infinity);
  CHECK_THROWS_AS(encode(float8_e4m3fn, infinity), std::invalid_argument);
  CHECK_THROWS_AS(encode(float8_e4m3fn, 480), std::invalid_argument);
  CHECK_FALSE(is_value_of(float8_e4m3fn, infinity));
}

TEST_CASE("an overflow counts as the first number beyond the format", "[twin]") {
  CHECK(overflow_threshold(float8_e4m3fn) == 480);
  CHECK(overflow_threshold(float8_e5m2) == 65536);
  CHECK(overflow_threshold(float16) == 65536);
  CHECK(overflow_threshold(bfloat16) == 0x1p128L);
  CHECK(overflow_threshold(float32) == 0x1p128L);
  CHECK(overflow_threshold(float64) == 0x1p1024L);
  CHECK(ulp_exponent(float8_e4m3fn, 9) == 5);
  CHECK(ulp_exponent(float8_e5m2, 16) == 13);
}

TEST_CASE("formats are found by name, and hold only their own values", "[twin]") {
  CHECK(formats().size() == 6);
  CHECK(find_format("float8_e4m3fn") == float8_e4m3fn);
  CHECK(find_format("bfloat16") == bfloat16);
  CHECK_FALSE(find_format("float8"));
  CHECK_FALSE(find_format(""));
  CHECK_THROWS_AS(encode(float16, 2049), std::invalid_argument);
  CHECK_THROWS_AS(encode(float16, 65536), std::invalid_argument);
  CHECK_THROWS_AS(encode(bfloat16, 0x1p-134), std::invalid_argument);
  CHECK(is_value_of(float16, infinity));
  CHECK(is_value_of(float16, std::numeric_limits<double>::quiet_NaN()));
}

TEST_CASE("hex floats are C's, without trailing zeros", "[twin]") {
  CHECK(hex_float(0.5) == "0x1p-1");
  CHECK(hex_float(-1.5) == "-0x1.8p+0");
  CHECK(hex_float(0.0) == "0x0p+0");
  CHECK(hex_float(-0.0) == "-0x0p+0");
  CHECK(hex_float(0x1p-1074) == "0x0.0000000000001p-1022");
  CHECK(hex_float(infinity) == "inf");
  CHECK(hex_float(-infinity) == "-inf");
  CHECK(hex_float(std::numeric_limits<double>::quiet_NaN()) == "nan");
}

}  // namespace
}  // namespace truenorm::twin
