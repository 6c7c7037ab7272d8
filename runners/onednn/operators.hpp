// SPDX-License-Identifier: Apache-2.0
// Requests put to oneDNN's primitives on the CPU.
#pragma once

#include "runners/sdk/cpp/runner.hpp"

namespace truenorm::onednn {

/// throws   sdk::Unsupported where oneDNN has no such primitive; sdk::Failure for an error
///          that it reports
[[nodiscard]] sdk::Tensors answer(const sdk::Request& request);

}  // namespace truenorm::onednn
