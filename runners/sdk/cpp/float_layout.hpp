// SPDX-License-Identifier: Apache-2.0
// Bits of every dtype to binary64 and back, in integers alone: a library that sets the
// rounding mode or flushes subnormals in this process changes nothing here.
#pragma once

#include <cstdint>
#include <string_view>

namespace truenorm::sdk {

/// A binary format within binary64, of at most 53 bits of precision.
struct FloatLayout {
  std::string_view dtype;
  int storage_bits;
  int precision_bits;
  int emin;
  bool has_infinity;  ///< if not, the all-ones magnitude is the only NaN
};

/// throws   std::invalid_argument for an unknown dtype
[[nodiscard]] const FloatLayout& find_layout(std::string_view dtype);

/// The number that the bits denote; a NaN keeps its sign and payload.
[[nodiscard]] double decode(const FloatLayout& layout, std::uint64_t bits);

/// RN: the bits of the nearest value, ties to even, subnormals kept, overflow to an
/// infinity (or the NaN, without one). A NaN keeps its sign and leading payload.
[[nodiscard]] std::uint64_t encode(const FloatLayout& layout, double value);

}  // namespace truenorm::sdk
