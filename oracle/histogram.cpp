// SPDX-License-Identifier: Apache-2.0
// Bins that grow towards what is added, and their edges.
#include "oracle/histogram.hpp"

#include <cmath>
#include <limits>

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

void Histogram::merge(const Histogram& other) {
  count_ += other.count_;
  zeros_ += other.zeros_;
  if (other.counts_.empty()) return;
  const auto reaches = [&](std::int64_t bin) {
    return static_cast<std::uint64_t>(bin - first_bin_) < counts_.size();
  };
  const auto size = static_cast<std::int64_t>(other.counts_.size());
  const std::int64_t last = other.first_bin_ + size - 1;
  if (!reaches(other.first_bin_)) reach(other.first_bin_);
  if (!reaches(last)) reach(last);
  const auto place = static_cast<std::size_t>(other.first_bin_ - first_bin_);
  for (std::size_t i = 0; i < other.counts_.size(); ++i) {
    counts_[place + i] += other.counts_[i];
  }
}

double Histogram::percentile(double fraction) const {
  std::int64_t below = zeros_;
  const auto is_enough = [&] {
    return static_cast<double>(below) >= fraction * static_cast<double>(count_);
  };
  if (is_enough()) return 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    below += counts_[i];
    if (is_enough()) return upper_edge(first_bin_ + static_cast<std::int64_t>(i));
  }
  return std::numeric_limits<double>::infinity();
}

}  // namespace truenorm
