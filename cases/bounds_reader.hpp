// SPDX-License-Identifier: Apache-2.0
// Reads the bounds that a user's verifier claims: the file of `truenorm laws --bounds`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cases/reader.hpp"
#include "oracle/bounds.hpp"

namespace truenorm {

/// A claim about the layer of one test.
struct BoundClaim {
  Place place;
  const TestCase* test = nullptr;
  BoundKind kind = BoundKind::interval;
  Box box;
  Box claimed;
};

struct BoundsReading {
  std::vector<BoundClaim> claims;
  std::vector<Diagnostic> diagnostics;
};

/// Reads the text of one file of bounds:
///
///     truenorm: 1
///     bounds:
///     - case: "batch_norm_inference#fold[float32,forward]"
///       kind: interval
///       low: -1
///       high: {shape: [2, 3, 4], fill: 1}
///       claimed_low: ...
///       claimed_high: ...
///
/// values   `case` is a test's name, or FILE#case where that has one test. `dtype` is that
///          of all four tensors, x's by default. `at` and `claimed` stand for both ends of
///          a box that is a point. Tensors are written as in case files; a scalar takes
///          the shape of x, and files lie in `folder`, without which none can be named.
///          The claims point into `tests`, which outlive them. The tensors have at most
///          limit_elements together
/// result   all errors of the file at once; nothing is thrown for bad content
[[nodiscard]] BoundsReading read_bounds(
    std::string_view yaml, const std::string& display_name,
    const std::vector<TestCase>& tests,
    const std::optional<std::filesystem::path>& folder = std::nullopt,
    std::int64_t limit_elements = largest_element_count);

}  // namespace truenorm
