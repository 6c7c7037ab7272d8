// SPDX-License-Identifier: Apache-2.0
// Processes: started, watched, ended.
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <system_error>
#include <thread>

#include "oracle/test/catch.hpp"
#include "runners/supervisor/child_process.hpp"
#include "runners/supervisor/memory.hpp"

namespace {

using namespace truenorm;

/// What the process writes to stdout until it ends.
std::string output_of(ChildProcess& process) {
  std::string output;
  char buffer[4096];
  while (true) {
    const ssize_t got = ::read(process.standard_output.number(), buffer, sizeof buffer);
    if (got == 0) return output;
    if (got > 0) output.append(buffer, static_cast<std::size_t>(got));
    if (got < 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

Ending ending_of(ChildProcess& process) {
  while (true) {
    if (const auto ending = process.ending()) return *ending;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace

TEST_CASE("a process says how it ended") {
  ChildProcess exits({{"sh", "-c", "exit 7"}, {}});
  CHECK(ending_of(exits) == Ending{Ending::Kind::exited, 7});
  ChildProcess dies({{"sh", "-c", "kill -TERM $$"}, {}});
  CHECK(ending_of(dies) == Ending{Ending::Kind::signalled, SIGTERM});
  ChildProcess lives({{"sleep", "1000"}, {}});
  CHECK(lives.ending() == std::nullopt);
}

TEST_CASE("a process has our environment and what was added") {
  ::setenv("TRUENORM_TEST_OURS", "ours", 1);
  ::setenv("TRUENORM_TEST_BOTH", "ours", 1);
  ChildProcess process(
      {{"sh", "-c", "echo $TRUENORM_TEST_OURS $TRUENORM_TEST_BOTH $TRUENORM_TEST_NEW"},
       {{"TRUENORM_TEST_BOTH", "changed"}, {"TRUENORM_TEST_NEW", "new"}}});
  CHECK(output_of(process) == "ours changed new\n");
}

TEST_CASE("a process inherits none of our open files") {
  const int leak = ::dup(STDERR_FILENO);  // without O_CLOEXEC
  ChildProcess process({{"ls", "/proc/self/fd"}, {}});
  CHECK(output_of(process) == "0\n1\n2\n3\n");  // 3 is the folder that ls reads
  ::close(leak);
}

TEST_CASE("a process neither blocks nor ignores a signal because we do") {
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  sigset_t blocked;
  sigset_t unblocked;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &unblocked);
  // The signals above 28 are the C library's own.
  ChildProcess process(
      {{"sed", "-nE", R"(s/^(SigBlk|SigIgn).*(.......)$/\1 \2/p)", "/proc/self/status"},
       {}});
  CHECK(output_of(process) == "SigBlk 0000000\nSigIgn 0000000\n");
  ::pthread_sigmask(SIG_SETMASK, &unblocked, nullptr);
  std::signal(SIGPIPE, before);
}

TEST_CASE("a program that is not there cannot be started") {
  CHECK_THROWS_AS(ChildProcess({{"/nonexistent/program"}, {}}), std::system_error);
  CHECK_THROWS_AS(ChildProcess({{}, {}}), std::system_error);
}

TEST_CASE("the memory of a process group is that of all its members") {
  // tail holds twice this, and then waits for us to read; the kernel counts roughly.
  constexpr std::uint64_t held_bytes = 16 << 20;
  ChildProcess process(
      {{"sh", "-c", "head -c 33554432 /dev/zero | tail -c 33554432; true"}, {}});
  const pid_t group = process.group();
  const auto comes_to_hold = [&](bool is_much) {
    for (int attempt = 0; attempt < 1000; ++attempt) {
      if ((resident_bytes_of_group(group) >= held_bytes) == is_much) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  };
  CHECK(comes_to_hold(true));
  CHECK(resident_bytes_of_group(group) < 8 * held_bytes);
  process.kill();
  // The kill reaches the members at once, but they take their time to die.
  CHECK(comes_to_hold(false));
  CHECK(machine_memory_bytes() > 16 * held_bytes);
}
