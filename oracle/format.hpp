// SPDX-License-Identifier: Apache-2.0
// Floating-point formats as data: what a dtype can hold, without native half types.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace truenorm {

/// A binary floating-point format with subnormals, signed zeros and NaN.
///
/// values   finite numbers are m * 2^e with |m| < 2^precision_bits and
///          emin - precision_bits + 1 <= e <= emax - precision_bits + 1; without
///          infinities the largest such m at emax is NaN instead
/// source   SPEC 1; IEEE 754-2019, 3.3; OCP 8-bit Floating Point Specification 1.0
struct Format {
  std::string_view name;
  int precision_bits;
  int emin;
  int emax;
  int storage_bits;
  bool has_infinity = true;

  friend bool operator==(const Format& a, const Format& b) { return a.name == b.name; }
};

inline constexpr Format float8_e4m3fn{"float8_e4m3fn", 4, -6, 8, 8, false};
inline constexpr Format float8_e5m2{"float8_e5m2", 3, -14, 15, 8};
inline constexpr Format float16{"float16", 11, -14, 15, 16};
inline constexpr Format bfloat16{"bfloat16", 8, -126, 127, 16};
inline constexpr Format float32{"float32", 24, -126, 127, 32};
inline constexpr Format float64{"float64", 53, -1022, 1023, 64};

/// Every format, those of fewer bits first.
[[nodiscard]] std::span<const Format> formats();

/// The format of that name, if there is one.
[[nodiscard]] std::optional<Format> find_format(std::string_view name);

/// The number that the low storage_bits of `bits` denote.
///
/// values   every format of SPEC 1 is a subset of binary64, so nothing is rounded
[[nodiscard]] double decode(const Format& format, std::uint64_t bits);

/// The bits of a value of the format; NaN becomes the quiet NaN.
///
/// throws   std::invalid_argument if the format does not hold the value
[[nodiscard]] std::uint64_t encode(const Format& format, double value);

/// RN: the nearest value of the format, ties to even.
///
/// values   overflow gives overflow_result; an infinity stays one where there is one
[[nodiscard]] double round_to_nearest(const Format& format, double value);

/// What rounding makes of a number beyond the format: an infinity of its sign or, in a
/// format without infinities, a NaN of its sign.
[[nodiscard]] double overflow_result(const Format& format, bool is_negative);

/// The number that an overflow counts as (SPEC 6): the first one beyond the format on
/// the grid of its largest binade, 2^(emax + 1), or 480 in float8_e4m3fn.
///
/// values   an integer multiple of 2^(emax - precision_bits + 1), as long double because
///          2^1024 is no binary64
[[nodiscard]] long double overflow_threshold(const Format& format);

/// Whether the format holds the value (NaN counts as held).
[[nodiscard]] bool is_value_of(const Format& format, double value);

[[nodiscard]] double largest_finite(const Format& format);
[[nodiscard]] double smallest_normal(const Format& format);
[[nodiscard]] double smallest_subnormal(const Format& format);

/// The next value of the format above a finite one; above the largest is +Inf, or NaN.
[[nodiscard]] double next_up(const Format& format, double value);

/// The next value of the format below a finite one; below the lowest is -Inf, or NaN.
[[nodiscard]] double next_down(const Format& format, double value);

/// k with ulp_F(y) = 2^k, for a y with 2^exponent <= |y| < 2^(exponent + 1).
///
/// values   exponents above emax count as emax (SPEC 6, the edge of overflow)
[[nodiscard]] int ulp_exponent(const Format& format, long exponent);

/// k with ulp_F(y) = 2^k for a number y; 0 has the smallest ulp.
[[nodiscard]] int ulp_exponent_of(const Format& format, double value);

/// C's %a without trailing zeros, or nan, inf, -inf.
[[nodiscard]] std::string hex_float(double value);

}  // namespace truenorm
