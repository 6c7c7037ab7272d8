// SPDX-License-Identifier: Apache-2.0
// Runners under test, and the search for what is left of them in /proc.
#include "runners/test/runner_under_test.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>
#include <utility>

namespace truenorm::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* mark_name = "TRUENORM_TEST_MARK";

std::string unique_mark() {
  static std::atomic<int> count = 0;
  return std::to_string(::getpid()) + "-" + std::to_string(count++);
}

/// A zombie's environment is empty, so that only the living are counted.
std::size_t living_processes(const std::string& mark) {
  const std::string wanted = std::string(mark_name) + "=" + mark + '\0';
  std::size_t count = 0;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    std::ifstream file(entry.path() / "environ");
    const std::string environment(std::istreambuf_iterator<char>(file), {});
    if (environment.find(wanted) != std::string::npos) ++count;
  }
  return count;
}

std::string broken_folder() { return RUNNERS_FOLDER "/broken/"; }

}  // namespace

RunnerUnderTest::RunnerUnderTest(std::vector<std::string> words)
    : command_{std::move(words),
               {{mark_name, unique_mark()},
                {"PYTHONPATH", RUNNERS_FOLDER "/sdk/python"},
                {"PYTHONDONTWRITEBYTECODE", "1"}}} {}

RunnerUnderTest RunnerUnderTest::raw(std::string_view fault) {
  return RunnerUnderTest(
      {PYTHON, "-S", broken_folder() + "raw_runner.py", std::string(fault)});
}

RunnerUnderTest RunnerUnderTest::with_python_handler(std::string_view kind) {
  return RunnerUnderTest(
      {PYTHON, "-S", broken_folder() + "handler_runner.py", std::string(kind)});
}

RunnerUnderTest RunnerUnderTest::with_cpp_handler(std::string_view kind) {
  return RunnerUnderTest({HANDLER_RUNNER, std::string(kind)});
}

bool RunnerUnderTest::is_gone() const {
  const std::string& mark = command_.environment.at(mark_name);
  for (int attempt = 0; attempt < 100; ++attempt) {
    if (living_processes(mark) == 0) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

SupervisorLimits short_limits() {
  SupervisorLimits limits;
  limits.hello = std::chrono::seconds(20);
  limits.request = std::chrono::seconds(20);
  limits.goodbye = std::chrono::seconds(5);
  limits.memory_bytes = std::uint64_t{1} << 30;
  return limits;
}

protocol::Request request_for_y(std::string id, const Tensor& x) {
  return {std::move(id),
          "layer_norm",
          "forward",
          {{"eps", protocol::Real{0x1p-20, ""}}},
          {"y"},
          {{"x",
            {std::string(x.format().name),
             x.shape(),
             {x.bytes().begin(), x.bytes().end()}}}}};
}

ExpectedOutputs expected_like(const Tensor& x) {
  return {{"y", {x.shape(), {x.format()}}}};
}

Tensor small_x() {
  return make_tensor(float32, {4}, std::vector<double>{1, -2, 0.5, 0});
}

Reply ask(Supervisor& supervisor, std::string id) {
  const Tensor x = small_x();
  return supervisor.ask(request_for_y(std::move(id), x), expected_like(x));
}

bool echoes(const Reply& reply, const Tensor& x) {
  const auto* answered = std::get_if<Answered>(&reply.outcome);
  if (answered == nullptr || answered->outputs.size() != 1) return false;
  const auto y = answered->outputs.find("y");
  return y != answered->outputs.end() && y->second.shape() == x.shape() &&
         std::ranges::equal(y->second.bytes(), x.bytes());
}

}  // namespace truenorm::test
