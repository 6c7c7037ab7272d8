// SPDX-License-Identifier: Apache-2.0
// Draws the line anew a few times a second.
#include "runners/program/progress.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>

namespace truenorm {
namespace {

constexpr auto erase_line = "\r\x1b[K";

}  // namespace

Progress::Progress(std::size_t total)
    : total_(total), is_shown_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (is_shown_) fmt::print(stderr, "{}", erase_line);
}

void Progress::step() {
  ++done_;
  const Clock::time_point now = Clock::now();
  if (!is_shown_ || now - last_drawn_ < std::chrono::milliseconds(200)) return;
  last_drawn_ = now;
  const std::chrono::duration<double> spent = now - start_;
  const double left =
      spent.count() / static_cast<double>(done_) * static_cast<double>(total_ - done_);
  fmt::print(stderr, "{}{} of {}, about {:.0f} s left", erase_line, done_, total_,
             left);
  std::fflush(stderr);
}

}  // namespace truenorm
