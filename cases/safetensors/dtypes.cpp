// SPDX-License-Identifier: Apache-2.0
// One table of names and sizes.
#include "cases/safetensors/dtypes.hpp"

#include <algorithm>
#include <array>

namespace truenorm::safetensors {
namespace {

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

const DtypeNames* find_dtype(std::string_view dtype) {
  const auto* found = std::find_if(dtype_names.begin(), dtype_names.end(),
                                   [&](const auto& row) { return row.dtype == dtype; });
  return found == dtype_names.end() ? nullptr : found;
}

}  // namespace

std::optional<std::string_view> written_name(std::string_view dtype) {
  const DtypeNames* row = find_dtype(dtype);
  if (row == nullptr) return std::nullopt;
  return row->in_safetensors;
}

std::optional<std::string_view> dtype_of(std::string_view written_name) {
  const auto* found =
      std::find_if(dtype_names.begin(), dtype_names.end(),
                   [&](const auto& row) { return row.in_safetensors == written_name; });
  if (found == dtype_names.end()) return std::nullopt;
  return found->dtype;
}

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

}  // namespace truenorm::safetensors
