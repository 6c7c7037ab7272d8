// SPDX-License-Identifier: Apache-2.0
// Questions as they go over the wire, and answers as they must come back.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "oracle/question.hpp"
#include "runners/protocol/message.hpp"

namespace truenorm {

/// What an output must be like.
struct ExpectedOutput {
  Shape shape;
  std::vector<Format> formats;  ///< those that a runner may choose from
};

using ExpectedOutputs = std::map<std::string, ExpectedOutput, std::less<>>;

/// The request that asks the question; every attribute is in it, resolved.
///
/// throws   std::invalid_argument if the id is none, or an attribute fits no binary64
[[nodiscard]] protocol::Request make_request(std::string id, const Question& question,
                                             std::vector<std::string> outputs);

[[nodiscard]] ExpectedOutputs expected_outputs(const Question& question,
                                               std::span<const std::string> outputs);

/// The tensors of an answer, each with an expected name, format and shape.
///
/// throws   protocol::ProtocolError
[[nodiscard]] Tensors checked_outputs(protocol::TensorBlobs tensors,
                                      const ExpectedOutputs& expected);

/// Limits that hold every answer with these outputs, and little more.
[[nodiscard]] protocol::FrameLimits answer_limits(const ExpectedOutputs& expected);

}  // namespace truenorm
