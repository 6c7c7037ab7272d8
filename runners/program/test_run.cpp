// SPDX-License-Identifier: Apache-2.0
// Jobs that take pairs of runner and test from one list.
#include "runners/program/test_run.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <future>
#include <mutex>
#include <thread>

#include "runners/program/judge.hpp"
#include "runners/program/usage_error.hpp"

namespace truenorm {
namespace {

/// One question to one runner, in a job of its own.
class Job {
 public:
  Job(const std::vector<RunnerChoice>& choices, const SupervisorLimits& limits)
      : choices_(choices), limits_(limits), supervisors_(choices.size()) {}

  void adopt(std::size_t runner, std::unique_ptr<Supervisor> supervisor) {
    supervisors_[runner] = std::move(supervisor);
  }

  [[nodiscard]] std::vector<Result> run(const TestCase& test, std::size_t runner) {
    const RunnerChoice& choice = choices_[runner];
    if (!supervisors_[runner]) {
      supervisors_[runner] = std::make_unique<Supervisor>(choice.command, limits_);
    }
    Supervisor& supervisor = *supervisors_[runner];
    const Question question = question_for(test, supervisor.hello());
    const Reply reply = supervisor.ask(make_request(test.id, question, test.outputs),
                                       expected_outputs(question, test.outputs));
    return judge(test, question, choice.name, supervisor.hello(), reply);
  }

  [[nodiscard]] std::int64_t restarts() const {
    std::int64_t sum = 0;
    for (const auto& supervisor : supervisors_) {
      if (supervisor) sum += supervisor->restarts();
    }
    return sum;
  }

 private:
  const std::vector<RunnerChoice>& choices_;
  SupervisorLimits limits_;
  std::vector<std::unique_ptr<Supervisor>> supervisors_;
};

}  // namespace

std::vector<StartedRunner> start_runners(std::vector<RunnerChoice> choices,
                                         const SupervisorLimits& limits) {
  std::vector<std::future<std::unique_ptr<Supervisor>>> starts;
  starts.reserve(choices.size());
  for (const RunnerChoice& choice : choices) {
    starts.push_back(std::async(std::launch::async, [&choice, &limits] {
      return std::make_unique<Supervisor>(choice.command, limits);
    }));
  }
  std::vector<StartedRunner> started;
  std::string unusable;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    try {
      started.push_back({choices[i], starts[i].get()});
    } catch (const UnusableRunner& error) {
      const std::string& install = choices[i].install;
      unusable += (unusable.empty() ? "runner " : "\nrunner ") + choices[i].name +
                  " cannot be used: " + error.what() +
                  (install.empty() ? "" : "; to get it: " + install);
    }
  }
  if (!unusable.empty()) throw UsageError(unusable);
  return started;
}

std::int64_t run_tests(const std::vector<TestCase>& tests,
                       std::vector<StartedRunner> runners, const RunOptions& options,
                       const ResultSink& sink) {
  std::vector<RunnerChoice> choices;
  for (const StartedRunner& runner : runners) choices.push_back(runner.choice);
  const std::size_t pairs = tests.size() * choices.size();
  std::atomic<std::size_t> next{0};
  std::atomic<bool> is_stopping{false};
  std::mutex mutex;
  std::exception_ptr fault;
  std::int64_t restarts = 0;

  // Runner by runner, so that few of them need a process in every job.
  const auto work = [&](Job& job) {
    try {
      for (std::size_t pair = next++; pair < pairs && !is_stopping; pair = next++) {
        const std::vector<Result> results =
            job.run(tests[pair % tests.size()], pair / tests.size());
        const std::lock_guard lock(mutex);
        sink(results);
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!fault) fault = std::current_exception();
      is_stopping = true;
    }
    const std::lock_guard lock(mutex);
    restarts += job.restarts();
  };

  Job first(choices, options.limits);
  for (std::size_t i = 0; i < runners.size(); ++i) {
    first.adopt(i, std::move(runners[i].supervisor));
  }
  {
    std::vector<std::jthread> others;
    for (std::size_t job = 1; job < options.jobs; ++job) {
      others.emplace_back([&] {
        Job own(choices, options.limits);
        work(own);
      });
    }
    work(first);
  }
  if (fault) std::rethrow_exception(fault);
  return restarts;
}

}  // namespace truenorm
