// SPDX-License-Identifier: Apache-2.0
// Outcomes in words.
#include "runners/supervisor/outcome.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstring>

namespace truenorm {
namespace {

constexpr double mebibyte = 1024.0 * 1024.0;

std::string signal_name(int signal) {
#if defined(__GLIBC_PREREQ) && __GLIBC_PREREQ(2, 32)
  if (const char* name = ::sigabbrev_np(signal)) return fmt::format(" (SIG{})", name);
#endif
  return "";
}

struct Explain {
  std::string operator()(const Answered& /*answered*/) const { return ""; }
  std::string operator()(const Unsupported& unsupported) const {
    return unsupported.why;
  }
  std::string operator()(const RunnerError& error) const { return error.what; }
  std::string operator()(const ProtocolViolation& violation) const {
    return violation.what;
  }
  std::string operator()(const Crashed& crashed) const {
    return "the runner " + ending_text(crashed.ending);
  }
  std::string operator()(const TimedOut& timed_out) const {
    return fmt::format("no answer within {:g} s", timed_out.limit_seconds);
  }
  std::string operator()(const OutOfMemory& memory) const {
    return fmt::format("the runner holds {:.0f} MiB of memory, {:.0f} MiB are allowed",
                       static_cast<double>(memory.resident_bytes) / mebibyte,
                       static_cast<double>(memory.limit_bytes) / mebibyte);
  }
};

}  // namespace

std::string ending_text(const Ending& ending) {
  if (ending.kind == Ending::Kind::exited) {
    return fmt::format("exited with status {}", ending.code);
  }
  return fmt::format("was ended by signal {}{}", ending.code, signal_name(ending.code));
}

std::string explanation(const Outcome& outcome) {
  return std::visit(Explain{}, outcome);
}

}  // namespace truenorm
