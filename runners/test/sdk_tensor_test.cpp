// SPDX-License-Identifier: Apache-2.0
// The SDK's conversions against the oracle's formats, which share no code with them.
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>

#include "oracle/format.hpp"
#include "oracle/rational.hpp"
#include "oracle/test/catch.hpp"
#include "runners/sdk/cpp/runner.hpp"

namespace {

namespace sdk = truenorm::sdk;
using truenorm::Format;

/// A tensor of every bit pattern of a format of at most 16 bits.
sdk::Tensor all_patterns(const Format& format) {
  const std::int64_t count = std::int64_t{1} << format.storage_bits;
  const std::size_t width = format.storage_bits / 8;
  sdk::Tensor tensor{std::string(format.name), {count}, {}};
  tensor.bytes.resize(count * width);
  for (std::int64_t bits = 0; bits < count; ++bits) {
    std::memcpy(tensor.bytes.data() + bits * width, &bits, width);
  }
  return tensor;
}

std::uint64_t bits_of(const sdk::Tensor& tensor) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, tensor.bytes.data(), tensor.bytes.size());
  return bits;
}

std::uint64_t rounded_bits(const Format& format, double value) {
  return bits_of(sdk::from_doubles(format.name, {}, {&value, 1}));
}

/// The oracle's rounding of the value, computed on an exact rational.
std::uint64_t expected_bits(const Format& format, double value) {
  if (!std::isfinite(value)) return truenorm::encode(format, value);
  const double nearest = truenorm::round_to_nearest(format, truenorm::exact(value));
  return truenorm::encode(format, nearest == 0 ? std::copysign(0.0, value) : nearest);
}

bool is_same(double a, double b) {
  return std::isnan(a)
             ? std::isnan(b)
             : std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

}  // namespace

TEST_CASE("every pattern of 16 and 8 bits decodes to its number and back", "[twin]") {
  const char* name = GENERATE("float16", "bfloat16", "float8_e5m2", "float8_e4m3fn");
  const auto format = truenorm::find_format(name);
  REQUIRE(format);
  const sdk::Tensor patterns = all_patterns(*format);
  const std::vector<double> values = sdk::to_doubles(patterns);
  std::size_t wrong = 0;
  for (std::size_t bits = 0; bits < values.size(); ++bits) {
    if (!is_same(values[bits], truenorm::decode(*format, bits))) ++wrong;
  }
  CHECK(wrong == 0);
  CHECK(sdk::from_doubles(name, patterns.shape, values).bytes == patterns.bytes);
  const std::vector<float> floats = sdk::to_floats(patterns);
  CHECK(std::equal(floats.begin(), floats.end(), values.begin(),
                   [](float a, double b) { return is_same(a, b); }));
}

TEST_CASE("the 8-bit formats hold what OCP says") {
  using truenorm::float8_e4m3fn;
  using truenorm::float8_e5m2;
  CHECK(rounded_bits(float8_e4m3fn, 448) == 0x7E);
  CHECK(rounded_bits(float8_e4m3fn, 464) == 0x7E);
  CHECK(rounded_bits(float8_e4m3fn, -464.5) == 0xFF);
  CHECK(rounded_bits(float8_e4m3fn, 0x1p-9) == 0x01);
  CHECK(rounded_bits(float8_e5m2, 57344) == 0x7B);
  CHECK(rounded_bits(float8_e5m2, 61440) == 0x7C);
  CHECK(rounded_bits(float8_e5m2, 0x1p-17) == 0x00);
}

TEST_CASE("halves, ties, their neighbours and the edges round as the oracle does",
          "[twin]") {
  const Format format =
      GENERATE(truenorm::float16, truenorm::bfloat16, truenorm::float32,
               truenorm::float8_e5m2, truenorm::float8_e4m3fn);
  const auto seed = GENERATE(take(20, random(1U, 1U << 30)));
  CAPTURE(format.name, seed);
  std::mt19937_64 random(seed);
  for (int i = 0; i < 500; ++i) {
    // A value with one bit more than the format holds is a tie.
    const auto odd = 2 * (random() % (std::uint64_t{1} << format.precision_bits)) + 1;
    const int span = format.emax - format.emin + 2 * format.precision_bits;
    const int exponent = format.emin - 2 * format.precision_bits +
                         static_cast<int>(random() % static_cast<std::uint64_t>(span));
    const double tie =
        std::ldexp(random() % 2 == 0 ? 1.0 : -1.0, exponent) * static_cast<double>(odd);
    for (const double value :
         {tie, std::nextafter(tie, 0.0), std::nextafter(tie, 2 * tie),
          std::bit_cast<double>(random())}) {
      if (std::isnan(value)) continue;
      CAPTURE(value);
      // Of the NaN that an overflow becomes, the oracle keeps no sign.
      REQUIRE(is_same(truenorm::decode(format, rounded_bits(format, value)),
                      truenorm::decode(format, expected_bits(format, value))));
    }
  }
}

TEST_CASE("overflow goes to infinity from half-way above the largest number") {
  const double half_way = 65520;
  CHECK(rounded_bits(truenorm::float16, half_way) == 0x7C00);
  CHECK(rounded_bits(truenorm::float16, std::nextafter(half_way, 0.0)) == 0x7BFF);
  CHECK(rounded_bits(truenorm::float32, -0x1.ffffffp+127) == 0xFF80'0000);
  CHECK(rounded_bits(truenorm::bfloat16, std::numeric_limits<double>::max()) == 0x7F80);
}

TEST_CASE("a double does not pass float32 on its way to bfloat16") {
  // Above a tie of bfloat16 by less than half an ulp of float32.
  CHECK(rounded_bits(truenorm::bfloat16, 0x1.01p+0 + 0x1p-40) == 0x3F81);
  CHECK(rounded_bits(truenorm::bfloat16, 0x1.01p+0) == 0x3F80);
}

TEST_CASE("float32 and float64 tensors keep every bit, NaN payloads too") {
  const auto signalling = std::bit_cast<float>(0x7FA0'0001U);
  const std::vector<float> floats{-0.0F, 1e-45F, signalling};
  const sdk::Tensor tensor = sdk::from_floats("float32", {3}, floats);
  const std::vector<float> back = sdk::to_floats(tensor);
  for (std::size_t i = 0; i < floats.size(); ++i) {
    CHECK(std::bit_cast<std::uint32_t>(back.at(i)) ==
          std::bit_cast<std::uint32_t>(floats[i]));
  }
  CHECK(sdk::from_doubles("float32", {3}, sdk::to_doubles(tensor)).bytes ==
        tensor.bytes);
}

TEST_CASE("a tensor's values must fit its shape, and float64 no float32") {
  const std::vector<double> values{1, 2, 3};
  CHECK_THROWS_AS(sdk::from_doubles("float32", {2}, values), std::invalid_argument);
  CHECK_THROWS_AS(sdk::from_doubles("float32", {-3}, values), std::invalid_argument);
  CHECK_THROWS_AS(sdk::from_doubles("int8", {3}, values), std::invalid_argument);
  CHECK_THROWS_AS(sdk::to_floats(sdk::from_doubles("float64", {3}, values)),
                  std::invalid_argument);
  CHECK_THROWS_AS(sdk::to_doubles({"float32", {3}, {}}), std::invalid_argument);
  CHECK(sdk::to_doubles(sdk::from_doubles("float16", {0, 2}, {})).empty());
}
