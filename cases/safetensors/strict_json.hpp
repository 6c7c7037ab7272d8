// SPDX-License-Identifier: Apache-2.0
// What JSON from a stranger must be before it is read: shallow, and without double keys.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace truenorm::safetensors {

/// What keeps the text from being one JSON value, nested at most 8 deep, no object of
/// which has a key twice.
[[nodiscard]] std::optional<std::string> json_complaint(std::string_view text);

}  // namespace truenorm::safetensors
