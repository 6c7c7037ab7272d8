// SPDX-License-Identifier: Apache-2.0
// Many values of one line, each rounded once.
#pragma once

#include <cstdint>

#include "oracle/format.hpp"
#include "oracle/rational.hpp"

namespace truenorm {

/// offset + slope * k in a format, for integers k.
class RoundedLine {
 public:
  RoundedLine(Rational offset, Rational slope, const Format& format);

  [[nodiscard]] Rational exact_at(std::int64_t k) const { return offset_ + slope_ * k; }

  /// RN of exact_at(k). Mostly from its neighbours in binary64; where these round to
  /// different values, from the rational.
  [[nodiscard]] double at(std::int64_t k) const;

 private:
  Rational offset_;
  Rational slope_;
  Format format_;
  double near_offset_ = 0;
  double near_slope_ = 0;
  /// Whether neither of the two can lead to a subnormal number or an overflow.
  bool is_usual_ = false;
};

}  // namespace truenorm
