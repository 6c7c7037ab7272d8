// SPDX-License-Identifier: Apache-2.0
// Exact rationals out of floats and texts, and their one rounding.
#include "oracle/rational.hpp"

#include <cctype>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "oracle/planted.hpp"

namespace truenorm {
namespace {

constexpr long largest_decimal_exponent = 5000;
constexpr long largest_binary_exponent = 20000;
constexpr std::size_t longest_number = 2000;

/// Reads a text from the left.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  bool skip(char c) {
    if (rest_.empty() || std::tolower(static_cast<unsigned char>(rest_[0])) != c) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }

  /// Digits of the base, appended to `digits`; how many there were.
  std::size_t read_digits(int base, std::string& digits) {
    std::size_t count = 0;
    const auto is_digit = [&](unsigned char c) {
      return base == 16 ? std::isxdigit(c) != 0 : std::isdigit(c) != 0;
    };
    while (count < rest_.size() && is_digit(static_cast<unsigned char>(rest_[count]))) {
      ++count;
    }
    digits += rest_.substr(0, count);
    rest_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view rest_;
};

Integer integer_of(const std::string& digits, int base) {
  // A leading 0 would mean octal.
  const auto first = digits.find_first_not_of('0');
  if (first == std::string::npos) return 0;
  return Integer((base == 16 ? "0x" : "") + digits.substr(first));
}

/// The signed exponent that follows e or p; nothing if it is malformed or too large.
std::optional<long> read_exponent(Cursor& cursor, long limit) {
  const bool is_negative = cursor.skip('-');
  if (!is_negative) cursor.skip('+');
  std::string digits;
  if (cursor.read_digits(10, digits) == 0) return std::nullopt;
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  if (digits.size() > 6) return std::nullopt;
  const long value = digits.empty() ? 0 : std::stol(digits);
  if (value > limit) return std::nullopt;
  return is_negative ? -value : value;
}

Integer power(int base, long exponent) {
  return boost::multiprecision::pow(Integer(base), static_cast<unsigned>(exponent));
}

}  // namespace

Rational power_of_two(long exponent) {
  const Integer magnitude = Integer(1) << std::labs(exponent);
  return exponent >= 0 ? Rational(magnitude) : Rational(Integer(1), magnitude);
}

Rational exact(double value) {
  if (!std::isfinite(value)) {
    throw std::invalid_argument(hex_float(value) + " is no rational");
  }
  Rational result;
  mpq_set_d(result.backend().data(), value);
  return result;
}

long binary_exponent(const Rational& value) {
  const Integer numerator = abs(boost::multiprecision::numerator(value));
  const Integer denominator = boost::multiprecision::denominator(value);
  const long estimate =
      static_cast<long>(msb(numerator)) - static_cast<long>(msb(denominator));
  // 2^(estimate - 1) < |value| < 2^(estimate + 1)
  const bool reaches = estimate >= 0 ? numerator >= (denominator << estimate)
                                     : (numerator << -estimate) >= denominator;
  return reaches ? estimate : estimate - 1;
}

double round_to_nearest(const Format& format, const Rational& value) {
  if (value == 0) return 0;
  const bool is_negative = value < 0;
  const long exponent = binary_exponent(value);
  if (exponent > format.emax) return overflow_result(format, is_negative);
  const int ulp = ulp_exponent(format, exponent);
  Integer numerator = abs(boost::multiprecision::numerator(value));
  Integer denominator = boost::multiprecision::denominator(value);
  if (ulp >= 0) {
    denominator <<= ulp;
  } else {
    numerator <<= -ulp;
  }
  Integer quotient;
  Integer remainder;
  divide_qr(numerator, denominator, quotient, remainder);
  const int half = Integer(remainder * 2).compare(denominator);
  const bool is_odd = bit_test(quotient, 0) || is_planted("ties_away");
  if (half > 0 || (half == 0 && is_odd)) ++quotient;
  const double rounded = std::ldexp(quotient.convert_to<double>(), ulp);
  if (rounded > largest_finite(format)) return overflow_result(format, is_negative);
  return is_negative ? -rounded : rounded;
}

long double to_long_double(const Rational& value) {
  if (value == 0) return 0;
  // By way of [1, 2), because the value may lie beyond the range of double.
  const long exponent = binary_exponent(value);
  const Rational scaled = value * power_of_two(-exponent);
  const double high = round_to_nearest(float64, scaled);
  const double low = round_to_nearest(float64, Rational(scaled - exact(high)));
  return std::ldexp(static_cast<long double>(high) + low, static_cast<int>(exponent));
}

std::optional<Rational> parse_number(std::string_view text) {
  if (text.size() > longest_number) return std::nullopt;
  Cursor cursor(text);
  const bool is_negative = cursor.skip('-');
  if (!is_negative) cursor.skip('+');
  std::string digits;
  int base = 10;
  std::size_t whole = cursor.read_digits(10, digits);
  if (whole == 1 && digits == "0" && cursor.skip('x')) {
    base = 16;
    digits.clear();
    whole = cursor.read_digits(16, digits);
  }
  const std::size_t fractional =
      cursor.skip('.') ? cursor.read_digits(base, digits) : 0;
  if (whole + fractional == 0) return std::nullopt;
  long exponent = 0;
  if (cursor.skip(base == 16 ? 'p' : 'e')) {
    const auto read = read_exponent(
        cursor, base == 16 ? largest_binary_exponent : largest_decimal_exponent);
    if (!read) return std::nullopt;
    exponent = *read;
  }
  if (!cursor.at_end()) return std::nullopt;
  Rational value(integer_of(digits, base));
  if (base == 16) {
    value *= power_of_two(exponent - 4 * static_cast<long>(fractional));
  } else {
    const long shift = exponent - static_cast<long>(fractional);
    if (shift >= 0) {
      value *= Rational(power(10, shift));
    } else {
      value /= Rational(power(10, -shift));
    }
  }
  return is_negative ? Rational(-value) : value;
}

std::optional<Rational> parse_fraction(std::string_view text) {
  if (text.size() > longest_number) return std::nullopt;
  Cursor cursor(text);
  const bool is_negative = cursor.skip('-');
  if (!is_negative) cursor.skip('+');
  std::string numerator;
  std::string denominator;
  if (cursor.read_digits(10, numerator) == 0 || !cursor.skip('/') ||
      cursor.read_digits(10, denominator) == 0 || !cursor.at_end()) {
    return std::nullopt;
  }
  const Integer divisor = integer_of(denominator, 10);
  if (divisor == 0) return std::nullopt;
  const Rational value(integer_of(numerator, 10), divisor);
  return is_negative ? Rational(-value) : value;
}

std::string fraction_text(const Rational& value) {
  return boost::multiprecision::numerator(value).str() + "/" +
         boost::multiprecision::denominator(value).str();
}

}  // namespace truenorm
