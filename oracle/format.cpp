// SPDX-License-Identifier: Apache-2.0
// Bits to numbers and back, for any IEEE-like format that binary64 contains.
#include "oracle/format.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdio>
#include <limits>
#include <stdexcept>

#include "oracle/planted.hpp"

namespace truenorm {
namespace {

constexpr std::array all_formats{float8_e4m3fn, float8_e5m2, float16,
                                 bfloat16,      float32,     float64};

int fraction_bits(const Format& format) { return format.precision_bits - 1; }

std::uint64_t low_bits(int count) { return (std::uint64_t{1} << count) - 1; }

std::uint64_t sign_bit(const Format& format) {
  return std::uint64_t{1} << (format.storage_bits - 1);
}

std::uint64_t largest_exponent_field(const Format& format) {
  return low_bits(format.storage_bits - format.precision_bits);
}

/// 2^exponent, which must be normal in binary64.
double binary64_power_of_two(int exponent) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(exponent + 1023) << 52);
}

/// The exponent of a finite number that is normal in binary64; -1023 of any other.
int binary64_exponent(double value) {
  return static_cast<int>(std::bit_cast<std::uint64_t>(value) >> 52 & 0x7ff) - 1023;
}

}  // namespace

std::span<const Format> formats() { return all_formats; }

std::optional<Format> find_format(std::string_view name) {
  const auto found = std::find_if(all_formats.begin(), all_formats.end(),
                                  [&](const Format& f) { return f.name == name; });
  if (found == all_formats.end()) return std::nullopt;
  return *found;
}

double decode(const Format& format, std::uint64_t bits) {
  if (format.storage_bits == 64) return std::bit_cast<double>(bits);
  if (format.storage_bits == 32) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
  }
  const std::uint64_t exponent =
      (bits >> fraction_bits(format)) & largest_exponent_field(format);
  const std::uint64_t fraction = bits & low_bits(fraction_bits(format));
  const double sign = (bits & sign_bit(format)) != 0 ? -1.0 : 1.0;
  if (!format.has_infinity &&
      (bits | sign_bit(format)) == low_bits(format.storage_bits)) {
    return std::copysign(std::numeric_limits<double>::quiet_NaN(), sign);
  }
  if (format.has_infinity && exponent == largest_exponent_field(format)) {
    return fraction != 0 ? std::numeric_limits<double>::quiet_NaN()
                         : sign * std::numeric_limits<double>::infinity();
  }
  const std::uint64_t hidden =
      exponent != 0 ? std::uint64_t{1} << fraction_bits(format) : 0;
  const int above_emin = exponent != 0 ? static_cast<int>(exponent) - 1 : 0;
  return sign * static_cast<double>(fraction | hidden) *
         binary64_power_of_two(format.emin + above_emin - fraction_bits(format));
}

std::uint64_t encode(const Format& format, double value) {
  const std::uint64_t top = largest_exponent_field(format) << fraction_bits(format);
  if (std::isnan(value)) {
    return top | (format.has_infinity ? std::uint64_t{1} << (fraction_bits(format) - 1)
                                      : low_bits(fraction_bits(format)));
  }
  if (!is_value_of(format, value)) {
    throw std::invalid_argument(std::string(format.name) + " does not hold " +
                                hex_float(value));
  }
  if (format.storage_bits == 64) return std::bit_cast<std::uint64_t>(value);
  const std::uint64_t sign = std::signbit(value) ? sign_bit(format) : 0;
  if (std::isinf(value)) return sign | top;
  if (value == 0) return sign;
  const int exponent = std::max(binary64_exponent(value), format.emin);
  const auto significand = static_cast<std::uint64_t>(
      std::fabs(value) * binary64_power_of_two(fraction_bits(format) - exponent));
  // The hidden bit of a normal number carries into the exponent field.
  return sign + significand +
         (static_cast<std::uint64_t>(exponent - format.emin) << fraction_bits(format));
}

double round_to_nearest(const Format& format, double value) {
  if (format.storage_bits == 64 || std::isnan(value) || value == 0) return value;
  if (std::isinf(value)) return overflow_result(format, value < 0);
  const int exponent = binary64_exponent(value);
  if (exponent > format.emax) return overflow_result(format, value < 0);
  const int ulp = std::max(exponent, format.emin) - fraction_bits(format);
  // |value| < 2^(ulp + 24) is so much less than 2^(ulp + 52) that the sum stays within
  // [2^(ulp + 52), 2^(ulp + 53)), where binary64 has the spacing 2^ulp: the addition
  // rounds to it, ties to even, and the subtraction is exact.
  const double shifter = 1.5 * binary64_power_of_two(ulp + 52);
  const double rounded = std::copysign((value + shifter) - shifter, value);
  if (std::fabs(rounded) > largest_finite(format)) {
    return overflow_result(format, value < 0);
  }
  return rounded;
}

double overflow_result(const Format& format, bool is_negative) {
  const double magnitude = format.has_infinity
                               ? std::numeric_limits<double>::infinity()
                               : std::numeric_limits<double>::quiet_NaN();
  return std::copysign(magnitude, is_negative ? -1.0 : 1.0);
}

long double overflow_threshold(const Format& format) {
  return static_cast<long double>(largest_finite(format)) +
         std::ldexp(1.0L, ulp_exponent(format, format.emax));
}

bool is_value_of(const Format& format, double value) {
  return std::isnan(value) || round_to_nearest(format, value) == value;
}

double largest_finite(const Format& format) {
  const int ulps_below_power = format.has_infinity ? 1 : 2;
  return (2.0 - ulps_below_power * binary64_power_of_two(-fraction_bits(format))) *
         binary64_power_of_two(format.emax);
}

double smallest_normal(const Format& format) { return std::ldexp(1.0, format.emin); }

double smallest_subnormal(const Format& format) {
  return std::ldexp(1.0, format.emin - fraction_bits(format));
}

double next_up(const Format& format, double value) {
  if (value == 0) return smallest_subnormal(format);
  const std::uint64_t bits = encode(format, value);
  return decode(format, value > 0 ? bits + 1 : bits - 1);
}

double next_down(const Format& format, double value) {
  return -next_up(format, -value);
}

int ulp_exponent(const Format& format, long exponent) {
  const long clamped = std::clamp<long>(
      exponent,
      static_cast<long>(format.emin) - (is_planted("subnormals_finer") ? 1 : 0),
      format.emax);
  return static_cast<int>(clamped) - fraction_bits(format);
}

int ulp_exponent_of(const Format& format, double value) {
  return ulp_exponent(format, value == 0 ? format.emin : std::ilogb(value));
}

std::string hex_float(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%a", value);
  return text.data();
}

}  // namespace truenorm
