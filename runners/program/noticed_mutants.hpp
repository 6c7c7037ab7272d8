// SPDX-License-Identifier: Apache-2.0
// What to write after `catches`, found out by answering the tests as mutants.
#pragma once

#include <string>
#include <vector>

#include "cases/test_case.hpp"

namespace truenorm {

/// Mutants that fail some test: one of a kind, and no more than a line holds.
[[nodiscard]] std::vector<std::string> noticed_mutants(
    const std::vector<TestCase>& tests);

/// Those of the mutants, which exist, that fail no test.
[[nodiscard]] std::vector<std::string> missed_mutants(
    const std::vector<TestCase>& tests, const std::vector<std::string>& names);

}  // namespace truenorm
