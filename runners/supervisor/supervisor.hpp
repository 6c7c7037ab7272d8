// SPDX-License-Identifier: Apache-2.0
// The engine's side of a runner: it is asked, watched, killed and started again.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>

#include "runners/protocol/message.hpp"
#include "runners/supervisor/child_process.hpp"
#include "runners/supervisor/connection.hpp"
#include "runners/supervisor/outcome.hpp"
#include "runners/supervisor/wire_question.hpp"

namespace truenorm {

/// No valid hello, in one line: which program, what happened, its last words.
class UnusableRunner : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Half of the machine's memory: what a runner may hold by default.
[[nodiscard]] std::uint64_t default_memory_limit_bytes();

struct SupervisorLimits {
  std::chrono::milliseconds hello{30'000};    ///< from the start to the hello
  std::chrono::milliseconds request{60'000};  ///< from a request to its whole answer
  std::chrono::milliseconds goodbye{5'000};   ///< from the end of stdin to the end
  std::uint64_t memory_bytes =
      default_memory_limit_bytes();  ///< resident, of the group
  std::size_t log_bytes = 16'384;    ///< kept of a request
};

struct Reply {
  Outcome outcome;
  Timing timing;
  std::string log;  ///< the end of what the runner wrote to stderr, printable
};

/// Keeps a runner alive. It may do anything wrong: its request gets the verdict, the
/// process group is killed, and the next request finds a fresh runner.
///
/// values   one supervisor belongs to one thread at a time; several may live in several
class Supervisor {
 public:
  /// Starts the runner and reads its hello.
  ///
  /// throws   UnusableRunner
  explicit Supervisor(Command command, SupervisorLimits limits = {});
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;
  /// As `stop`.
  ~Supervisor();

  [[nodiscard]] const protocol::Hello& hello() const { return hello_; }
  /// What the runner wrote to stderr before its hello.
  [[nodiscard]] const std::string& startup_log() const { return startup_log_; }
  /// How often the runner had to be started again.
  [[nodiscard]] std::int64_t restarts() const { return restarts_; }

  /// Asks what the hello offers; the rest is unsupported without the runner being asked.
  ///
  /// values   a process that ended after an answer, or wrote more than it, is found out at
  ///          the next request, which then has that verdict
  [[nodiscard]] Reply ask(protocol::Request request, const ExpectedOutputs& expected);

  /// Lets the runner end by itself, then kills its process group; `ask` starts a new one.
  void stop();

 private:
  [[nodiscard]] std::variant<protocol::Hello, Outcome> greet();
  [[nodiscard]] std::optional<Outcome> restart();
  [[nodiscard]] Reply exchange(const protocol::Request& request,
                               const ExpectedOutputs& expected);

  Command command_;
  SupervisorLimits limits_;
  std::unique_ptr<Connection> connection_;  ///< null when the runner is not running
  protocol::Hello hello_;
  std::string startup_log_;
  std::int64_t restarts_ = 0;
};

/// Why the runner would not answer this request, by its own hello; empty if it would.
[[nodiscard]] std::string why_not_offered(const protocol::Hello& hello,
                                          const protocol::Request& request);

}  // namespace truenorm
