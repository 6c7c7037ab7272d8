// SPDX-License-Identifier: Apache-2.0
// Random x, dy and tangents; evenly spread parameters and statistics.
#include "runners/program/skeleton_inputs.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace truenorm {
namespace {

/// How large x and statistics are.
struct Magnitudes {
  std::string_view x;
  std::string_view mean;
  std::string_view variance;
};

/// Variances not far above the usual epsilon, so that its place shows; 8-bit formats resolve no such thing
/// and, down there, hardly a number.
Magnitudes magnitudes(const std::vector<std::string>& dtypes) {
  const bool is_coarse =
      std::any_of(dtypes.begin(), dtypes.end(),
                  [](const std::string& dtype) { return dtype.starts_with("float8"); });
  if (is_coarse) return {"mean: 0.125, std: 0.25", "-0.125, 0.25", "0.04, 0.16"};
  return {"mean: 0.01, std: 0.02", "-0.01, 0.02", "0.00025, 0.001"};
}

}  // namespace

Shape skeleton_shape(const OperatorSpec& op) {
  switch (op.grouping) {
    case Grouping::channel_groups:
      return {2, 6, 5, 4};
    case Grouping::sample_channel:
    case Grouping::channel:
      return {2, 3, 4, 5};
    case Grouping::axes:
    case Grouping::dim:
    case Grouping::all_but_dim:
      return {4, 3, 10};
  }
  return {};
}

std::string skeleton_input(std::string_view input, const Shape& shape,
                           const std::vector<std::string>& dtypes, std::size_t seed) {
  const auto random = [&](std::string_view how) {
    return fmt::format("{{shape: {}, random: normal, {}, seed: {}}}", shape_text(shape),
                       how, seed);
  };
  const auto spread = [&](std::string_view ends) {
    return fmt::format("{{shape: {}, linspace: [{}]}}", shape_text(shape), ends);
  };
  const Magnitudes sizes = magnitudes(dtypes);
  if (input == "x") return random(sizes.x);
  if (input == "mean" || input == "running_mean") return spread(sizes.mean);
  if (input == "variance" || input == "running_variance") {
    return spread(sizes.variance);
  }
  if (input == "gamma") return spread("-1.5, 1.75");
  if (input == "beta") return spread("-2, -0.5");
  return random("mean: 0.1, std: 0.25");  // dy and tangents
}

}  // namespace truenorm
