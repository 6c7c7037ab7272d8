// SPDX-License-Identifier: Apache-2.0
// A line on stderr that says how far a run is; none where nobody watches.
#pragma once

#include <chrono>
#include <cstddef>

namespace truenorm {

class Progress {
 public:
  /// values   `total` steps are to be done; silent if stderr is no terminal
  explicit Progress(std::size_t total);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  /// Erases the line.
  ~Progress();

  void step();

 private:
  using Clock = std::chrono::steady_clock;

  std::size_t total_;
  std::size_t done_ = 0;
  bool is_shown_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_drawn_ = start_;
};

}  // namespace truenorm
