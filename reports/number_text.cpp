// SPDX-License-Identifier: Apache-2.0
// Choosing the notation of a number by its size.
#include "reports/number_text.hpp"

#include <fmt/format.h>

#include <cmath>

namespace truenorm {

namespace {

std::string without_trailing_zeros(std::string digits) {
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.ends_with('.')) digits.pop_back();
  return digits;
}

}  // namespace

std::string short_number(double value) {
  if (std::isnan(value)) return "nan";
  const double size = std::abs(value);
  if (size == 0) return "0";
  if (std::isinf(value) || size < 0.01 || size >= 1e5) {
    return fmt::format("{:.1e}", value);
  }
  if (size < 10) return without_trailing_zeros(fmt::format("{:.2f}", value));
  if (size < 100) return without_trailing_zeros(fmt::format("{:.1f}", value));
  return fmt::format("{:.0f}", value);
}

}  // namespace truenorm
