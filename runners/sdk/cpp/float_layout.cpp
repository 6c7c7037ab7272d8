// SPDX-License-Identifier: Apache-2.0
// Decoding and rounding as integer arithmetic on sign, exponent field and fraction.
#include "runners/sdk/cpp/float_layout.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <stdexcept>
#include <string>

namespace truenorm::sdk {
namespace {

constexpr std::array layouts{
    FloatLayout{"float64", 64, 53, -1022, true},
    FloatLayout{"float32", 32, 24, -126, true},
    FloatLayout{"float16", 16, 11, -14, true},
    FloatLayout{"bfloat16", 16, 8, -126, true},
    FloatLayout{"float8_e5m2", 8, 3, -14, true},
    FloatLayout{"float8_e4m3fn", 8, 4, -6, false},
};
constexpr const FloatLayout& binary64 = layouts[0];

constexpr std::uint64_t low_bits(int count) { return (std::uint64_t{1} << count) - 1; }

std::uint64_t sign_bit(const FloatLayout& layout) {
  return std::uint64_t{1} << (layout.storage_bits - 1);
}

/// The magnitude of an infinity; of the only NaN, where there is none.
std::uint64_t infinity_bits(const FloatLayout& layout) {
  const std::uint64_t all_ones = low_bits(layout.storage_bits - 1);
  return layout.has_infinity ? all_ones & ~low_bits(layout.precision_bits - 1)
                             : all_ones;
}

/// significand * 2^exponent.
struct Scaled {
  std::uint64_t significand;
  int exponent;
};

Scaled scaled(const FloatLayout& layout, std::uint64_t magnitude) {
  const int fraction_bits = layout.precision_bits - 1;
  const auto field = static_cast<int>(magnitude >> fraction_bits);
  const std::uint64_t fraction = magnitude & low_bits(fraction_bits);
  const std::uint64_t hidden = field > 0 ? std::uint64_t{1} << fraction_bits : 0;
  return {fraction | hidden, std::max(field, 1) - 1 + layout.emin - fraction_bits};
}

/// value / 2^shift to nearest, ties to even.
std::uint64_t shift_right_rounded(std::uint64_t value, int shift) {
  if (shift > 62) return 0;  // less than half a unit: a significand has 53 bits
  const std::uint64_t quotient = value >> shift;
  const std::uint64_t remainder = value & low_bits(shift);
  const std::uint64_t half = (std::uint64_t{1} << shift) / 2;
  const bool rounds_up = remainder > half || (remainder == half && (quotient & 1) == 1);
  return shift > 0 && rounds_up ? quotient + 1 : quotient;
}

std::uint64_t rounded_magnitude(const FloatLayout& layout, const Scaled& number) {
  if (number.significand == 0) return 0;
  const int fraction_bits = layout.precision_bits - 1;
  const int leading = std::bit_width(number.significand) - 1 + number.exponent;
  const int binade = std::max(leading, layout.emin);
  const int shift = binade - fraction_bits - number.exponent;
  const std::uint64_t steps = shift < 0
                                  ? number.significand << -shift
                                  : shift_right_rounded(number.significand, shift);
  // steps holds the hidden bit, and a carry out of the fraction is the next exponent.
  const auto offset = static_cast<std::uint64_t>(binade - layout.emin) << fraction_bits;
  return std::min(steps + offset, infinity_bits(layout));
}

/// A NaN's fraction at another width; one that would vanish becomes the quiet bit.
std::uint64_t nan_magnitude(const FloatLayout& layout, std::uint64_t fraction,
                            int fraction_bits) {
  if (!layout.has_infinity) return infinity_bits(layout);
  const int to_bits = layout.precision_bits - 1;
  const std::uint64_t resized = to_bits >= fraction_bits
                                    ? fraction << (to_bits - fraction_bits)
                                    : fraction >> (fraction_bits - to_bits);
  const std::uint64_t quiet = std::uint64_t{1} << (to_bits - 1);
  return infinity_bits(layout) | (resized == 0 ? quiet : resized);
}

}  // namespace

const FloatLayout& find_layout(std::string_view dtype) {
  const auto* found = std::find_if(layouts.begin(), layouts.end(),
                                   [&](const auto& row) { return row.dtype == dtype; });
  if (found == layouts.end()) {
    throw std::invalid_argument("unknown dtype " + std::string(dtype));
  }
  return *found;
}

double decode(const FloatLayout& layout, std::uint64_t bits) {
  const std::uint64_t sign = (bits & sign_bit(layout)) != 0 ? sign_bit(binary64) : 0;
  const std::uint64_t magnitude = bits & low_bits(layout.storage_bits - 1);
  const std::uint64_t infinity = infinity_bits(layout);
  const int fraction_bits = layout.precision_bits - 1;
  std::uint64_t result = 0;
  if (magnitude > infinity || (magnitude == infinity && !layout.has_infinity)) {
    result =
        nan_magnitude(binary64, magnitude & low_bits(fraction_bits), fraction_bits);
  } else if (magnitude == infinity) {
    result = infinity_bits(binary64);
  } else {
    result = rounded_magnitude(binary64, scaled(layout, magnitude));
  }
  return std::bit_cast<double>(sign | result);
}

std::uint64_t encode(const FloatLayout& layout, double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const std::uint64_t sign = (bits & sign_bit(binary64)) != 0 ? sign_bit(layout) : 0;
  const std::uint64_t magnitude = bits & low_bits(binary64.storage_bits - 1);
  const int fraction_bits = binary64.precision_bits - 1;
  if (magnitude > infinity_bits(binary64)) {
    return sign |
           nan_magnitude(layout, magnitude & low_bits(fraction_bits), fraction_bits);
  }
  if (magnitude == infinity_bits(binary64)) return sign | infinity_bits(layout);
  return sign | rounded_magnitude(layout, scaled(binary64, magnitude));
}

}  // namespace truenorm::sdk
