// SPDX-License-Identifier: Apache-2.0
// A policy's rule for one element of one output.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "oracle/policies.hpp"

namespace truenorm {

/// How far an element may be from what is expected.
struct PolicyRule {
  enum class Kind { close, ulps, relative } kind = Kind::close;
  double relative = 0;  ///< of |expected|; the limit of Kind::relative
  double absolute = 0;
  std::int64_t ulps = 0;
  bool nan_equals_nan = false;

  [[nodiscard]] bool passes(const Format& format, double expected, double actual) const;
  /// Whether all answers pass that are no farther from RN(truth) than that; false also
  /// where that is hard to tell.
  ///
  /// values   distance: in ulps of the truth; largest: the largest |answer|, finite
  [[nodiscard]] bool passes_within(const Format& format, double distance,
                                   double largest) const;
};

/// None where the suite has no rule for such an output.
[[nodiscard]] std::optional<PolicyRule> rule_of(const Policy& policy,
                                                const Question& question,
                                                std::string_view output,
                                                const Format& format);

}  // namespace truenorm
