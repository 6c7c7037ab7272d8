// SPDX-License-Identifier: Apache-2.0
// Percentiles of a histogram against those of a sorted list.
#include "oracle/histogram.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "oracle/test/catch.hpp"
#include "oracle/test/random_values.hpp"

namespace truenorm::twin {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::array fractions{1e-9, 0.01, 0.25, 0.5, 0.75, 0.99, 1.0};

Histogram histogram_of(const std::vector<double>& values) {
  Histogram histogram;
  for (const double value : values) histogram.add(value);
  return histogram;
}

/// The upper edge of the bin that holds the value, from its definition.
double upper_edge_of(double value) {
  if (value == 0 || std::isinf(value)) return value;
  const int exponent = std::ilogb(value);
  for (int k = 1; k <= 64; ++k) {
    // In long double, whose exponents reach below those of a double's subnormals.
    const long double edge = std::ldexp(1 + k / 64.0L, exponent);
    if (static_cast<long double>(value) < edge) return static_cast<double>(edge);
  }
  return infinity;
}

/// The edge of the first value, in order, up to which a fraction of all values lies.
double percentile_of(std::vector<double> values, double fraction) {
  std::sort(values.begin(), values.end());
  const double wanted = fraction * static_cast<double>(values.size());
  std::size_t rank = 1;
  while (static_cast<double>(rank) < wanted) ++rank;
  return upper_edge_of(values[rank - 1]);
}

std::vector<double> random_errors(Dice& dice) {
  std::vector<double> values;
  const std::int64_t count = dice.between(1, 300);
  const std::int64_t spread = dice.one_in(3) ? 1074 : 12;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto exponent =
        static_cast<int>(dice.between(-spread, std::min<std::int64_t>(spread, 1023)));
    values.push_back(std::ldexp(1 + dice.unit(), exponent));
    if (dice.one_in(10)) values.back() = 0;
    if (dice.one_in(50)) values.back() = infinity;
  }
  return values;
}

}  // namespace

TEST_CASE("a percentile is the edge above the value that a sorted list has there",
          "[twin]") {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    CAPTURE(seed);
    Dice dice(seed);
    const std::vector<double> values = random_errors(dice);
    const Histogram histogram = histogram_of(values);
    for (const double fraction : fractions) {
      CAPTURE(fraction);
      CHECK(histogram.percentile(fraction) == percentile_of(values, fraction));
    }
  }
}

TEST_CASE("a bin holds its lower edge and not its upper one") {
  for (int exponent = -1022; exponent <= 1023; ++exponent) {
    for (int k = 0; k < 64; ++k) {
      const double low = std::ldexp(1 + k / 64.0, exponent);
      const double high = upper_edge_of(low);
      REQUIRE(histogram_of({low}).percentile(1) == high);
      REQUIRE(histogram_of({std::nextafter(high, 0.0)}).percentile(1) == high);
    }
  }
}

TEST_CASE("a subnormal number has bins as fine as any other") {
  CHECK(histogram_of({0x1p-1060}).percentile(1) == 0x1.04p-1060);
  CHECK(histogram_of({0x1.04p-1060}).percentile(1) == 0x1.08p-1060);
  CHECK(histogram_of({0x1.fcp-1023}).percentile(1) == 0x1p-1022);
}

TEST_CASE("zeros and infinities have bins of their own") {
  const Histogram both = histogram_of({0, -0.0, infinity, infinity});
  CHECK(both.percentile(0.5) == 0);
  CHECK(both.percentile(0.51) == infinity);
  const double largest = std::numeric_limits<double>::max();
  CHECK(histogram_of({largest, 0x1.f8p1023}).percentile(0.5) == 0x1.fcp1023);
}

TEST_CASE("merging histograms counts what adding all their numbers does") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    Dice dice(seed);
    std::vector<double> all;
    Histogram merged;
    for (std::int64_t parts = dice.between(1, 5); parts > 0; --parts) {
      const std::vector<double> part =
          dice.one_in(4) ? std::vector<double>{} : random_errors(dice);
      all.insert(all.end(), part.begin(), part.end());
      merged.merge(histogram_of(part));
    }
    if (all.empty()) continue;
    const Histogram added = histogram_of(all);
    for (const double fraction : fractions) {
      CHECK(merged.percentile(fraction) == added.percentile(fraction));
    }
  }
}

}  // namespace truenorm::twin
