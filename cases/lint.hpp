// SPDX-License-Identifier: Apache-2.0
// What is allowed in a case file but looks like a mistake.
#pragma once

#include <vector>

#include "cases/reader.hpp"

namespace truenorm {

/// Warnings, one for each case and reason: `catches` names a mutant that does not apply
/// to the operator; the case does not say what it is about.
[[nodiscard]] std::vector<Diagnostic> lint(const std::vector<TestCase>& tests);

}  // namespace truenorm
