// SPDX-License-Identifier: Apache-2.0
// Bins by exponent and the leading bits of the significand.
#include "oracle/histogram.hpp"

#include <cmath>
#include <limits>

namespace truenorm {
namespace {

constexpr std::int64_t bins_an_octave = 64;
constexpr std::int64_t zero_bin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t infinity_bin = std::numeric_limits<std::int64_t>::max();

std::int64_t bin_of(double value) {
  if (value == 0) return zero_bin;
  if (std::isinf(value)) return infinity_bin;
  int exponent = 0;
  const double significand = 2 * std::frexp(value, &exponent);  // in [1, 2)
  return (exponent - 1) * bins_an_octave +
         static_cast<std::int64_t>((significand - 1) * bins_an_octave);
}

double upper_edge(std::int64_t bin) {
  if (bin == zero_bin) return 0;
  if (bin == infinity_bin) return std::numeric_limits<double>::infinity();
  const std::int64_t next = bin + 1;
  const std::int64_t octave = next >= 0
                                  ? next / bins_an_octave
                                  : -((bins_an_octave - 1 - next) / bins_an_octave);
  const auto place = static_cast<double>(next - octave * bins_an_octave);
  return std::ldexp(1 + place / bins_an_octave, static_cast<int>(octave));
}

}  // namespace

void Histogram::add(double value) {
  ++count_;
  ++bins_[bin_of(value)];
}

double Histogram::percentile(double fraction) const {
  std::int64_t below = 0;
  for (const auto& [bin, count] : bins_) {
    below += count;
    if (static_cast<double>(below) >= fraction * static_cast<double>(count_)) {
      return upper_edge(bin);
    }
  }
  return upper_edge(infinity_bin);
}

}  // namespace truenorm
