// SPDX-License-Identifier: Apache-2.0
// Exact rationals: how they are read, made from floats, and rounded once.
#pragma once

#include <boost/multiprecision/gmp.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "oracle/format.hpp"

namespace truenorm {

using Integer = boost::multiprecision::number<boost::multiprecision::gmp_int,
                                              boost::multiprecision::et_off>;
using Rational = boost::multiprecision::number<boost::multiprecision::gmp_rational,
                                               boost::multiprecision::et_off>;

/// The rational that a finite float is.
///
/// throws   std::invalid_argument for NaN and infinities
[[nodiscard]] Rational exact(double value);

/// 2^exponent.
[[nodiscard]] Rational power_of_two(long exponent);

/// RN_F(value): nearest, ties to even, subnormals kept, overflow_result beyond.
[[nodiscard]] double round_to_nearest(const Format& format, const Rational& value);

/// The value to about 60 bits; beyond the exponents of long double, an infinity or 0.
[[nodiscard]] long double to_long_double(const Rational& value);

/// e with 2^e <= |value| < 2^(e + 1), for value != 0.
[[nodiscard]] long binary_exponent(const Rational& value);

/// The exact number that a decimal (12, -1.5e-3) or a hex float (0x1.8p-20) writes.
///
/// values   exponents beyond +-5000 (decimal) or +-20000 (binary) are refused, so that
///          a short text cannot ask for gigabytes
/// result   nothing if the text is no such number; nan and inf are none
[[nodiscard]] std::optional<Rational> parse_number(std::string_view text);

/// The exact number that a fraction such as 1/1000000 writes.
///
/// result   nothing if the text is no fraction of two integers, or divides by 0
[[nodiscard]] std::optional<Rational> parse_fraction(std::string_view text);

/// numerator/denominator in lowest terms, as parse_fraction reads it.
[[nodiscard]] std::string fraction_text(const Rational& value);

}  // namespace truenorm
