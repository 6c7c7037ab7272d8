// SPDX-License-Identifier: Apache-2.0
// NaN and Inf through the formula, operation by operation (SPEC 6).
#pragma once

#include "oracle/group.hpp"

namespace truenorm {

/// A group in the eyes of IEEE 754: what matters of a finite number is its sign, so each
/// is stood in for by -1, 0 or 1, and the machine's own arithmetic does the rest. Exact
/// arithmetic has no overflow, and neither have the stand-ins.
struct SpecialGroup {
  double mean = 0;   ///< NaN, an infinity, or any finite number
  double scale = 1;  ///< NaN, an infinity, 0, or a stand-in
};

/// The sum of x as IEEE has it, where some x is not finite.
[[nodiscard]] double special_mean(const std::vector<double>& x);

/// The scale where the spread is not finite.
///
/// values   `spread` is NaN or +Inf
[[nodiscard]] double special_scale(double spread);

/// The stand-in for x - mean.
[[nodiscard]] double difference_sign(double x, double mean);

/// A quantity of an element with difference c, or of the group.
///
/// result   NaN or an infinity, or a finite number where the operations around an
///          infinity give 0: then beta (0 if absent) is the value of y and of the offset,
///          and 0 that of the others
[[nodiscard]] double special_value(const CanonicalForm& form, const SpecialGroup& group,
                                   Quantity quantity, double c, const Affine& affine);

}  // namespace truenorm
