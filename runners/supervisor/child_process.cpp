// SPDX-License-Identifier: Apache-2.0
// Starting and ending a process by POSIX means.
#include "runners/supervisor/child_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

namespace truenorm {
namespace {

void require(int error, const std::string& what) {
  if (error != 0) throw std::system_error(error, std::generic_category(), what);
}

struct Pipe {
  Descriptor reading;
  Descriptor writing;
};

/// The descriptor above those of the standard streams, onto which the child's are put.
Descriptor above_standard(Descriptor descriptor) {
  if (descriptor.number() > STDERR_FILENO) return descriptor;
  const int copy = ::fcntl(descriptor.number(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  require(copy < 0 ? errno : 0, "fcntl");
  return Descriptor(copy);
}

Pipe make_pipe() {
  std::array<int, 2> ends{};
  require(::pipe2(ends.data(), O_CLOEXEC) < 0 ? errno : 0, "pipe");
  Descriptor reading(ends[0]);
  Descriptor writing(ends[1]);
  return {above_standard(std::move(reading)), above_standard(std::move(writing))};
}

void stop_blocking(const Descriptor& descriptor) {
  const int flags = ::fcntl(descriptor.number(), F_GETFL);
  require(::fcntl(descriptor.number(), F_SETFL, flags | O_NONBLOCK) < 0 ? errno : 0,
          "fcntl");
}

class SpawnAttributes {
 public:
  SpawnAttributes() {
    require(::posix_spawnattr_init(&attributes_), "posix_spawnattr_init");
    // The child must not inherit what this thread blocks or this program ignores.
    sigset_t signals;
    ::sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&attributes_, &signals);
    ::sigfillset(&signals);
    ::posix_spawnattr_setsigdefault(&attributes_, &signals);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSID |
                                                 POSIX_SPAWN_SETSIGMASK |
                                                 POSIX_SPAWN_SETSIGDEF);
  }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;
  ~SpawnAttributes() { ::posix_spawnattr_destroy(&attributes_); }

  [[nodiscard]] const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

class SpawnFileActions {
 public:
  SpawnFileActions() {
    require(::posix_spawn_file_actions_init(&actions_),
            "posix_spawn_file_actions_init");
  }
  SpawnFileActions(const SpawnFileActions&) = delete;
  SpawnFileActions& operator=(const SpawnFileActions&) = delete;
  ~SpawnFileActions() { ::posix_spawn_file_actions_destroy(&actions_); }

  void put(const Descriptor& ours, int theirs) {
    require(::posix_spawn_file_actions_adddup2(&actions_, ours.number(), theirs),
            "posix_spawn");
  }
  /// Files that this program has open without O_CLOEXEC are none of a runner's business.
  void close_others() {
#if defined(__GLIBC_PREREQ) && __GLIBC_PREREQ(2, 34)
    require(::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1),
            "posix_spawn");
#endif
  }

  [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

std::vector<std::string> merged_environment(const Command& command) {
  std::vector<std::string> variables;
  for (const auto& [name, value] : command.environment) {
    variables.push_back(name + "=" + value);
  }
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view variable = *entry;
    const std::string name(variable.substr(0, variable.find('=')));
    if (!command.environment.contains(name)) variables.emplace_back(variable);
  }
  return variables;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> result;
  for (std::string& word : words) result.push_back(word.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    close();
    number_ = other.release();
  }
  return *this;
}

void Descriptor::close() {
  if (is_open()) ::close(number_);
  number_ = -1;
}

int Descriptor::release() { return std::exchange(number_, -1); }

ChildProcess::ChildProcess(const Command& command) {
  if (command.words.empty()) throw std::system_error(EINVAL, std::generic_category());
  Pipe input = make_pipe();
  Pipe output = make_pipe();
  Pipe error = make_pipe();
  stop_blocking(input.writing);
  stop_blocking(output.reading);
  stop_blocking(error.reading);

  const SpawnAttributes attributes;
  SpawnFileActions actions;
  actions.put(input.reading, STDIN_FILENO);
  actions.put(output.writing, STDOUT_FILENO);
  actions.put(error.writing, STDERR_FILENO);
  actions.close_others();
  std::vector<std::string> words = command.words;
  std::vector<std::string> variables = merged_environment(command);
  require(::posix_spawnp(&id_, words.front().c_str(), actions.get(), attributes.get(),
                         pointers(words).data(), pointers(variables).data()),
          words.front());
  standard_input = std::move(input.writing);
  standard_output = std::move(output.reading);
  standard_error = std::move(error.reading);
}

std::optional<Ending> ChildProcess::ending() const {
  siginfo_t status{};
  if (is_reaped_ || ::waitid(P_PID, static_cast<id_t>(id_), &status,
                             WEXITED | WNOHANG | WNOWAIT) != 0) {
    return std::nullopt;
  }
  if (status.si_pid == 0) return std::nullopt;
  const bool is_exit = status.si_code == CLD_EXITED;
  return Ending{is_exit ? Ending::Kind::exited : Ending::Kind::signalled,
                status.si_status};
}

void ChildProcess::kill() {
  if (is_reaped_) return;
  // Until it is reaped the leader's number, and so the group's, belongs to nobody else.
  ::kill(-id_, SIGKILL);
  int status = 0;
  while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) {
  }
  is_reaped_ = true;
}

}  // namespace truenorm
