// SPDX-License-Identifier: Apache-2.0
// The dtypes of SPEC 1 as safetensors names them, and the bytes of their tensors.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace truenorm::safetensors {

/// F32 for float32, and so on; none for an unknown dtype.
[[nodiscard]] std::optional<std::string_view> written_name(std::string_view dtype);

/// float32 for F32, and so on; none for what is no dtype of SPEC 1.
[[nodiscard]] std::optional<std::string_view> dtype_of(std::string_view written_name);

/// The bytes of an element of the dtype; none for an unknown dtype.
[[nodiscard]] std::optional<std::int64_t> element_bytes(std::string_view dtype);

/// The bytes of a tensor of that dtype and shape; none for an unknown dtype, a negative
/// dimension or a size beyond int64.
[[nodiscard]] std::optional<std::int64_t> tensor_bytes(
    std::string_view dtype, std::span<const std::int64_t> shape);

}  // namespace truenorm::safetensors
