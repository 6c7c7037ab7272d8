// SPDX-License-Identifier: Apache-2.0
// An enclosure in binary64, whose ends mostly round alike.
//
// With u = 2^-53, offset and slope are each rounded once, their product with k once more
// (k itself is exact up to 2^53), and so is the sum. Without underflow or overflow the
// result is off by at most
//   u |o| + (2u + u^2) |s k| + u |sum|  <=  4u (|o| + |s k|),   o and s the rounded ones,
// to first order, and the two ends below add at most 2u (|o| + |s k|) by their own
// rounding. 8u (|o| + |s k|) is more than all of it. RN is monotonic: if it takes both
// ends to one value, it takes the exact one there.
#include "cases/rounded_line.hpp"

#include <cmath>
#include <utility>

namespace truenorm {
namespace {

constexpr std::int64_t largest_exact_integer = std::int64_t{1} << 53;

/// So far from the ends of the range that products with k stay within it, too.
bool is_usual(double value) {
  const double size = std::abs(value);
  return size == 0 || (size > 0x1p-900 && size < 0x1p+900);
}

}  // namespace

RoundedLine::RoundedLine(Rational offset, Rational slope, const Format& format)
    : offset_(std::move(offset)), slope_(std::move(slope)), format_(format) {
  near_offset_ = round_to_nearest(float64, offset_);
  near_slope_ = round_to_nearest(float64, slope_);
  // A zero is one only if nothing was lost.
  is_usual_ = is_usual(near_offset_) && is_usual(near_slope_) &&
              (near_offset_ != 0 || offset_ == 0) && (near_slope_ != 0 || slope_ == 0);
}

double RoundedLine::at(std::int64_t k) const {
  if (is_usual_ && k <= largest_exact_integer && k >= -largest_exact_integer) {
    const double product = near_slope_ * static_cast<double>(k);
    const double sum = near_offset_ + product;
    const double error = 0x1p-50 * (std::abs(near_offset_) + std::abs(product));
    const double low = round_to_nearest(format_, sum - error);
    // The sign of a zero is left to the rational.
    if (low != 0 && low == round_to_nearest(format_, sum + error)) return low;
  }
  return round_to_nearest(format_, exact_at(k));
}

}  // namespace truenorm
