// SPDX-License-Identifier: Apache-2.0
// A group's statistics, enclosed: for many values of many groups, at one precision.
#pragma once

#include "oracle/exact_group.hpp"
#include "oracle/surd_sums.hpp"

namespace truenorm {

/// Encloses values of groups, one group after the other. Fractions of the exact statistics
/// have hundreds of bits, and a product of them costs ten times one of intervals.
class EnclosedGroup {
 public:
  explicit EnclosedGroup(long precision_bits);

  /// Makes a group the current one.
  ///
  /// result   false if its mean or scale is not finite, or the scale not positive: then
  ///          there is no current one
  [[nodiscard]] bool load(const ExactGroup& group);

  /// factor x-hat of a finite element x; it lasts until the next one.
  [[nodiscard]] const Interval& product(double factor, double x);

 private:
  Interval mean_;
  SurdSums reciprocal_;
  Interval centered_;
  Interval product_;
};

}  // namespace truenorm
