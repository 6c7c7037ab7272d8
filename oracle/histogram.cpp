// SPDX-License-Identifier: Apache-2.0
// Bins that grow towards what is added, and their edges.
#include "oracle/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace truenorm {
namespace {

/// Room beside a bin that is reached, so that its neighbours seldom need more.
constexpr std::int64_t margin = 256;

}  // namespace

double Histogram::upper_edge(std::int64_t bin) {
  if (bin >= infinity_bin) return std::numeric_limits<double>::infinity();
  const std::int64_t next = bin + 1;
  const std::int64_t octave = next >= 0
                                  ? next / bins_an_octave
                                  : -((bins_an_octave - 1 - next) / bins_an_octave);
  const auto place = static_cast<double>(next - octave * bins_an_octave);
  return std::ldexp(1 + place / bins_an_octave, static_cast<int>(octave));
}

void Histogram::reach(std::int64_t bin) {
  const auto size = static_cast<std::int64_t>(counts_.size());
  if (size == 0) first_bin_ = bin;
  if (bin < first_bin_) {
    const std::int64_t first = bin - margin;
    counts_.insert(counts_.begin(), static_cast<std::size_t>(first_bin_ - first), 0);
    first_bin_ = first;
  } else {
    counts_.resize(static_cast<std::size_t>(bin + margin - first_bin_));
  }
}

std::int64_t* Histogram::window() {
  constexpr std::int64_t first = -window_exponent * bins_an_octave;
  constexpr std::int64_t last = window_exponent * bins_an_octave - 1;
  if (counts_.empty()) {
    first_bin_ = first;
    counts_.resize(static_cast<std::size_t>(last - first + 1));
  }
  if (!has(first)) reach(first);
  if (!has(last)) reach(last);
  return counts_.data() + (first - first_bin_);
}

void Histogram::merge(Histogram other) {
  count_ += other.count_;
  zeros_ += other.zeros_;
  if (other.counts_.empty()) return;
  if (counts_.empty()) {
    first_bin_ = other.first_bin_;
    counts_ = std::move(other.counts_);
    return;
  }
  const auto size = static_cast<std::int64_t>(other.counts_.size());
  const std::int64_t last = other.first_bin_ + size - 1;
  if (!has(other.first_bin_)) reach(other.first_bin_);
  if (!has(last)) reach(last);
  const auto place = static_cast<std::size_t>(other.first_bin_ - first_bin_);
  for (std::size_t i = 0; i < other.counts_.size(); ++i) {
    counts_[place + i] += other.counts_[i];
  }
}

double Histogram::percentile(double fraction) const {
  const double least = std::ceil(fraction * static_cast<double>(count_));
  std::int64_t missing = static_cast<std::int64_t>(least) - zeros_;
  if (missing <= 0) return 0;
  // Most bins are empty: whole stretches of them are added up before one is looked at.
  constexpr std::size_t stretch = 64;
  for (std::size_t begin = 0; begin < counts_.size(); begin += stretch) {
    const auto first = counts_.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto length = std::min(stretch, counts_.size() - begin);
    const std::int64_t sum = std::accumulate(
        first, first + static_cast<std::ptrdiff_t>(length), std::int64_t{0});
    if (sum < missing) {
      missing -= sum;
      continue;
    }
    for (std::size_t i = begin;; ++i) {
      missing -= counts_[i];
      if (missing <= 0) return upper_edge(first_bin_ + static_cast<std::int64_t>(i));
    }
  }
  return std::numeric_limits<double>::infinity();
}

}  // namespace truenorm
