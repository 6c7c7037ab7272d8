// SPDX-License-Identifier: Apache-2.0
// What is thrown where bytes or a message break the protocol.
#pragma once

#include <stdexcept>

namespace truenorm::protocol {

/// One clear sentence about what is wrong with what came in.
class ProtocolError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace truenorm::protocol
