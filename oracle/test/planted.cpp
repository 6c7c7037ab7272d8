// SPDX-License-Identifier: Apache-2.0
// The switch of the oracle that is built to be wrong.
#include "oracle/planted.hpp"

#include <cstdlib>

namespace truenorm {

bool is_planted(std::string_view fault) {
  static const char* const planted = std::getenv("TRUENORM_PLANT");
  return planted != nullptr && fault == planted;
}

}  // namespace truenorm
