// SPDX-License-Identifier: Apache-2.0
// One life of a runner: its process, the frames to and from it, and its last words.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "runners/protocol/frame.hpp"
#include "runners/supervisor/child_process.hpp"
#include "runners/supervisor/foreign_text.hpp"
#include "runners/supervisor/outcome.hpp"

namespace truenorm {

/// Where the time of an exchange went.
struct Timing {
  double answer_seconds = 0;     ///< from the request's last byte to the answer's first
  double transport_seconds = 0;  ///< before and after that: writing and reading
};

/// What an exchange may take.
struct ExchangeLimits {
  std::chrono::milliseconds time;
  std::uint64_t memory_bytes;
  protocol::FrameLimits frame;
};

struct Exchange {
  /// The blob that came back, or why none did: a ProtocolViolation, Crashed, TimedOut or
  /// OutOfMemory.
  std::variant<std::vector<std::byte>, Outcome> result;
  Timing timing;
};

class Connection {
 public:
  /// throws   std::system_error if the program cannot be started
  Connection(const Command& command, std::size_t max_log_bytes)
      : process_(command), log_(max_log_bytes) {}

  /// Waits for the frame that a runner sends unasked, its hello.
  [[nodiscard]] Exchange listen(const ExchangeLimits& limits);

  /// Sends a frame and waits for the one that answers it. Neither a runner that does not
  /// read nor one that floods stderr can hold it up beyond the limits.
  ///
  /// values   after any result but a blob, the connection is of no further use
  [[nodiscard]] Exchange ask(std::span<const std::byte> frame,
                             const ExchangeLimits& limits);

  /// Closes the runner's stdin and waits for its end, then kills its process group.
  void close(std::chrono::milliseconds patience);

  /// What came over stderr since the log was last cleared.
  [[nodiscard]] const LogTail& log() const { return log_; }
  void clear_log() { log_.clear(); }

 private:
  ChildProcess process_;
  LogTail log_;
};

}  // namespace truenorm
