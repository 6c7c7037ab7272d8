// SPDX-License-Identifier: Apache-2.0
// The switch of the oracle that is built to be wrong.
#include "oracle/planted.hpp"

#include <cstdlib>

namespace truenorm {

namespace {

std::string_view planted() {
  static const char* const name = std::getenv("TRUENORM_PLANT");
  return name != nullptr ? name : "";
}

}  // namespace

bool is_planted(std::string_view fault) { return fault == planted(); }

bool filter_is_left_out() {
  return !planted().empty() && !planted().starts_with("filter_");
}

}  // namespace truenorm
