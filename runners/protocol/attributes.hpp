// SPDX-License-Identifier: Apache-2.0
// The attributes of a request: their values, and the JSON object that carries them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "runners/protocol/protocol_error.hpp"

namespace truenorm::protocol {

/// A real attribute, such as eps.
struct Real {
  double value = 0;  ///< the nearest binary64, finite
  std::string
      exact;  ///< "1/1000000" where value is not the attribute itself; else empty

  friend bool operator==(const Real&, const Real&) = default;
};

using AttributeValue =
    std::variant<bool, std::int64_t, Real, std::vector<std::int64_t>, std::string>;
using Attributes = std::map<std::string, AttributeValue, std::less<>>;

/// A JSON object; a real is a hex float, with "NAME_exact" beside it where it has one.
///
/// throws   std::invalid_argument if a real is not finite, or a word would be read as one
[[nodiscard]] std::string encode_attributes(const Attributes& attributes);

/// decode_attributes(encode_attributes(a)) equals a.
///
/// throws   ProtocolError
[[nodiscard]] Attributes decode_attributes(std::string_view json);

}  // namespace truenorm::protocol
