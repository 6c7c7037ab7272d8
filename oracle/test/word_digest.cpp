// SPDX-License-Identifier: Apache-2.0
// Random words through every operation on them.
#include <array>
#include <cmath>
#include <string_view>

#include "oracle/test/digest.hpp"
#include "oracle/test/kernel_digest.hpp"

namespace truenorm::twin {
namespace {

using filter::Word;

std::string_view name(WordOperation operation) {
  switch (operation) {
    case WordOperation::two_sum:
      return "two_sum";
    case WordOperation::two_product:
      return "two_product";
    case WordOperation::sum:
      return "sum";
    case WordOperation::sum_with_double:
      return "sum_with_double";
    case WordOperation::product:
      return "product";
    case WordOperation::product_with_double:
      return "product_with_double";
    case WordOperation::quotient:
      return "quotient";
    case WordOperation::root:
      return "root";
  }
  return "?";
}

}  // namespace

filter::Word draw_word(Dice& dice, int low_exponent, int high_exponent) {
  // Few bits, ends of a binade, or any significand.
  double significand = 1 + dice.unit();
  if (dice.one_in(4)) significand = 1 + static_cast<double>(dice.between(0, 7)) / 8;
  if (dice.one_in(8)) significand = 2 - 0x1p-52;
  const auto exponent = static_cast<int>(dice.between(low_exponent, high_exponent));
  const double hi = dice.sign() * std::ldexp(significand, exponent);
  double half_ulps = dice.unit();
  if (dice.one_in(4)) half_ulps = 0;
  if (dice.one_in(4)) half_ulps = std::ldexp(half_ulps, -50);
  if (dice.one_in(4)) half_ulps = 1 - std::ldexp(half_ulps, -50);
  // Towards 0 from a power of two half an ulp is half as large.
  if (significand == 1) half_ulps /= 2;
  double lo = dice.sign() * std::ldexp(half_ulps, exponent - 53);
  if (hi + lo != hi) lo = 0;
  return {hi, lo};
}

std::vector<KernelDigest> word_digests(const WordArithmetic& arithmetic,
                                       std::size_t rounds) {
  std::vector<KernelDigest> list;
  for (const WordOperation operation : word_operations) {
    Digest digest;
    Dice dice(static_cast<std::uint64_t>(operation));
    for (std::size_t round = 0; round < rounds; ++round) {
      std::array<Word, 8> x;
      std::array<Word, 8> y;
      std::array<Word, 8> result;
      for (std::size_t j = 0; j < x.size(); ++j) {
        x[j] = draw_word(dice, -60, 60);
        y[j] = draw_word(dice, -60, 60);
        digest.add(arithmetic.of_doubles(operation, x[j], y[j]));
      }
      if (operation == WordOperation::root) continue;
      arithmetic.of_packs(operation, x.data(), y.data(), result.data());
      for (const Word& word : result) digest.add(word);
    }
    list.push_back({"word." + std::string(name(operation)), digest.value()});
  }
  return list;
}

}  // namespace truenorm::twin
