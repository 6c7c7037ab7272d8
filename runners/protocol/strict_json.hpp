// SPDX-License-Identifier: Apache-2.0
// What JSON from a stranger must be before it is read: shallow, and without double keys.
#pragma once

#include <string_view>

namespace truenorm::protocol {

/// Checks that the text is one JSON value, nested at most 8 deep, no object of which has
/// a key twice.
///
/// throws   ProtocolError, which begins with `subject`
void require_strict_json(std::string_view subject, std::string_view text);

}  // namespace truenorm::protocol
