// SPDX-License-Identifier: Apache-2.0
// A process of our own with pipes to its standard streams, alone in its process group.
#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runners/supervisor/outcome.hpp"

namespace truenorm {

/// A file descriptor that is closed with its owner.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor() { close(); }

  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] bool is_open() const { return number_ >= 0; }
  void close();

 private:
  int release();

  int number_;
};

/// How to start a program.
struct Command {
  std::vector<std::string> words;  ///< the program, then its arguments
  std::map<std::string, std::string>
      environment;  ///< added to ours, or instead of ours
};

/// Boost.Process 1.74 is not used: its pipes lack O_CLOEXEC, so that a runner started in
/// another thread would hold this one's pipes open and hide its end.
class ChildProcess {
 public:
  /// Starts the program as the leader of a session and process group of its own.
  ///
  /// throws   std::system_error if it cannot be started
  explicit ChildProcess(const Command& command);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  /// Kills the process group.
  ~ChildProcess() { kill(); }

  [[nodiscard]] pid_t group() const { return id_; }

  /// Our ends of the pipes; none of them blocks.
  Descriptor standard_input;
  Descriptor standard_output;
  Descriptor standard_error;

  /// How the process ended, if it has. Its number stays reserved until `kill`.
  [[nodiscard]] std::optional<Ending> ending() const;

  /// Ends whatever lives of the process group, and reaps the process.
  void kill();

 private:
  pid_t id_ = -1;
  bool is_reaped_ = false;
};

}  // namespace truenorm
