// SPDX-License-Identifier: Apache-2.0
// Listing the classes that occur.
#include "reports/special_text.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace truenorm {

std::vector<std::string> failing_classes(const SpecialCounts& special) {
  const std::array<std::pair<const char*, std::int64_t>, 5> classes{
      {{"spurious_nan", special.spurious_nan},
       {"spurious_inf", special.spurious_inf},
       {"missed_nan", special.missed_nan},
       {"missed_inf", special.missed_inf},
       {"wrong_inf", special.wrong_inf}}};
  std::vector<std::string> texts;
  for (const auto& [name, count] : classes) {
    if (count > 0) texts.push_back(fmt::format("{} {}", count, name));
  }
  return texts;
}

}  // namespace truenorm
