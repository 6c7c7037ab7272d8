// SPDX-License-Identifier: Apache-2.0
// Frames to bytes and back: the safetensors layout, read as if it came from an enemy.
#include "runners/protocol/frame.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "runners/protocol/strict_json.hpp"

namespace truenorm::protocol {
namespace {

using nlohmann::json;

static_assert(std::endian::native == std::endian::little,
              "lengths and elements cross the pipe as little-endian");

struct DtypeNames {
  std::string_view dtype;
  std::string_view in_safetensors;
  std::int64_t element_bytes;
};

constexpr std::array dtype_names{
    DtypeNames{"float64", "F64", 8},         DtypeNames{"float32", "F32", 4},
    DtypeNames{"float16", "F16", 2},         DtypeNames{"bfloat16", "BF16", 2},
    DtypeNames{"float8_e5m2", "F8_E5M2", 1}, DtypeNames{"float8_e4m3fn", "F8_E4M3", 1},
};

constexpr const char* metadata_key = "__metadata__";
constexpr const char* message_key = "truenorm";
constexpr std::size_t alignment_bytes = 8;

const DtypeNames* find_dtype(std::string_view dtype) {
  const auto* found = std::find_if(dtype_names.begin(), dtype_names.end(),
                                   [&](const auto& row) { return row.dtype == dtype; });
  return found == dtype_names.end() ? nullptr : found;
}

const DtypeNames* find_safetensors_dtype(std::string_view name) {
  const auto* found =
      std::find_if(dtype_names.begin(), dtype_names.end(),
                   [&](const auto& row) { return row.in_safetensors == name; });
  return found == dtype_names.end() ? nullptr : found;
}

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

/// Where a tensor lies in the data that follows the header.
struct Extent {
  std::string name;
  std::uint64_t begin;
  std::uint64_t end;
};

std::vector<std::int64_t> read_shape(const std::string& name, const json& entry,
                                     const FrameLimits& limits) {
  const json& dimensions = entry.at("shape");
  if (!dimensions.is_array()) refuse("the shape of " + name + " is no list");
  if (dimensions.size() > limits.rank) {
    refuse(name + " has rank " + std::to_string(dimensions.size()) + ", at most " +
           std::to_string(limits.rank) + " is read");
  }
  std::vector<std::int64_t> shape;
  for (const json& dimension : dimensions) {
    if (!dimension.is_number_unsigned() ||
        dimension.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max()) {
      refuse("the shape of " + name + " holds " + dimension.dump());
    }
    shape.push_back(dimension.get<std::int64_t>());
  }
  return shape;
}

Extent read_extent(const std::string& name, const json& entry,
                   std::uint64_t data_bytes) {
  const json& offsets = entry.at("data_offsets");
  if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
      !offsets[1].is_number_unsigned()) {
    refuse("data_offsets of " + name + " are not two byte positions");
  }
  const Extent extent{name, offsets[0].get<std::uint64_t>(),
                      offsets[1].get<std::uint64_t>()};
  if (extent.begin > extent.end || extent.end > data_bytes) {
    refuse("the data of " + name + " would be bytes " + std::to_string(extent.begin) +
           " to " + std::to_string(extent.end) + " of " + std::to_string(data_bytes));
  }
  return extent;
}

/// A tensor without its bytes, for which `extent` has the right size.
TensorBlob read_entry(const std::string& name, const json& entry, const Extent& extent,
                      const FrameLimits& limits) {
  const json& dtype_name = entry.at("dtype");
  const DtypeNames* dtype = dtype_name.is_string()
                                ? find_safetensors_dtype(dtype_name.get<std::string>())
                                : nullptr;
  if (dtype == nullptr) {
    refuse(name + " has the dtype " + dtype_name.dump() + ", which is not ours");
  }
  TensorBlob tensor{std::string(dtype->dtype), read_shape(name, entry, limits), {}};
  const auto size = tensor_bytes(tensor.dtype, tensor.shape);
  if (!size || static_cast<std::uint64_t>(*size) != extent.end - extent.begin) {
    refuse(name + " has " + std::to_string(extent.end - extent.begin) +
           " bytes, which do not fit " + std::string(dtype->dtype) + " of shape " +
           entry.at("shape").dump());
  }
  return tensor;
}

/// safetensors allows neither holes nor overlaps: in order, the extents tile the data.
void require_tiling(std::vector<Extent> extents, std::uint64_t data_bytes) {
  std::sort(extents.begin(), extents.end(), [](const Extent& a, const Extent& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::uint64_t position = 0;
  for (const Extent& extent : extents) {
    if (extent.begin != position) {
      refuse("the data of " + extent.name + " begin at byte " +
             std::to_string(extent.begin) + ", not where the ones before end, at " +
             std::to_string(position));
    }
    position = extent.end;
  }
  if (position != data_bytes) {
    refuse("the tensors end at byte " + std::to_string(position) + " of " +
           std::to_string(data_bytes));
  }
}

std::string read_message(const json& header) {
  const auto metadata = header.find(metadata_key);
  if (metadata == header.end() || !metadata->is_object() || metadata->size() != 1 ||
      !metadata->contains(message_key) || !metadata->at(message_key).is_string()) {
    refuse("__metadata__ must hold the string 'truenorm' and nothing else");
  }
  return metadata->at(message_key).get<std::string>();
}

Frame decode_checked(std::span<const std::byte> blob, const FrameLimits& limits) {
  if (blob.size() > limits.blob_bytes) refuse("it is larger than allowed");
  if (blob.size() < length_bytes) refuse("it ends within the length of its header");
  const std::uint64_t header_bytes = read_length(blob);
  blob = blob.subspan(length_bytes);
  if (header_bytes > blob.size()) refuse("it ends within its header");
  if (header_bytes > limits.header_bytes) {
    refuse("its header has " + std::to_string(header_bytes) + " bytes, at most " +
           std::to_string(limits.header_bytes) + " are read");
  }
  const std::string_view text(reinterpret_cast<const char*>(blob.data()), header_bytes);
  const std::span<const std::byte> data = blob.subspan(header_bytes);
  if (!text.starts_with('{')) refuse("its header does not begin with {");
  require_strict_json("the header of a blob", text);
  const json header = json::parse(text);
  if (header.size() > limits.tensors + 1) refuse("it has too many tensors");

  Frame frame{read_message(header), {}};
  std::vector<Extent> extents;
  for (const auto& [name, entry] : header.items()) {
    if (name == metadata_key) continue;
    if (!entry.is_object() || entry.size() != 3 || !entry.contains("dtype") ||
        !entry.contains("shape") || !entry.contains("data_offsets")) {
      refuse("the entry of " + name + " must hold dtype, shape and data_offsets");
    }
    extents.push_back(read_extent(name, entry, data.size()));
    frame.tensors.emplace(name, read_entry(name, entry, extents.back(), limits));
  }
  require_tiling(extents, data.size());
  for (const Extent& extent : extents) {
    const auto bytes = data.subspan(extent.begin, extent.end - extent.begin);
    frame.tensors.at(extent.name).bytes.assign(bytes.begin(), bytes.end());
  }
  return frame;
}

}  // namespace

std::optional<std::int64_t> element_bytes(std::string_view dtype) {
  const DtypeNames* row = find_dtype(dtype);
  if (row == nullptr) return std::nullopt;
  return row->element_bytes;
}

std::optional<std::int64_t> tensor_bytes(std::string_view dtype,
                                         std::span<const std::int64_t> shape) {
  const DtypeNames* row = find_dtype(dtype);
  if (row == nullptr) return std::nullopt;
  std::int64_t bytes = row->element_bytes;
  for (const std::int64_t dimension : shape) {
    if (dimension < 0 || __builtin_mul_overflow(bytes, dimension, &bytes)) {
      return std::nullopt;
    }
  }
  return bytes;
}

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
        {"dtype", find_dtype(tensor->second.dtype)->in_safetensors},
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
  } catch (const json::exception& error) {
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
