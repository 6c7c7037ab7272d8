// SPDX-License-Identifier: Apache-2.0
// A complaint about JSON as a breach of the protocol.
#include "runners/protocol/strict_json.hpp"

#include <string>

#include "cases/safetensors/strict_json.hpp"
#include "runners/protocol/protocol_error.hpp"

namespace truenorm::protocol {

void require_strict_json(std::string_view subject, std::string_view text) {
  if (const auto complaint = safetensors::json_complaint(text)) {
    throw ProtocolError(std::string(subject) + ": " + *complaint);
  }
}

}  // namespace truenorm::protocol
