// SPDX-License-Identifier: Apache-2.0
// The numbers of one group, as every level of the evaluator takes them.
#pragma once

#include <optional>
#include <vector>

#include "oracle/canonical.hpp"

namespace truenorm {

struct Group {
  const CanonicalForm* form = nullptr;
  std::vector<double> x;
  double given_mean = 0;      ///< where location is given
  double given_variance = 0;  ///< where spread is given
};

/// The parameters that an element meets; an absent one removes its operation.
struct Affine {
  std::optional<double> gamma;
  std::optional<double> beta;
};

/// What is known of a group's scale s.
enum class ScaleSign {
  negative,
  zero,
  positive,
  undefined,  ///< the root of a negative number
  unknown,    ///< the precision does not tell
};

}  // namespace truenorm
