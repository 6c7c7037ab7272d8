// SPDX-License-Identifier: Apache-2.0
// Exact numbers: reading them, rounding them, against strtod and the twin.
#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>

#include "oracle/rational.hpp"
#include "oracle/test/catch.hpp"
#include "oracle/test/quadratic.hpp"
#include "oracle/test/random_question.hpp"

namespace truenorm::twin {
namespace {

mpq_class in_twin(const Rational& value) { return mpq_class(value.backend().data()); }

std::string random_digits(std::mt19937_64& random, std::size_t count,
                          const std::string& alphabet) {
  std::string digits;
  while (digits.size() < count) digits += alphabet[random() % alphabet.size()];
  return digits;
}

const std::string decimal = "0123456789";
const std::string hexadecimal = "0123456789abcdefABCDEF";

TEST_CASE("a finite float is read as the rational that it is", "[twin]") {
  std::mt19937_64 random(1);
  for (int i = 0; i < 50'000; ++i) {
    const auto value = std::bit_cast<double>(random());
    if (!std::isfinite(value)) continue;
    const Rational rational = exact(value);
    REQUIRE(in_twin(rational) == rational_of(value));
    // GMP's own conversion, a third way.
    REQUIRE(in_twin(rational) == mpq_class(value));
    if (value != 0) {
      REQUIRE(binary_exponent(rational) == binade({rational_of(value), 0, 0}));
    }
  }
  CHECK_THROWS_AS(exact(std::numeric_limits<double>::infinity()),
                  std::invalid_argument);
  CHECK_THROWS_AS(exact(std::numeric_limits<double>::quiet_NaN()),
                  std::invalid_argument);
  CHECK(in_twin(truenorm::power_of_two(-3)) == mpq_class(1, 8));
  CHECK(in_twin(truenorm::power_of_two(70)) == mpq_class("1180591620717411303424"));
}

TEST_CASE("binary_exponent holds at both ends of a binade", "[twin]") {
  for (long exponent = -200; exponent <= 200; exponent += 7) {
    const Rational edge = truenorm::power_of_two(exponent);
    const Rational hair = truenorm::power_of_two(exponent - 300) / 3;
    CHECK(binary_exponent(edge) == exponent);
    CHECK(binary_exponent(-edge) == exponent);
    CHECK(binary_exponent(edge + hair) == exponent);
    CHECK(binary_exponent(edge - hair) == exponent - 1);
  }
}

TEST_CASE("a rational is rounded to every format as its twin rounds it", "[twin]") {
  std::mt19937_64 random(2);
  for (std::int64_t i = 0; i < scaled_count(40'000); ++i) {
    const Format& format = formats()[random() % formats().size()];
    const auto range = static_cast<std::uint64_t>(format.emax - format.emin + 60);
    const long exponent = format.emin - 30 + static_cast<long>(random() % range);
    const auto significand = static_cast<long>(
        random() >> (random() % 2 == 0 ? 11 : 63 - format.precision_bits));
    mpq_class value = significand *
                      power_of_two(exponent - (random() % 2 == 0 ? 53 : 0)) /
                      (random() % 2 == 0 ? 1 : static_cast<long>(random() % 97 + 1));
    if (random() % 4 == 0) value += power_of_two(exponent - 300);
    if (random() % 2 == 0) value = -value;
    const double wanted = round(format, {value, 0, 0}).nearest;
    CAPTURE(format.name, value.get_str());
    const double rounded = round_to_nearest(format, Rational(value.get_mpq_t()));
    if (std::isnan(wanted)) {
      REQUIRE(std::isnan(rounded));
      REQUIRE(std::signbit(rounded) == std::signbit(wanted));
    } else {
      REQUIRE(rounded == wanted);
    }
  }
}

TEST_CASE("a rational overflows from half an ulp beyond the largest", "[twin]") {
  for (const Format& format : formats()) {
    CAPTURE(format.name);
    const Rational largest = exact(largest_finite(format));
    const Rational half_ulp =
        truenorm::power_of_two(format.emax - format.precision_bits);
    const Rational hair = truenorm::power_of_two(format.emin - 2000);
    const auto overflows = [&](const Rational& value) {
      return !std::isfinite(round_to_nearest(format, value));
    };
    // The tie goes to the even significand: 448 has one, IEEE's largest have not.
    CHECK(overflows(largest + half_ulp) == format.has_infinity);
    CHECK(overflows(-largest - half_ulp) == format.has_infinity);
    CHECK(overflows(largest + half_ulp + hair));
    CHECK(round_to_nearest(format, Rational(largest + half_ulp - hair)) ==
          largest_finite(format));
    CHECK(overflows(largest + 2 * half_ulp));
    CHECK(std::signbit(round_to_nearest(format, Rational(-largest - 2 * half_ulp))));
  }
}

TEST_CASE("random decimals are read exactly", "[twin]") {
  std::mt19937_64 random(3);
  for (std::int64_t i = 0; i < scaled_count(20'000); ++i) {
    const std::string whole = random_digits(random, 1 + random() % 20, decimal);
    const std::string fraction = random_digits(random, random() % 30, decimal);
    const long exponent = static_cast<long>(random() % 640) - 330;
    const std::string sign = random() % 2 == 0 ? "-" : "";
    std::string text = sign + whole;
    if (!fraction.empty()) text += "." + fraction;
    text += (random() % 2 == 0 ? "e" : "E") + std::to_string(exponent);
    CAPTURE(text);
    const auto value = parse_number(text);
    REQUIRE(value);
    REQUIRE(round_to_nearest(float64, *value) == std::strtod(text.c_str(), nullptr));
    const long shift = exponent - static_cast<long>(fraction.size());
    mpz_class power;
    mpz_ui_pow_ui(power.get_mpz_t(), 10, static_cast<unsigned long>(std::labs(shift)));
    mpq_class wanted(mpz_class(whole + fraction, 10));
    wanted = shift >= 0 ? mpq_class(wanted * power) : mpq_class(wanted / power);
    REQUIRE(in_twin(*value) == (sign.empty() ? wanted : mpq_class(-wanted)));
  }
}

TEST_CASE("random hex floats are read exactly", "[twin]") {
  std::mt19937_64 random(4);
  for (std::int64_t i = 0; i < scaled_count(20'000); ++i) {
    const std::string whole = random_digits(random, 1 + random() % 4, hexadecimal);
    const std::string fraction = random_digits(random, random() % 20, hexadecimal);
    const long exponent = static_cast<long>(random() % 2200) - 1130;
    const std::string text = std::string(random() % 2 == 0 ? "-" : "") + "0x" + whole +
                             (fraction.empty() ? "" : "." + fraction) + "p" +
                             (exponent > 0 && random() % 2 == 0 ? "+" : "") +
                             std::to_string(exponent);
    CAPTURE(text);
    const auto value = parse_number(text);
    REQUIRE(value);
    REQUIRE(round_to_nearest(float64, *value) == std::strtod(text.c_str(), nullptr));
    const mpq_class significand(mpz_class(whole + fraction, 16));
    REQUIRE(abs(in_twin(*value)) ==
            significand *
                power_of_two(exponent - 4 * static_cast<long>(fraction.size())));
  }
}

TEST_CASE("what is no number is refused", "[twin]") {
  for (const char* text : {"",
                           " ",
                           "-",
                           "+",
                           ".",
                           "e5",
                           "1e",
                           "1e+",
                           "1e5.0",
                           "0x",
                           "0xp1",
                           "0x1p",
                           "--1",
                           "+-1",
                           "1 ",
                           " 1",
                           "1,5",
                           "nan",
                           "inf",
                           "-inf",
                           "infinity",
                           "1/2",
                           "0b1",
                           "1_0",
                           "1f",
                           "0x1.8p1e1",
                           "1e5001",
                           "1e-5001",
                           "0x1p20001",
                           "0x1p-20001",
                           "1e99999999999999999999",
                           "0x1p-99999999999999999999",
                           "\xc2\xb5"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_number(text));
  }
  CHECK_FALSE(parse_number(std::string(100'000, '9')));
  CHECK_FALSE(parse_number(std::string("1\0", 2)));
  for (const char* text : {"", "/", "1/", "/2", "1/0", "1/00", "1/-2", "1.5/2", "1/2/3",
                           "1 / 2", "0x1/2", "1", "1e3/2"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_fraction(text));
  }
}

TEST_CASE("numbers at the limits are read", "[twin]") {
  CHECK(parse_number("0x1p20000") == truenorm::power_of_two(20000));
  CHECK(parse_number("0x1p-20000") == truenorm::power_of_two(-20000));
  CHECK(parse_number("1e5000"));
  CHECK(parse_number("1e-5000"));
  CHECK(parse_number("-0") == Rational(0));
  CHECK(parse_number("007") == Rational(7));
  CHECK(parse_number("010") == Rational(10));
  CHECK(parse_number("1e007") == Rational(10'000'000));
  CHECK(parse_number("0x1.8p-20") == Rational(3) / (1 << 21));
  CHECK(parse_number("0X1.8P+1") == Rational(3));
}

TEST_CASE("fractions are read and printed in lowest terms", "[twin]") {
  CHECK(parse_fraction("1/1000000") == Rational(1) / 1'000'000);
  CHECK(parse_fraction("-39/1024") == Rational(-39) / 1024);
  CHECK(parse_fraction("6/4") == Rational(3) / 2);
  CHECK(parse_fraction("010/08") == Rational(5) / 4);
  CHECK(fraction_text(Rational(6) / 4) == "3/2");
  CHECK(fraction_text(Rational(-1) / 1'000'000) == "-1/1000000");
  std::mt19937_64 random(5);
  for (int i = 0; i < 1'000; ++i) {
    mpq_class value(static_cast<long>(random() >> 3), random() | 1);
    value.canonicalize();
    if (random() % 2 == 0) value = -value;
    const Rational rational(value.get_mpq_t());
    REQUIRE(fraction_text(rational) ==
            value.get_num().get_str() + "/" + value.get_den().get_str());
    REQUIRE(parse_fraction(fraction_text(rational)) == rational);
  }
}

}  // namespace
}  // namespace truenorm::twin
