// SPDX-License-Identifier: Apache-2.0
// What the header of a safetensors blob says, read as if it came from an enemy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace truenorm::safetensors {

inline constexpr std::size_t length_bytes = 8;  ///< of the number before a header

/// What is wrong with a blob, in words that go on after its name.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What a header from a stranger may hold.
struct Limits {
  std::uint64_t header_bytes;
  std::size_t tensors;
  std::size_t rank;
};

/// One tensor: what it is, and where it lies in the data that follow the header.
struct Entry {
  std::optional<std::string> dtype;  ///< none where SPEC 1 has no such format
  std::string written_dtype;         ///< as in the header, with its quotes
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

struct Header {
  std::map<std::string, std::string, std::less<>> metadata;
  std::map<std::string, Entry, std::less<>> tensors;
};

/// The bytes of the header's text, which follows them at once.
///
/// values   `start`: the first length_bytes bytes of the blob, or all of a shorter one
/// throws   Error
[[nodiscard]] std::uint64_t header_length(std::span<const std::byte> start,
                                          std::uint64_t blob_bytes,
                                          const Limits& limits);

/// The header that the text is, before that many bytes of data.
///
/// result   the tensors tile the data, and the bytes of each with a dtype fit its shape
/// throws   Error; JSON with a key twice, or nested deeply, is one, too
/// source   https://github.com/huggingface/safetensors, "Format"
[[nodiscard]] Header parse_header(std::string_view text, std::uint64_t data_bytes,
                                  const Limits& limits);

}  // namespace truenorm::safetensors
