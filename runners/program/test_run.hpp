// SPDX-License-Identifier: Apache-2.0
// The engine: puts every test to every runner and hands on what comes of it.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cases/test_case.hpp"
#include "reports/result.hpp"
#include "runners/program/runner_choice.hpp"
#include "runners/supervisor/supervisor.hpp"

namespace truenorm {

/// A runner that has said hello.
struct StartedRunner {
  RunnerChoice choice;
  std::unique_ptr<Supervisor> supervisor;
};

/// Starts the runners, all at once.
///
/// throws   UsageError with a line for each that cannot be used, and what to install
[[nodiscard]] std::vector<StartedRunner> start_runners(
    std::vector<RunnerChoice> choices, const SupervisorLimits& limits);

struct RunOptions {
  SupervisorLimits limits;
  std::size_t jobs = 1;
};

/// Called for each test and runner with its results, from one thread at a time.
using ResultSink = std::function<void(const std::vector<Result>&)>;

/// Asks and judges; a runner that misbehaves costs its own answer only.
///
/// values   every job has processes of its own, the first one those given
/// result   how often runners had to be started again
/// throws   what the oracle throws for a fault of its own; what the sink throws
[[nodiscard]] std::int64_t run_tests(const std::vector<TestCase>& tests,
                                     std::vector<StartedRunner> runners,
                                     const RunOptions& options, const ResultSink& sink);

}  // namespace truenorm
