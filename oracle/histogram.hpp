// SPDX-License-Identifier: Apache-2.0
// Percentiles of nonnegative numbers without keeping them.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace truenorm {

/// Counts numbers in 64 equal bins an octave: [2^e (1 + k/64), 2^e (1 + (k + 1)/64)), and
/// zeros and infinities apart. Bin edges are exact, so counts do not depend on how values
/// were grouped.
///
/// values   bins lie in memory from the first that was touched to the last, at most a
///          megabyte over the whole range of a double
class Histogram {
 public:
  /// values   value >= 0 and not NaN
  void add(double value) {
    ++count_;
    if (value == 0) {
      ++zeros_;
      return;
    }
    const std::int64_t bin = bin_of(value);
    if (!has(bin)) reach(bin);
    ++counts_[static_cast<std::size_t>(bin - first_bin_)];
  }

  /// Bins that are counted up from outside: those of [2^-60, 2^60), the first one first.
  ///
  /// values   valid until the next call of any other member; add_counted says how many
  ///          numbers were counted so
  [[nodiscard]] std::int64_t* window();
  void add_counted(std::int64_t in_window, std::int64_t zeros) {
    count_ += in_window + zeros;
    zeros_ += zeros;
  }
  static constexpr int window_exponent = 60;
  /// What the bin of a number in the window has as its leading bits, for the first bin.
  static constexpr std::int64_t window_leading_bits =
      std::int64_t{1023 - window_exponent} * 64;

  /// Adds all numbers that the other counted.
  void merge(Histogram other);

  /// The upper edge of the first bin up to which at least fraction * count numbers lie.
  ///
  /// values   0 < fraction <= 1, at least one number was added
  [[nodiscard]] double percentile(double fraction) const;

 private:
  static constexpr int bits_below_bin = 52 - 6;  ///< 2^6 bins an octave
  static constexpr std::int64_t bins_an_octave = 64;
  static constexpr std::int64_t infinity_bin = 1024 * bins_an_octave;

  /// 64 times the exponent, and the place in the octave: the leading bits of a double,
  /// but for the bias of the exponent. Infinity comes after all finite numbers.
  [[nodiscard]] static std::int64_t bin_of(double value) {
    constexpr double smallest_normal = 0x1p-1022;
    if (value < smallest_normal) return bin_of(value * 0x1p64) - 64 * bins_an_octave;
    const auto leading = std::bit_cast<std::uint64_t>(value) >> bits_below_bin;
    return static_cast<std::int64_t>(leading) - 1023 * bins_an_octave;
  }

  [[nodiscard]] static double upper_edge(std::int64_t bin);

  [[nodiscard]] bool has(std::int64_t bin) const {
    // As an unsigned number a bin below the first is beyond the last.
    return static_cast<std::uint64_t>(bin - first_bin_) < counts_.size();
  }
  /// Makes room for a bin.
  void reach(std::int64_t bin);

  std::int64_t count_ = 0;
  std::int64_t zeros_ = 0;
  std::int64_t first_bin_ = 0;
  std::vector<std::int64_t> counts_;  ///< of first_bin_ and those that follow
};

}  // namespace truenorm
