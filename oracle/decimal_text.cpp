// SPDX-License-Identifier: Apache-2.0
// Scaled by a power of ten, a number's digits are an integer.
#include "oracle/decimal_text.hpp"

#include <cmath>
#include <cstdlib>

namespace truenorm {
namespace {

constexpr int digit_count = 30;

/// |value| / 10^unit to the nearest integer, ties to even.
Integer rounded_to_unit(const Rational& value, long unit) {
  mpq_srcptr number = value.backend().data();
  Integer numerator;
  Integer denominator;
  mpz_ptr top = numerator.backend().data();
  mpz_ptr bottom = denominator.backend().data();
  mpz_ui_pow_ui(unit < 0 ? top : bottom, 10,
                static_cast<unsigned long>(std::labs(unit)));
  if (unit < 0) {
    mpz_mul(top, top, mpq_numref(number));
    mpz_set(bottom, mpq_denref(number));
  } else {
    mpz_set(top, mpq_numref(number));
    mpz_mul(bottom, bottom, mpq_denref(number));
  }
  mpz_abs(top, top);
  Integer quotient;
  mpz_tdiv_qr(quotient.backend().data(), top, top, bottom);
  mpz_mul_2exp(top, top, 1);
  const int side = mpz_cmp(top, bottom);
  if (side > 0 || (side == 0 && mpz_odd_p(quotient.backend().data()))) ++quotient;
  return quotient;
}

/// A number other than 0 as an integer of 30 digits times a power of ten.
struct Digits {
  explicit Digits(const Rational& value) {
    // Right or one too low, as 2^e <= |value| < 2^(e + 1); binary64 finds the floor, as no
    // multiple of log10(2) but 0 comes that close to an integer.
    const auto power = static_cast<double>(binary_exponent(value));
    unit = std::lround(std::floor(power * (M_LN2 / M_LN10))) - (digit_count - 1);
    digits = rounded_to_unit(value, unit);
    if (mpz_sizeinbase(digits.backend().data(), 10) <= digit_count) return;
    if (digits.str().size() <= digit_count) return;
    ++unit;
    digits = rounded_to_unit(value, unit);
  }

  [[nodiscard]] std::string text(bool is_negative) const {
    const std::string all = digits.str();
    const long exponent = unit + digit_count - 1;
    const std::string power = std::to_string(std::labs(exponent));
    return (is_negative ? "-" : "") + all.substr(0, 1) + "." + all.substr(1) +
           (exponent < 0 ? "e-" : "e+") + (power.size() < 2 ? "0" : "") + power;
  }

  Integer digits;
  long unit = 0;
};

}  // namespace

std::string decimal_text(const Rational& value) {
  return value == 0 ? "0" : Digits(value).text(value < 0);
}

std::optional<std::string> decimal_text(const Interval& value) {
  const Rational low = value.low();
  const Rational high = value.high();
  if (low.sign() != high.sign()) return std::nullopt;
  if (low == 0) return "0";
  const bool is_negative = low < 0;
  // In the unit of the end nearer to 0 the other one has more digits if its own is larger.
  const Digits nearer(is_negative ? high : low);
  if (rounded_to_unit(is_negative ? low : high, nearer.unit) != nearer.digits) {
    return std::nullopt;
  }
  return nearer.text(is_negative);
}

}  // namespace truenorm
