// SPDX-License-Identifier: Apache-2.0
// What a program beside the tests prints.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace truenorm {

struct PrintedNumbers {
  std::vector<std::uint64_t> numbers;
  int status = 0;  ///< of the program's exit
};

/// The numbers in hex that a shell command prints, a line each.
[[nodiscard]] PrintedNumbers printed_by(const std::string& command);

}  // namespace truenorm
