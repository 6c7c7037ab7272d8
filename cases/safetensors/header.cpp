// SPDX-License-Identifier: Apache-2.0
// The checks in the order in which they are cheap.
#include "cases/safetensors/header.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "cases/safetensors/dtypes.hpp"
#include "cases/safetensors/strict_json.hpp"

namespace truenorm::safetensors {
namespace {

using nlohmann::json;

static_assert(std::endian::native == std::endian::little,
              "safetensors stores its numbers as little-endian");

constexpr const char* metadata_key = "__metadata__";

[[noreturn]] void refuse(const std::string& why) { throw Error(why); }

std::vector<std::int64_t> read_shape(const std::string& name, const json& entry,
                                     const Limits& limits) {
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

Entry read_extent(const std::string& name, const json& entry,
                  std::uint64_t data_bytes) {
  const json& offsets = entry.at("data_offsets");
  if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
      !offsets[1].is_number_unsigned()) {
    refuse("data_offsets of " + name + " are not two byte positions");
  }
  Entry extent;
  extent.begin = offsets[0].get<std::uint64_t>();
  extent.end = offsets[1].get<std::uint64_t>();
  if (extent.begin > extent.end || extent.end > data_bytes) {
    refuse("the data of " + name + " would be bytes " + std::to_string(extent.begin) +
           " to " + std::to_string(extent.end) + " of " + std::to_string(data_bytes));
  }
  return extent;
}

Entry read_entry(const std::string& name, const json& written, std::uint64_t data_bytes,
                 const Limits& limits) {
  if (!written.is_object() || written.size() != 3 || !written.contains("dtype") ||
      !written.contains("shape") || !written.contains("data_offsets")) {
    refuse("the entry of " + name + " must hold dtype, shape and data_offsets");
  }
  Entry entry = read_extent(name, written, data_bytes);
  const json& dtype_name = written.at("dtype");
  entry.written_dtype = dtype_name.dump();
  if (dtype_name.is_string()) entry.dtype = dtype_of(dtype_name.get<std::string>());
  entry.shape = read_shape(name, written, limits);
  if (!entry.dtype) return entry;
  const auto size = tensor_bytes(*entry.dtype, entry.shape);
  if (!size || static_cast<std::uint64_t>(*size) != entry.end - entry.begin) {
    refuse(name + " has " + std::to_string(entry.end - entry.begin) +
           " bytes, which do not fit " + *entry.dtype + " of shape " +
           written.at("shape").dump());
  }
  return entry;
}

/// safetensors allows neither holes nor overlaps: in order, the extents tile the data.
void require_tiling(const Header& header, std::uint64_t data_bytes) {
  std::vector<const std::pair<const std::string, Entry>*> extents;
  for (const auto& tensor : header.tensors) extents.push_back(&tensor);
  std::stable_sort(extents.begin(), extents.end(), [](const auto* a, const auto* b) {
    return std::pair(a->second.begin, a->second.end) <
           std::pair(b->second.begin, b->second.end);
  });
  std::uint64_t position = 0;
  for (const auto* tensor : extents) {
    const auto& [name, extent] = *tensor;
    if (extent.begin != position) {
      refuse("the data of " + name + " begin at byte " + std::to_string(extent.begin) +
             ", not where the ones before end, at " + std::to_string(position));
    }
    position = extent.end;
  }
  if (position != data_bytes) {
    refuse("the tensors end at byte " + std::to_string(position) + " of " +
           std::to_string(data_bytes));
  }
}

void read_metadata(const json& written, Header& header) {
  const bool holds_strings =
      written.is_object() && std::all_of(written.begin(), written.end(),
                                         [](const json& v) { return v.is_string(); });
  if (!holds_strings) refuse("__metadata__ must hold strings and nothing else");
  for (const auto& [key, value] : written.items()) {
    header.metadata.emplace(key, value.get<std::string>());
  }
}

Header read_header(const json& written, std::uint64_t data_bytes,
                   const Limits& limits) {
  if (written.size() > limits.tensors + 1) refuse("it has too many tensors");
  Header header;
  for (const auto& [name, entry] : written.items()) {
    if (name == metadata_key) {
      read_metadata(entry, header);
    } else {
      header.tensors.emplace(name, read_entry(name, entry, data_bytes, limits));
    }
  }
  require_tiling(header, data_bytes);
  return header;
}

}  // namespace

std::uint64_t header_length(std::span<const std::byte> start, std::uint64_t blob_bytes,
                            const Limits& limits) {
  if (blob_bytes < length_bytes || start.size() < length_bytes) {
    refuse("it ends within the length of its header");
  }
  std::uint64_t length = 0;
  std::memcpy(&length, start.data(), sizeof length);
  if (length > blob_bytes - length_bytes) refuse("it ends within its header");
  if (length > limits.header_bytes) {
    refuse("its header has " + std::to_string(length) + " bytes, at most " +
           std::to_string(limits.header_bytes) + " are read");
  }
  return length;
}

Header parse_header(std::string_view text, std::uint64_t data_bytes,
                    const Limits& limits) {
  if (!text.starts_with('{')) refuse("its header does not begin with {");
  if (const auto complaint = json_complaint(text)) refuse("its header: " + *complaint);
  try {
    return read_header(json::parse(text), data_bytes, limits);
  } catch (const json::exception& error) {
    refuse(error.what());
  }
}

}  // namespace truenorm::safetensors
