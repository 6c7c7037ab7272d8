// SPDX-License-Identifier: Apache-2.0
// What a case expects of answers: tolerances, known failures, mutants that it catches.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cases/merged_case.hpp"
#include "cases/test_case.hpp"

namespace truenorm {

/// An output that a case names, to be checked once its questions are known.
struct NamedOutput {
  std::string name;
  Position position;
};

struct Expectations {
  std::string about;
  std::optional<Tolerance> tolerance_of_all;
  std::map<std::string, Tolerance, std::less<>> tolerances;  ///< by output
  std::optional<Format> compute;
  ZeroScaleGradient zero_scale_gradient = ZeroScaleGradient::undefined;
  std::vector<std::string> catches;
  bool catches_nothing = false;  ///< the list is there and empty
  std::vector<Known> known;
  std::vector<std::string> tags;
  std::optional<Bug> bug;
  std::vector<NamedOutput> named_outputs;

  [[nodiscard]] Tolerance tolerance(std::string_view output) const;
};

[[nodiscard]] Expectations read_expectations(const MergedCase& merged,
                                             Problems& problems);

/// A format by its name, or a problem that names the nearest.
[[nodiscard]] std::optional<Format> read_format(const Node& node, std::string_view what,
                                                Problems& problems);

}  // namespace truenorm
