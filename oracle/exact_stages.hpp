// SPDX-License-Identifier: Apache-2.0
// The named intermediates of a question as exact values (SPEC 5.3).
#pragma once

#include <string>
#include <vector>

#include "oracle/evaluation.hpp"

namespace truenorm {

struct ExactStage {
  std::string name;
  Shape shape;
  bool is_per_group = false;  ///< one number for each group, in the groups' order
  /// A row for each group; otherwise a stage of the elements has x's shape.
  bool is_matrix = false;
  std::vector<ElementValue> values;  ///< row-major
};

/// As stages(), before the values are written out.
[[nodiscard]] std::vector<ExactStage> exact_stages(const Question& question);

}  // namespace truenorm
