// SPDX-License-Identifier: Apache-2.0
// Collecting square roots by their square class.
#include "oracle/decide.hpp"

#include <array>
#include <boost/multiprecision/integer.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "oracle/planted.hpp"

namespace truenorm {
namespace {

constexpr std::array<unsigned, 32> primes{
    3,  5,  7,  11, 13, 17, 19, 23, 29,  31,  37,  41,  43,  47,  53,  59,
    61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137};

/// Legendre's symbol by Euler's criterion, for a residue that the prime does not divide.
bool is_quadratic_residue(unsigned residue, unsigned prime) {
  std::uint64_t power = 1;
  std::uint64_t base = residue;
  for (unsigned exponent = (prime - 1) / 2; exponent > 0; exponent /= 2) {
    if (exponent % 2 == 1) power = power * base % prime;
    base = base * base % prime;
  }
  return power == 1;
}

/// An integer in the square class of the rational d: numerator * denominator, which is d
/// times the square of its denominator.
Integer class_member(const Rational& d) {
  return boost::multiprecision::numerator(d) * boost::multiprecision::denominator(d);
}

/// The same number for all members of a square class: for each prime p, whether p divides
/// a member an odd number of times, and if not, whether what p leaves is a residue. A
/// square factor changes neither.
std::uint64_t fingerprint(const Integer& member) {
  std::uint64_t print = 0;
  for (const unsigned prime : primes) {
    Integer rest = member;
    bool is_odd = false;
    while (rest % prime == 0) {
      rest /= prime;
      is_odd = !is_odd;
    }
    const auto residue = static_cast<unsigned>(Integer(rest % prime));
    const bool is_residue = !is_odd && is_quadratic_residue(residue, prime);
    print = print * 4 + (is_odd ? 2 : 0) + (is_residue ? 1 : 0);
  }
  return print;
}

/// t with left/right = t^2, if it is rational.
std::optional<Rational> ratio_of_roots(const Rational& left, const Rational& right) {
  const Surd root = square_root(left / right);
  if (!root.is_rational()) return std::nullopt;
  return root.a;
}

/// overflow_threshold, which may be 2^1024, as a rational.
Rational exact_threshold(const Format& format) {
  return exact(largest_finite(format)) +
         power_of_two(ulp_exponent(format, format.emax));
}

struct SquareClass {
  Rational d;            ///< of the first term that was met
  Rational coefficient;  ///< of sqrt(d)
};

}  // namespace

std::optional<Rational> rational_value(const SurdTerms& terms) {
  Rational rational_part = 0;
  // Members of one class have one fingerprint, so only those need be compared.
  std::map<std::uint64_t, std::vector<SquareClass>> classes;
  terms([&](const Surd& term) {
    rational_part += term.a;
    if (term.is_rational()) return;
    std::vector<SquareClass>& alike = classes[fingerprint(class_member(term.d))];
    bool is_collected = false;
    for (SquareClass& known : alike) {
      const std::optional<Rational> ratio = ratio_of_roots(term.d, known.d);
      if (!ratio) continue;
      known.coefficient += is_planted("class_ratio_dropped") ? term.b : term.b * *ratio;
      is_collected = true;
      break;
    }
    if (!is_collected) alike.push_back({term.d, term.b});
  });
  for (const auto& [print, alike] : classes) {
    for (const SquareClass& known : alike) {
      if (known.coefficient != 0 && !is_planted("irrational_part_dropped")) {
        return std::nullopt;
      }
    }
  }
  return rational_part;
}

Truth exact_truth(const Rational& value, const Format& format) {
  Truth truth;
  truth.level = Level::decide;
  truth.rounded = round_to_nearest(format, value);
  truth.overflows = !std::isfinite(truth.rounded);
  const long exponent = value == 0 ? format.emin : binary_exponent(value);
  truth.ulp_exponent = ulp_exponent(format, exponent);
  const Rational base = truth.overflows
                            ? Rational(exact_threshold(format) * value.sign())
                            : exact(truth.rounded);
  const Rational tail = (value - base) * power_of_two(-truth.ulp_exponent);
  if (tail == 0) return truth;
  truth.tail_ulps = round_to_nearest(float64, tail);
  // Rounding to double keeps the sign of a tail, however short it is.
  if (truth.tail_ulps == 0) {
    truth.tail_ulps = tail.sign() * std::numeric_limits<double>::denorm_min();
  }
  return truth;
}

}  // namespace truenorm
