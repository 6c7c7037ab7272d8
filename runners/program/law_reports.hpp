// SPDX-License-Identifier: Apache-2.0
// The laws on stdout: proven of the oracle, asked of runners, and claims of bounds.
#pragma once

#include <string>
#include <vector>

#include "cases/test_case.hpp"
#include "runners/program/runner_choice.hpp"
#include "runners/supervisor/supervisor.hpp"

namespace truenorm {

/// Proves every law on every test and prints a table of laws; the statements too, if there
/// is one test only or where one is violated.
///
/// result   whether every statement holds
[[nodiscard]] bool print_proofs(const std::vector<TestCase>& tests);

/// Judges the claims of a file about the tests' layers, and prints each with its verdict.
///
/// result   whether every claim is sound
/// throws   UsageError with every error of the file, a line each
[[nodiscard]] bool print_claims(const std::string& path,
                                const std::vector<TestCase>& tests);

/// Asks each runner each test's question forward, in reverse and along tangents, and rows
/// alone, and prints how far its answers break the laws.
///
/// result   whether no law is broken by more than is allowed, and something was answered
/// throws   UsageError for a runner that cannot be used
[[nodiscard]] bool print_runners_laws(const std::vector<TestCase>& tests,
                                      const std::vector<std::string>& runners,
                                      const SupervisorLimits& limits);

}  // namespace truenorm
