// SPDX-License-Identifier: Apache-2.0
// Wrong formulas as other values of a question's attributes, partition or canonical form.
#pragma once

#include <string_view>

#include "oracle/canonical.hpp"
#include "oracle/partition.hpp"
#include "oracle/question.hpp"

namespace truenorm {

/// What a canonical mutant changes; each step says whether it changed anything, and one
/// that a mutant does not have is null.
struct Deviation {
  std::string_view name;  ///< of the mutant
  bool (*of_attributes)(Attributes& attributes, const Question& question);
  bool (*of_partition)(Partition& partition, const Question& question);
  bool (*of_form)(CanonicalForm& form, const Question& question);
};

/// The mutant's deviation, or null if it is none of the formula.
[[nodiscard]] const Deviation* find_deviation(std::string_view mutant);

}  // namespace truenorm
