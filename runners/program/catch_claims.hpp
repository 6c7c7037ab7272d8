// SPDX-License-Identifier: Apache-2.0
// Whether what a case says that it catches is caught.
#pragma once

#include <vector>

#include "cases/lint.hpp"

namespace truenorm {

/// Warnings where `catches` is not so: a mutant that it names, and that applies, passes
/// every test of the case; or it names none, 'catches: []', and one is caught.
[[nodiscard]] std::vector<Diagnostic> check_catches(TestsOfCase tests);

}  // namespace truenorm
