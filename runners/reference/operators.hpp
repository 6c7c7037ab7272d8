// SPDX-License-Identifier: Apache-2.0
// The operators, computed by one of the textbook methods.
#pragma once

#include <span>
#include <string_view>

#include "runners/sdk/cpp/runner.hpp"

namespace truenorm::reference {

struct Method {
  std::string_view name;
  sdk::Tensors (*answer)(const sdk::Request&);
};

/// Every method, the default first.
///
/// values   a method computes in float64 if an input is float64, else in float32, and
///          rounds an output once to its dtype
[[nodiscard]] std::span<const Method> methods();

}  // namespace truenorm::reference
