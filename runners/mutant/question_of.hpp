// SPDX-License-Identifier: Apache-2.0
// From a runner's request to the oracle's question, and from its tensors back.
#pragma once

#include "oracle/question.hpp"
#include "runners/sdk/cpp/runner.hpp"

namespace truenorm::mutant {

/// throws   sdk::Failure if the request is no question that the oracle knows
[[nodiscard]] Question question_of(const sdk::Request& request);

[[nodiscard]] sdk::Tensor to_sdk(const Tensor& tensor);

}  // namespace truenorm::mutant
