// SPDX-License-Identifier: Apache-2.0
// How the tests start a runner, ask it, and see whether anything of it is left.
#pragma once

#include <string>
#include <string_view>

#include "runners/supervisor/supervisor.hpp"

namespace truenorm::test {

/// A broken runner with a mark in its environment, which its descendants inherit.
class RunnerUnderTest {
 public:
  /// runners/broken/raw_runner.py FAULT.
  [[nodiscard]] static RunnerUnderTest raw(std::string_view fault);
  /// runners/broken/handler_runner.py KIND.
  [[nodiscard]] static RunnerUnderTest with_python_handler(std::string_view kind);
  /// runners/broken/handler_runner.cpp, KIND.
  [[nodiscard]] static RunnerUnderTest with_cpp_handler(std::string_view kind);

  explicit RunnerUnderTest(std::vector<std::string> words);

  [[nodiscard]] const Command& command() const { return command_; }
  /// Whether within a second no process with the mark lives any more.
  [[nodiscard]] bool is_gone() const;

 private:
  Command command_;
};

/// Short ones; the request's is what the faults that hang cost.
[[nodiscard]] SupervisorLimits short_limits();

/// layer_norm of x, with only `y` asked for.
[[nodiscard]] protocol::Request request_for_y(std::string id, const Tensor& x);

/// y like x.
[[nodiscard]] ExpectedOutputs expected_like(const Tensor& x);

/// Four float32 numbers.
[[nodiscard]] Tensor small_x();

/// Asks for layer_norm of small_x.
[[nodiscard]] Reply ask(Supervisor& supervisor, std::string id);

/// Whether the reply brings y, with the bits of x.
[[nodiscard]] bool echoes(const Reply& reply, const Tensor& x = small_x());

}  // namespace truenorm::test
