// SPDX-License-Identifier: Apache-2.0
// Frames to bytes and back: the safetensors layout, read as if it came from an enemy.
#include "runners/protocol/frame.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>

namespace truenorm::protocol {
namespace {

using nlohmann::json;

static_assert(std::endian::native == std::endian::little,
              "lengths and elements cross the pipe as little-endian");

constexpr const char* metadata_key = "__metadata__";
constexpr const char* message_key = "truenorm";
constexpr std::size_t alignment_bytes = 8;

std::uint64_t read_length(std::span<const std::byte> bytes) {
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof length);
  return length;
}

void append(std::vector<std::byte>& out, const void* data, std::size_t size) {
  const auto* first = static_cast<const std::byte*>(data);
  out.insert(out.end(), first, first + size);
}

[[noreturn]] void refuse(const std::string& why) {
  throw ProtocolError("no safetensors blob of ours: " + why);
}

std::string read_message(const safetensors::Header& header) {
  const auto message = header.metadata.find(message_key);
  if (message == header.metadata.end() || header.metadata.size() != 1) {
    refuse("__metadata__ must hold the string 'truenorm' and nothing else");
  }
  return message->second;
}

Frame decode_checked(std::span<const std::byte> blob, const FrameLimits& limits) {
  if (blob.size() > limits.blob_bytes) refuse("it is larger than allowed");
  const safetensors::Limits header_limits{limits.header_bytes, limits.tensors,
                                          limits.rank};
  const std::uint64_t header_bytes =
      safetensors::header_length(blob, blob.size(), header_limits);
  blob = blob.subspan(length_bytes);
  const std::string_view text(reinterpret_cast<const char*>(blob.data()), header_bytes);
  const std::span<const std::byte> data = blob.subspan(header_bytes);
  const safetensors::Header header =
      safetensors::parse_header(text, data.size(), header_limits);

  Frame frame{read_message(header), {}};
  for (const auto& [name, entry] : header.tensors) {
    if (!entry.dtype) {
      refuse(name + " has the dtype " + entry.written_dtype + ", which is not ours");
    }
    const auto bytes = data.subspan(entry.begin, entry.end - entry.begin);
    frame.tensors.emplace(
        name, TensorBlob{*entry.dtype, entry.shape, {bytes.begin(), bytes.end()}});
  }
  return frame;
}

}  // namespace

std::vector<std::byte> encode_blob(const Frame& frame) {
  std::vector<TensorBlobs::const_iterator> order;
  for (auto tensor = frame.tensors.begin(); tensor != frame.tensors.end(); ++tensor) {
    const auto size = tensor_bytes(tensor->second.dtype, tensor->second.shape);
    if (!size || static_cast<std::size_t>(*size) != tensor->second.bytes.size()) {
      throw std::invalid_argument("tensor " + tensor->first + " has " +
                                  std::to_string(tensor->second.bytes.size()) +
                                  " bytes, which do not fit its dtype and shape");
    }
    order.push_back(tensor);
  }
  // Wide elements first keeps every tensor aligned, as safetensors advises.
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return *element_bytes(a->second.dtype) > *element_bytes(b->second.dtype);
  });

  json header;
  header[metadata_key][message_key] = frame.message_json;
  std::uint64_t data_bytes = 0;
  for (const auto& tensor : order) {
    const std::uint64_t begin = data_bytes;
    data_bytes += tensor->second.bytes.size();
    header[tensor->first] = {
        {"dtype", *safetensors::written_name(tensor->second.dtype)},
        {"shape", tensor->second.shape},
        {"data_offsets", {begin, data_bytes}},
    };
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const json::exception&) {
    throw std::invalid_argument("the message is no valid UTF-8");
  }
  text.resize((text.size() + alignment_bytes - 1) / alignment_bytes * alignment_bytes,
              ' ');

  std::vector<std::byte> blob;
  blob.reserve(length_bytes + text.size() + data_bytes);
  const std::uint64_t header_bytes = text.size();
  append(blob, &header_bytes, sizeof header_bytes);
  append(blob, text.data(), text.size());
  for (const auto& tensor : order) {
    append(blob, tensor->second.bytes.data(), tensor->second.bytes.size());
  }
  return blob;
}

Frame decode_blob(std::span<const std::byte> blob, const FrameLimits& limits) {
  try {
    return decode_checked(blob, limits);
  } catch (const safetensors::Error& error) {
    refuse(error.what());
  }
}

std::vector<std::byte> encode_frame(const Frame& frame) {
  std::vector<std::byte> bytes = encode_blob(frame);
  const std::uint64_t length = bytes.size();
  const auto* first = reinterpret_cast<const std::byte*>(&length);
  bytes.insert(bytes.begin(), first, first + sizeof length);
  return bytes;
}

std::uint64_t blob_length(std::span<const std::byte> prefix,
                          const FrameLimits& limits) {
  if (prefix.size() < length_bytes)
    throw ProtocolError("a frame ends within its length");
  const std::uint64_t length = read_length(prefix);
  if (length < length_bytes) {
    throw ProtocolError("a frame of " + std::to_string(length) +
                        " bytes cannot hold a safetensors blob");
  }
  if (length > limits.blob_bytes) {
    throw ProtocolError("a frame of " + std::to_string(length) +
                        " bytes is announced, where at most " +
                        std::to_string(limits.blob_bytes) + " are expected");
  }
  return length;
}

}  // namespace truenorm::protocol
