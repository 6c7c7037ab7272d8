// SPDX-License-Identifier: Apache-2.0
// Percentiles of nonnegative numbers without keeping them.
#pragma once

#include <cstdint>
#include <map>

namespace truenorm {

/// Counts numbers in 64 equal bins an octave: [2^e (1 + k/64), 2^e (1 + (k + 1)/64)), and
/// zeros apart. Bin edges are exact, so counts do not depend on how values were grouped.
class Histogram {
 public:
  /// values   value >= 0 and not NaN
  void add(double value);

  /// The upper edge of the first bin up to which at least fraction * count numbers lie.
  ///
  /// values   0 < fraction <= 1, at least one number was added
  [[nodiscard]] double percentile(double fraction) const;

 private:
  std::int64_t count_ = 0;
  std::map<std::int64_t, std::int64_t> bins_;
};

}  // namespace truenorm
