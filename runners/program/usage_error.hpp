// SPDX-License-Identifier: Apache-2.0
// What the user has to change: arguments, files or runners that cannot be used.
#pragma once

#include <stdexcept>

namespace truenorm {

/// Its message is one clear line, or one a fault; the program ends with status 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace truenorm
