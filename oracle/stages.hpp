// SPDX-License-Identifier: Apache-2.0
// The named intermediates of a question, each with its true value (SPEC 5.3).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "oracle/question.hpp"

namespace truenorm {

/// One intermediate of the computation, whole.
///
/// values   row-major; the truth to 30 significant digits, as truth_text writes it
struct Stage {
  std::string name;
  Shape shape;
  std::vector<std::string> truth;
};

/// The stages of a question, in the order in which they are computed.
///
/// values   Forward: TorchLean's 14 stages of layer_norm and 16 of an unbatched
///          batch_norm; other operators have those of the same names that their form
///          has. A vjp adds the adjoints of the reverse sweep from dy, NAME_bar for each
///          stage; a jvp the tangents, tangent_NAME
/// source   SPEC 5.3; TorchLean's LayerNorm and BatchNormChannelFirst graphs
[[nodiscard]] std::vector<Stage> stages(const Question& question);

/// The stages on the way to one element of y (or of dx, of tangent_y): of each stage the
/// entry that the element meets.
///
/// values   every shape is []
/// throws   std::out_of_range if x has no such element
[[nodiscard]] std::vector<Stage> stages_of_element(const Question& question,
                                                   std::int64_t index);

}  // namespace truenorm
