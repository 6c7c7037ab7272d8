// SPDX-License-Identifier: Apache-2.0
// A group by the definitions of SPEC 2, for the laws to hold the evaluator against.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "oracle/canonical.hpp"
#include "oracle/surd.hpp"

namespace truenorm {

/// The numbers of one group.
///
/// values   Sums as SPEC 2 writes them, two passes over rationals: nothing is shared
///          with ExactGroup, which works on integers
struct LawGroup {
  std::vector<Rational> x;  ///< empty unless all are finite
  bool is_regular = false;  ///< all inputs are finite, and s is a number other than 0
  // What follows has a meaning in a regular group only.
  std::int64_t divisor = 1;  ///< m of SPEC 4
  Rational mean;
  Rational spread;  ///< q, clamped if the form says so
  Surd scale;       ///< s
  Surd reciprocal;  ///< r
  /// lambda of SPEC 4; none where the derivative is undefined.
  std::optional<Surd> root_share;
  bool clamp_acts = false;

  [[nodiscard]] Rational centered(std::size_t i) const { return x[i] - mean; }
  /// Whether all elements are equal.
  [[nodiscard]] bool is_constant() const;
};

[[nodiscard]] LawGroup law_group(const Question& question, const CanonicalForm& form,
                                 std::int64_t group);

/// s for a spread, if it is a number.
[[nodiscard]] std::optional<Surd> scale_of(const CanonicalForm& form,
                                           const Rational& spread);

}  // namespace truenorm
