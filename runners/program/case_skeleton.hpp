// SPDX-License-Identifier: Apache-2.0
// A new case file to fill in: inputs that tell mistakes apart, and what else may be set.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace truenorm {

/// What the user says of a new case; what is empty is chosen here.
struct CaseSkeletonChoice {
  std::string op;
  std::vector<std::string> dtypes;
  std::vector<std::string> directions;
  std::vector<std::string> attributes;  ///< NAME=VALUE, as a case file writes the value
  std::vector<std::int64_t> shape;      ///< of x
  std::string dialect;
  std::string name;
  std::string about;
  std::string bug;  ///< its source
  std::vector<std::string> libraries;
  std::string symptom;
  std::vector<std::string> catches;  ///< none: mutants that the case was seen to notice
};

/// The text of a case file, which its reader takes without errors and warnings.
///
/// throws   UsageError with what the reader has against the choices
[[nodiscard]] std::string case_skeleton(const CaseSkeletonChoice& choice);

}  // namespace truenorm
