// SPDX-License-Identifier: Apache-2.0
// What reading a case costs, so that a short file cannot ask for hours or gigabytes.
#pragma once

#include <cstdint>
#include <string_view>

#include "cases/document.hpp"

namespace truenorm {

/// What a case or the defaults cost, in time or memory of that many elements of 8 bytes:
/// defaults are short to write and read again for every case.
struct Cost {
  std::int64_t of_reading = 0;
  std::int64_t of_each_test = 0;  ///< what its tests keep: everything but the inputs
};

[[nodiscard]] Cost cost(const Node& map);

/// What the tests of a file still may ask of the machine.
struct Budget {
  std::int64_t elements = 0;
  bool is_exceeded = false;

  /// Whether there was so much left; it is gone then.
  [[nodiscard]] bool spend(std::int64_t cost);
};

inline constexpr std::string_view too_long_a_file =
    "the cases of this file are too many or too long; split the file here";

}  // namespace truenorm
