// SPDX-License-Identifier: Apache-2.0
// The filter's kernels by themselves: the same bits everywhere, and within their bounds.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "oracle/filter/kernels.hpp"
#include "oracle/rational.hpp"
#include "oracle/test/catch.hpp"
#include "oracle/test/kernel_digest.hpp"

namespace truenorm::twin {
namespace {

using filter::Bounded;
using filter::LongSum;
using filter::Word;

constexpr std::size_t rounds = 300;

std::vector<std::string> sets_of(const std::vector<filter::NamedKernels>& all) {
  std::vector<std::string> names;
  for (const auto& named : all) names.emplace_back(named.instruction_set);
  return names;
}

Rational exact(const Word& word) {
  return truenorm::exact(word.hi) + truenorm::exact(word.lo);
}

Rational magnitude(const Rational& value) {
  return value < 0 ? Rational(-value) : value;
}

bool holds(const Bounded& number, const Rational& value) {
  return magnitude(exact(number.value) - value) <= truenorm::exact(number.error);
}

/// bounds.md, section 2.
Bounded bounded(const LongSum& sum, double lost) {
  return {sum.sum, (0x1p10 + 4 * sum.chunks) * 0x1p-106 * sum.magnitudes + lost};
}

TEST_CASE("the portable kernels are among those of every machine", "[kernels]") {
  const std::vector<std::string> names = sets_of(filter::all_kernels());
  CHECK(std::ranges::count(names, "SCALAR") + std::ranges::count(names, "EMU128") == 1);
}

TEST_CASE("every instruction set gives the same bits", "[kernels]") {
  const auto all = filter::all_kernels();
  const auto words = all_word_arithmetic();
  const auto expected = kernel_digests(all.back().kernels, rounds, 0);
  const auto expected_words = word_digests(words.back(), rounds);
  for (const auto& named : all) {
    CAPTURE(named.instruction_set);
    const auto digests = kernel_digests(named.kernels, rounds, 0);
    REQUIRE(digests.size() == expected.size());
    for (std::size_t k = 0; k < digests.size(); ++k) {
      CAPTURE(digests[k].kernel);
      CHECK(digests[k] == expected[k]);
    }
  }
  for (const WordArithmetic& arithmetic : words) {
    CAPTURE(arithmetic.instruction_set);
    CHECK(word_digests(arithmetic, rounds) == expected_words);
  }
}

TEST_CASE("what stands behind a chunk's last element does not matter", "[kernels]") {
  const double padding = GENERATE(-7.5, std::numeric_limits<double>::quiet_NaN(),
                                  -std::numeric_limits<double>::infinity());
  CAPTURE(padding);
  for (const auto& named : filter::all_kernels()) {
    CAPTURE(named.instruction_set);
    const auto expected = kernel_digests(named.kernels, rounds, 0);
    const auto digests = kernel_digests(named.kernels, rounds, padding);
    for (std::size_t k = 0; k < digests.size(); ++k) {
      CAPTURE(digests[k].kernel);
      CHECK(digests[k] == expected[k]);
    }
  }
}

TEST_CASE("decode agrees with the formats on every pattern", "[kernels]") {
  for (const auto& named : filter::all_kernels()) {
    for (const Format& format : formats()) {
      if (format.storage_bits > 16) continue;
      CAPTURE(named.instruction_set, format.name);
      const std::size_t count = std::size_t{1} << format.storage_bits;
      const auto width = static_cast<std::size_t>(format.storage_bits / 8);
      std::vector<std::byte> bytes(count * width);
      for (std::size_t bits = 0; bits < count; ++bits) {
        std::memcpy(bytes.data() + bits * width, &bits, width);
      }
      // Odd lengths, so that every pattern meets the ends of a vector too.
      std::vector<double> values(count + 8);
      for (std::size_t begin = 0; begin < count; begin += 1021) {
        named.kernels.decode(format, bytes.data() + begin * width,
                             std::min<std::size_t>(1021, count - begin),
                             values.data() + begin);
      }
      std::size_t wrong = 0;
      for (std::size_t bits = 0; bits < count; ++bits) {
        const double expected = truenorm::decode(format, bits);
        wrong += std::isnan(expected) ? !std::isnan(values[bits])
                                      : std::bit_cast<std::uint64_t>(expected) !=
                                            std::bit_cast<std::uint64_t>(values[bits]);
      }
      CHECK(wrong == 0);
    }
  }
}

/// Elements that cancel, or lie far apart, or both.
std::vector<double> draw_terms(Dice& dice, std::size_t count, int spread) {
  std::vector<double> values(filter::chunk_size, 0);
  for (std::size_t i = 0; i < count; ++i) {
    const auto exponent = static_cast<int>(dice.between(-spread, spread));
    values[i] = std::ldexp(dice.normal(), exponent);
    if (i > 0 && dice.one_in(3)) values[i] = -values[i - 1];
    if (dice.one_in(4)) values[i] = static_cast<float>(values[i]);
  }
  return values;
}

struct Chunks {
  std::vector<std::vector<double>> values;
  std::vector<std::size_t> counts;
  double size = 0;
};

Chunks draw_chunks(Dice& dice) {
  Chunks chunks;
  const std::int64_t number = dice.between(1, 4);
  const auto spread = static_cast<int>(dice.among(std::array{0, 3, 40, 100}));
  for (std::int64_t k = 0; k < number; ++k) {
    const std::size_t count =
        k + 1 < number ? filter::chunk_size
                       : static_cast<std::size_t>(dice.between(1, filter::chunk_size));
    chunks.values.push_back(draw_terms(dice, count, spread));
    chunks.counts.push_back(count);
    chunks.size += static_cast<double>(count);
  }
  return chunks;
}

TEST_CASE("sums over chunks, and the statistics made of them, keep within their bounds",
          "[kernels][twin]") {
  const auto seed = GENERATE(range(0, 25));
  CAPTURE(seed);
  Dice dice(static_cast<std::uint64_t>(seed));
  const filter::Kernels& kernels = filter::kernels();
  const Chunks x = draw_chunks(dice);
  filter::GroupForm form;
  form.size = x.size;
  form.divisor = x.size;
  form.eps = {std::ldexp(1 + dice.unit(), static_cast<int>(dice.between(-40, 0))), 0};

  filter::RoughSums rough;
  for (std::size_t k = 0; k < x.values.size(); ++k) {
    kernels.rough(x.values[k].data(), x.counts[k], rough);
  }
  const double reference = rough.sum / x.size;
  filter::CentralSums central;
  Rational sum = 0;
  Rational differences = 0;
  Rational squares = 0;
  Rational sum_of_squares = 0;
  for (std::size_t k = 0; k < x.values.size(); ++k) {
    kernels.central(x.values[k].data(), x.counts[k], form, reference, central);
    for (std::size_t i = 0; i < x.counts[k]; ++i) {
      const Rational value = truenorm::exact(x.values[k][i]);
      const Rational difference = value - truenorm::exact(reference);
      sum += value;
      sum_of_squares += value * value;
      differences += difference;
      squares += difference * difference;
    }
  }
  CHECK(holds(bounded(central.differences, 0), differences));
  // Squares of the smallest elements underflow.
  CHECK(holds(bounded(central.squares, 0x1p-1000), squares));

  filter::GroupStatistics group;
  kernels.statistics(form, rough, central, {}, group);
  if (!group.is_usable) return;
  const Rational size = truenorm::exact(x.size);
  const Rational mean = sum / size;
  const Rational variance = sum_of_squares / size - mean * mean;
  const Rational inside = variance + exact(form.eps);
  CHECK(holds(group.shift, mean - truenorm::exact(reference)));
  CHECK(holds(group.spread, variance));
  const auto square_is_around = [](const Bounded& root, const Rational& value) {
    const Rational middle = exact(root.value);
    const Rational error = truenorm::exact(root.error);
    const Rational low = middle - error;
    const Rational high = middle + error;
    return low > 0 && low * low <= value && value <= high * high;
  };
  CHECK(square_is_around(group.scale, inside));
  CHECK(square_is_around(group.reciprocal, 1 / inside));
}

TEST_CASE("sums of products with deviations keep within their bounds",
          "[kernels][twin]") {
  const auto seed = GENERATE(range(0, 25));
  CAPTURE(seed);
  Dice dice(static_cast<std::uint64_t>(seed));
  const auto count = static_cast<std::size_t>(dice.between(1, filter::chunk_size));
  const auto x = draw_terms(dice, count, 20);
  const auto v = draw_terms(dice, count, 20);
  const auto gamma = draw_terms(dice, count, 3);
  filter::GroupConstants constants;
  constants.reference = dice.normal();
  constants.shift = {dice.normal() * 0x1p-30, 0};
  constants.shift_error = dice.one_in(2) ? 0 : 0x1p-100;
  constants.gamma_offset = dice.between(0, 1);
  constants.reciprocal = {1, 0};
  constants.is_narrow = true;
  filter::ElementArrays elements;
  elements.count = count;
  elements.x = x.data();
  elements.v = v.data();
  if (dice.one_in(2)) elements.gamma = gamma.data();
  filter::ProductSums sums;
  filter::kernels().products(elements, constants, sums);

  const Rational mean = truenorm::exact(constants.reference) + exact(constants.shift) +
                        truenorm::exact(constants.shift_error);
  Rational of_v = 0;
  Rational moments = 0;
  for (std::size_t i = 0; i < count; ++i) {
    Rational weighted = truenorm::exact(v[i]);
    if (elements.gamma != nullptr) {
      weighted *= truenorm::exact(gamma[i]) + Rational(constants.gamma_offset);
    }
    of_v += weighted;
    moments += weighted * (truenorm::exact(x[i]) - mean);
  }
  // With a scale of 1 these derivatives are -sum v and -1/2 sum v c.
  filter::GroupStatistics group;
  group.reciprocal = {{1, 0}, 0};
  group.root_share = {{1, 0}, 0};
  const auto derivative = [&](Quantity quantity) {
    return filter::kernels().quantity(quantity, {}, group, constants, sums, {});
  };
  CHECK(holds(derivative(Quantity::dmean), -of_v));
  CHECK(holds(derivative(Quantity::dvariance), -moments / 2));
}

/// The bound that word_inl.hpp states, in units of 2^-106; 0 for an exact operation.
double stated_bound(WordOperation operation) {
  switch (operation) {
    case WordOperation::two_sum:
    case WordOperation::two_product:
      return 0;
    case WordOperation::sum:
      return 3.1;
    case WordOperation::sum_with_double:
    case WordOperation::product_with_double:
      return 2;
    case WordOperation::product:
      return 5;
    case WordOperation::quotient:
      return 15.1;
    case WordOperation::root:
      return 3.2;
  }
  return 0;
}

Rational exact_result(WordOperation operation, const Word& x, const Word& y) {
  switch (operation) {
    case WordOperation::two_sum:
      return truenorm::exact(x.hi) + truenorm::exact(y.hi);
    case WordOperation::two_product:
      return truenorm::exact(x.hi) * truenorm::exact(y.hi);
    case WordOperation::sum:
      return exact(x) + exact(y);
    case WordOperation::sum_with_double:
      return exact(x) + truenorm::exact(y.hi);
    case WordOperation::product:
      return exact(x) * exact(y);
    case WordOperation::product_with_double:
      return exact(x) * truenorm::exact(y.hi);
    case WordOperation::quotient:
      return exact(x) / exact(y);
    case WordOperation::root:
      break;
  }
  return exact(x);
}

bool keeps_bound(WordOperation operation, const Word& x, const Word& y,
                 const Word& result) {
  const Rational value = exact_result(operation, x, y);
  const Rational bound = truenorm::exact(stated_bound(operation)) * power_of_two(-106);
  if (operation != WordOperation::root) {
    return magnitude(exact(result) - value) <= bound * magnitude(value);
  }
  // (1 - b) sqrt(x) <= result <= (1 + b) sqrt(x)
  const Rational square = exact(result) * exact(result);
  return (1 - bound) * (1 - bound) * value <= square &&
         square <= (1 + bound) * (1 + bound) * value;
}

TEST_CASE("double-word arithmetic keeps within its stated bounds", "[kernels][twin]") {
  for (const WordArithmetic& arithmetic : all_word_arithmetic()) {
    for (const WordOperation operation : word_operations) {
      CAPTURE(arithmetic.instruction_set, static_cast<int>(operation));
      Dice dice(static_cast<std::uint64_t>(operation));
      int broken = 0;
      int unequal = 0;
      int unnormalized = 0;
      for (int round = 0; round < 500; ++round) {
        std::array<Word, 8> x;
        std::array<Word, 8> y;
        std::array<Word, 8> result;
        for (std::size_t j = 0; j < x.size(); ++j) {
          const int window = dice.one_in(2) ? 2 : 60;
          x[j] = draw_word(dice, -window, window);
          y[j] = draw_word(dice, -window, window);
          // Sums that cancel nearly or in full.
          if (dice.one_in(4)) y[j] = {-x[j].hi, dice.one_in(4) ? -x[j].lo : 0};
          if (dice.one_in(8)) y[j].hi = -std::nextafter(x[j].hi, 4 * x[j].hi);
          if (y[j].hi + y[j].lo != y[j].hi) y[j].lo = 0;
          if (operation == WordOperation::root && x[j].hi < 0) {
            x[j] = {-x[j].hi, -x[j].lo};
          }
        }
        if (operation != WordOperation::root) {
          arithmetic.of_packs(operation, x.data(), y.data(), result.data());
        }
        for (std::size_t j = 0; j < x.size(); ++j) {
          const Word one = arithmetic.of_doubles(operation, x[j], y[j]);
          if (operation == WordOperation::root) result[j] = one;
          unequal += one.hi != result[j].hi || one.lo != result[j].lo;
          unnormalized += result[j].hi + result[j].lo != result[j].hi;
          broken += !keeps_bound(operation, x[j], y[j], result[j]);
        }
      }
      CHECK(broken == 0);
      CHECK(unequal == 0);
      CHECK(unnormalized == 0);
    }
  }
}

/// A number of the format's grid, or half-way between two, that is not negative.
Rational draw_boundary(Dice& dice, const Format& format) {
  const double largest = largest_finite(format);
  switch (dice.between(0, 7)) {
    case 0:
      return truenorm::exact(smallest_subnormal(format)) *
             Rational(dice.between(0, 8)) / 2;
    case 1:
      return truenorm::exact(smallest_normal(format));
    case 2:  // the edge of overflow, and what rounds to it
      return truenorm::exact(largest);
    case 3:
      return truenorm::exact(largest) +
             power_of_two(format.emax - format.precision_bits + 1) / 2;
    case 4: {
      const auto exponent = static_cast<long>(dice.between(format.emin, format.emax));
      return power_of_two(exponent);
    }
    default: {
      const int lowest = format.emin - format.precision_bits;
      const auto exponent = static_cast<long>(
          dice.one_in(2) ? dice.between(lowest, format.emax - format.precision_bits)
                         : dice.between(-20, 3) - format.precision_bits);
      const auto significand =
          static_cast<std::int64_t>(dice.bits() >> (63 - format.precision_bits));
      return Rational(significand) * power_of_two(std::max<long>(exponent, lowest));
    }
  }
}

/// value as a word, if it is one.
bool take_word(const Rational& value, Word& word) {
  word.hi = round_to_nearest(float64, value);
  if (!std::isfinite(word.hi)) return false;
  const Rational rest = value - truenorm::exact(word.hi);
  word.lo = round_to_nearest(float64, rest);
  return truenorm::exact(word.lo) == rest;
}

/// The distance of the format's numbers around |value|; below a power of two, that below.
Rational ulp_around(const Format& format, const Rational& value) {
  const Rational normal = truenorm::exact(smallest_normal(format));
  if (value <= normal) return truenorm::exact(smallest_subnormal(format));
  return power_of_two(binary_exponent(value) - format.precision_bits + 1);
}

TEST_CASE("a number is settled only where all within its bound round alike",
          "[kernels][twin]") {
  const Format format = GENERATE(from_range(formats().begin(), formats().end()));
  CAPTURE(format.name);
  const filter::RoundingGrid grid(format);
  const double largest = largest_finite(format);
  Dice dice(static_cast<std::uint64_t>(format.precision_bits));
  int settled_count = 0;
  int clear_count = 0;
  for (int round = 0; round < 6000; ++round) {
    const Rational boundary = draw_boundary(dice, format);
    const Rational grid_ulp = ulp_around(format, boundary);
    // From the boundary itself to far away, in ulps.
    Rational away = power_of_two(static_cast<long>(dice.between(-60, -1)));
    if (dice.one_in(2)) away = -away;
    if (dice.one_in(4)) away = 0;
    Rational value = boundary + away * grid_ulp;
    if (dice.one_in(2)) value = -value;
    Word word;
    if (!take_word(value, word)) continue;
    const Rational step = magnitude(away) * grid_ulp;
    const double touching =
        step == 0 ? 0x1p-40 * largest
                  : std::ldexp(
                        1.0, static_cast<int>(std::max(-1074L, binary_exponent(step))));
    const double error =
        dice.among(std::array{0.0, touching, std::nextafter(touching, 0), touching / 2,
                              touching * 0x1p-10, 0x1p-1000});
    const filter::SettledNumber number =
        filter::kernels().settle_number({word, error}, grid);
    const Rational low = value - truenorm::exact(error);
    const Rational high = value + truenorm::exact(error);
    CAPTURE(round, word.hi, word.lo, error);

    // Whether a multiple of half an ulp lies in [low, high].
    const Rational ulp = ulp_around(format, magnitude(value));
    const Rational halves = 2 * magnitude(value) / ulp;
    const Rational distance = magnitude(
        halves - Rational(numerator(halves * 2 + 1) / denominator(halves * 2 + 1) / 2));
    const Rational error_halves = 2 * truenorm::exact(error) / ulp;
    if (!number.is_settled) {
      // Then something is near, but for what is too small or too large.
      const bool is_clear = distance > error_halves + power_of_two(-49) &&
                            error_halves < power_of_two(-22) &&
                            std::fabs(word.hi) > 0x1p-890 &&
                            std::fabs(word.hi) < std::min(largest, 0x1p990);
      CHECK_FALSE(is_clear);
      continue;
    }
    ++settled_count;
    clear_count += error > 0;
    const double below = round_to_nearest(format, low);
    const double above = round_to_nearest(format, high);
    if (error > 0) CHECK(distance > error_halves);
    CHECK(below == above);
    CHECK(number.rounded == below);
    CHECK(std::fabs(number.rounded) <= largest);
    CHECK(truenorm::exact(number.ulp) == ulp);
    const Rational tail = (value - truenorm::exact(number.rounded)) / ulp;
    CHECK(magnitude(tail - truenorm::exact(number.tail)) <= power_of_two(-52));
  }
  CHECK(settled_count > 500);
  CHECK(clear_count > 100);
}

}  // namespace
}  // namespace truenorm::twin
