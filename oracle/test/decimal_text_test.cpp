// SPDX-License-Identifier: Apache-2.0
// Thirty digits, against MPFR's own conversion.
#include "oracle/decimal_text.hpp"

#include <mpfr.h>

#include <cstdio>

#include "oracle/test/catch.hpp"
#include "oracle/test/random_values.hpp"

namespace truenorm::twin {
namespace {

/// What printf has of a double, which MPFR rounds to nearest, ties to even.
std::string printed(double value) {
  mpfr_t number;
  mpfr_init2(number, 53);
  mpfr_set_d(number, value, MPFR_RNDN);
  char text[64];
  mpfr_snprintf(text, sizeof text, "%.29RNe", number);
  mpfr_clear(number);
  return text;
}

Interval enclosing(const Rational& value, long bits) {
  Interval interval(bits);
  interval.set(value);
  return interval;
}

}  // namespace

TEST_CASE("a double's digits are those that MPFR prints") {
  Dice dice(1);
  for (int k = 0; k < 20'000; ++k) {
    const double value = std::ldexp(dice.sign() * (1 + dice.unit()),
                                    static_cast<int>(dice.between(-1070, 1020)));
    CAPTURE(value);
    CHECK(decimal_text(exact(value)) == printed(value));
  }
  CHECK(decimal_text(Rational(0)) == "0");
}

TEST_CASE("digits are rounded to nearest, ties to even, across powers of ten") {
  const auto text = [](const char* number) { return decimal_text(Rational(number)); };
  // 31 digits, the last of them in the middle.
  CHECK(text("1000000000000000000000000000005") ==
        "1.00000000000000000000000000000e+30");
  CHECK(text("1000000000000000000000000000015") ==
        "1.00000000000000000000000000002e+30");
  CHECK(text("-9999999999999999999999999999995") ==
        "-1.00000000000000000000000000000e+31");
  CHECK(text("9999999999999999999999999999994") ==
        "9.99999999999999999999999999999e+30");
  CHECK(text("1/1000") == "1.00000000000000000000000000000e-03");
  CHECK(text("2/3") == "6.66666666666666666666666666667e-01");
  CHECK(text("10") == "1.00000000000000000000000000000e+01");
}

TEST_CASE("an interval has digits only if both of its ends have the same") {
  CHECK(decimal_text(enclosing(Rational(-1, 3), 128)) ==
        "-3.33333333333333333333333333333e-01");
  CHECK_FALSE(decimal_text(enclosing(Rational(1, 3), 64)));
  CHECK(decimal_text(enclosing(Rational(-5, 4), 64)) ==
        "-1.25000000000000000000000000000e+00");
  CHECK(decimal_text(enclosing(0, 64)) == "0");
  // About a power of ten that no binary number is, the ends have different decades.
  for (const int sign : {1, -1}) {
    const Rational power(sign, 1000);
    CHECK(decimal_text(enclosing(power, 200)) ==
          std::string(sign < 0 ? "-" : "") + "1.00000000000000000000000000000e-03");
    CHECK_FALSE(decimal_text(enclosing(power, 96)));
  }
}

}  // namespace truenorm::twin
