// SPDX-License-Identifier: Apache-2.0
// Files of tensors for tests, right or wrong, byte by byte.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace truenorm {

/// The little-endian bytes of each number, `width` of them.
[[nodiscard]] std::string little_endian(const std::vector<std::uint64_t>& numbers,
                                        int width);

/// An .npy file whose header is this text, padded and ended as numpy does.
[[nodiscard]] std::string npy_of_header(const std::string& text,
                                        const std::string& data, int version = 1);

/// An .npy file of that dtype, such as "<f4", and shape, such as "(2, 3)".
[[nodiscard]] std::string npy_file(const std::string& descr, const std::string& shape,
                                   const std::string& data,
                                   std::string_view fortran_order = "False");

/// A .safetensors file of this header and data.
[[nodiscard]] std::string safetensors_file(const std::string& header,
                                           const std::string& data);

}  // namespace truenorm
