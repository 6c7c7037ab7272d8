// SPDX-License-Identifier: Apache-2.0
// Frames: a JSON message and named tensors as one safetensors blob, and their limits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "cases/safetensors/dtypes.hpp"
#include "cases/safetensors/header.hpp"
#include "runners/protocol/protocol_error.hpp"

namespace truenorm::protocol {

using safetensors::element_bytes;
using safetensors::length_bytes;  // a frame's length is written as a header's
using safetensors::tensor_bytes;

/// A dense row-major tensor of little-endian elements.
struct TensorBlob {
  std::string dtype;  ///< float16, bfloat16, float32, float64, ...
  std::vector<std::int64_t> shape;
  std::vector<std::byte> bytes;

  friend bool operator==(const TensorBlob&, const TensorBlob&) = default;
};

using TensorBlobs = std::map<std::string, TensorBlob, std::less<>>;

struct Frame {
  std::string message_json;
  TensorBlobs tensors;

  friend bool operator==(const Frame&, const Frame&) = default;
};

/// What a blob from a stranger may hold. The header of real frames is below 10 KiB.
struct FrameLimits {
  std::uint64_t blob_bytes = std::uint64_t{1} << 34;
  std::uint64_t header_bytes = std::uint64_t{1} << 20;
  std::size_t tensors = 64;
  std::size_t rank = 64;
};

/// One safetensors blob, as it also stands in an exported file.
///
/// throws   std::invalid_argument if a tensor's bytes do not fit its dtype and shape, or
///          the message is no valid UTF-8
/// source   https://github.com/huggingface/safetensors, "Format"
[[nodiscard]] std::vector<std::byte> encode_blob(const Frame& frame);

/// The frame that a blob holds; decode_blob(encode_blob(f)) equals f.
///
/// values   stricter than safetensors: floats of SPEC 1 only, no metadata but ours
/// throws   ProtocolError
[[nodiscard]] Frame decode_blob(std::span<const std::byte> blob,
                                const FrameLimits& limits = {});

/// A blob with its length before it, as it crosses a pipe.
[[nodiscard]] std::vector<std::byte> encode_frame(const Frame& frame);

/// The length that the first bytes of a frame announce.
///
/// shapes   prefix: [length_bytes]
/// throws   ProtocolError if the length is beyond the limit or too small for a blob
[[nodiscard]] std::uint64_t blob_length(std::span<const std::byte> prefix,
                                        const FrameLimits& limits = {});

}  // namespace truenorm::protocol
