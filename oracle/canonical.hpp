// SPDX-License-Identifier: Apache-2.0
// The one form to which every operator is lowered (SPEC 2): an index map that cuts x into
// groups, and the choices of location, spread, clamp, scale and affine.
#pragma once

#include <cstdint>
#include <string_view>

#include "oracle/index_map.hpp"
#include "oracle/partition.hpp"
#include "oracle/question.hpp"

namespace truenorm {

enum class EpsMode { inside, outside, floor, floor_inside };

/// p of sum_power.
enum class Power { one, two, infinity };

struct CanonicalForm {
  Location location = Location::mean;
  Spread spread = Spread::variance;
  std::int64_t ddof = 0;
  Power power = Power::two;
  bool clamps_variance = false;
  EpsMode eps_mode = EpsMode::inside;
  Rational eps;
  std::int64_t gamma_offset = 0;
  bool rounds_normalized = false;
  IndexMap map;

  /// m of SPEC 4, by which a sum over a group is divided where the spread is computed.
  [[nodiscard]] std::int64_t divisor() const;
};

[[nodiscard]] CanonicalForm lower(const Question& question);
/// The same with groups cut in another way.
[[nodiscard]] CanonicalForm lower(const Question& question, const Partition& partition);

/// A real that an output is made of.
enum class Quantity {
  // one for each element of x
  y,
  dx,
  tangent_y,
  // one for each group
  mean,
  variance,
  rstd,
  norm,
  scale,
  offset,
  running_mean,
  running_variance,
  dmean,
  dvariance,
  // one for each parameter, over all that meets it
  dgamma,
  dbeta,
};

/// Whether there is one for each element of x.
[[nodiscard]] constexpr bool is_elementwise(Quantity quantity) {
  return quantity == Quantity::y || quantity == Quantity::dx ||
         quantity == Quantity::tangent_y;
}

/// Whether there is one for each parameter, over all that meets it.
[[nodiscard]] constexpr bool is_gradient_of_parameter(Quantity quantity) {
  return quantity == Quantity::dgamma || quantity == Quantity::dbeta;
}

/// throws   QuestionError if the question has no such output
[[nodiscard]] Quantity quantity_of(const Question& question, std::string_view output);

}  // namespace truenorm
