// SPDX-License-Identifier: Apache-2.0
// What the C++ side of a measurement was built with.
#pragma once

#include <map>
#include <string>

namespace truenorm::bench {

/// The compiler, and the libraries that do a peer's work or truenorm's.
[[nodiscard]] std::map<std::string, std::string> versions();

}  // namespace truenorm::bench
