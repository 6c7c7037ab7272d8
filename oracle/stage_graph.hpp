// SPDX-License-Identifier: Apache-2.0
// The computation of a group as a graph of named stages, each one elementary operation.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "oracle/canonical.hpp"
#include "oracle/exact.hpp"

namespace truenorm {

enum class StageKind {
  input,           ///< of the question
  mean,            ///< over the group
  sum,             ///< over the group, divided by m
  largest,         ///< over the group
  broadcast,       ///< a group's number to each of its elements
  difference,      ///< first - second
  product,         ///< first * second
  total,           ///< first + second
  square,          ///< first^2
  magnitude,       ///< |first|
  plus_constant,   ///< first + constant
  floor_constant,  ///< max(first, constant)
  root,            ///< sqrt(first)
  reciprocal,      ///< 1/first
  rounding,        ///< RN of the first in x's format
  copy,            ///< the first, in another shape
};

struct StageNode {
  std::string name;
  StageKind kind = StageKind::input;
  std::vector<std::size_t> operands;  ///< earlier nodes
  bool is_per_group = false;          ///< one number for the group; else one an element
  bool is_shown = true;               ///< whether it is a stage that has a name
  Exact constant;
  std::string input;  ///< of which input of the question the values are
};

/// The nodes in an order in which each comes after its operands; the last one is y.
///
/// values   The graph of layer_norm with gamma and beta is TorchLean's, 14 stages; that of
///          an unbatched batch_norm begins with xMat and ends with yMat and yChw, 16. An
///          absent gamma or beta has no stages
/// source   SPEC 5.3; TorchLean, LayerNorm.lean and BatchNormChannelFirst.lean
[[nodiscard]] std::vector<StageNode> stage_graph(const Question& question,
                                                 const CanonicalForm& form);

}  // namespace truenorm
