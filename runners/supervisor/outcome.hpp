// SPDX-License-Identifier: Apache-2.0
// What became of a request: an answer, or one of the ways not to give one.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "oracle/question.hpp"

namespace truenorm {

/// The outputs that came back, with the shapes and dtypes that they must have. One that
/// was asked for and is not among them is unsupported.
struct Answered {
  Tensors outputs;
};

/// Not offered, or refused by documented design.
struct Unsupported {
  std::string why;
};

/// The library, or the runner, reports an error.
struct RunnerError {
  std::string what;
};

/// What came back is no answer: wrong length, shape, dtype, id, garbage.
struct ProtocolViolation {
  std::string what;
};

/// How a process ended.
struct Ending {
  enum class Kind { exited, signalled };
  Kind kind = Kind::exited;
  int code = 0;  ///< the exit status or the signal's number

  friend bool operator==(const Ending&, const Ending&) = default;
};

/// The process ended before it had answered, exit status 0 included.
struct Crashed {
  Ending ending;
};

struct TimedOut {
  double limit_seconds;
};

struct OutOfMemory {
  std::uint64_t resident_bytes;
  std::uint64_t limit_bytes;
};

using Outcome = std::variant<Answered, Unsupported, RunnerError, ProtocolViolation,
                             Crashed, TimedOut, OutOfMemory>;

/// "exited with status 3", "was ended by signal 11 (SIGSEGV)".
[[nodiscard]] std::string ending_text(const Ending& ending);

/// One line that says why there is no answer; empty for an answer.
[[nodiscard]] std::string explanation(const Outcome& outcome);

}  // namespace truenorm
