// SPDX-License-Identifier: Apache-2.0
// The loop that writes, reads, listens to stderr and watches the limits at once.
#include "runners/supervisor/connection.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <thread>
#include <utility>

#include "runners/supervisor/memory.hpp"

namespace truenorm {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t chunk_bytes = std::size_t{1} << 18;
/// How often the runner's memory and its mere existence are looked at.
constexpr milliseconds watch_interval{50};
/// From the end of stdout to the end of the process, which says how it ended.
constexpr milliseconds ending_patience{1000};

double seconds(Clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

/// Keeps SIGPIPE from this thread; a pipe has no MSG_NOSIGNAL.
class SigpipeBlock {
 public:
  SigpipeBlock() {
    ::sigemptyset(&sigpipe_);
    ::sigaddset(&sigpipe_, SIGPIPE);
    sigset_t pending;
    ::sigpending(&pending);
    was_pending_ = ::sigismember(&pending, SIGPIPE) == 1;
    ::pthread_sigmask(SIG_BLOCK, &sigpipe_, &before_);
  }
  SigpipeBlock(const SigpipeBlock&) = delete;
  SigpipeBlock& operator=(const SigpipeBlock&) = delete;
  ~SigpipeBlock() {
    const timespec no_wait{};
    if (!was_pending_) ::sigtimedwait(&sigpipe_, nullptr, &no_wait);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t sigpipe_{};
  sigset_t before_{};
  bool was_pending_ = false;
};

enum class ReadState { got_some, nothing_yet, at_end };

/// One read of at most a chunk, appended to `to`.
template <typename Container>
ReadState read_chunk(Descriptor& from, Container& to) {
  std::array<char, 1 << 16> chunk;
  const ssize_t got = ::read(from.number(), chunk.data(), chunk.size());
  if (got < 0) {
    return errno == EAGAIN || errno == EINTR ? ReadState::nothing_yet
                                             : ReadState::at_end;
  }
  if (got == 0) return ReadState::at_end;
  const auto* first =
      reinterpret_cast<const typename Container::value_type*>(chunk.data());
  to.insert(to.end(), first, first + got);
  return ReadState::got_some;
}

/// Reads what stderr has to give now; closes it at its end.
void drain(Descriptor& standard_error, LogTail& log) {
  // Bounded, so that a flood cannot keep us from looking at the clock.
  constexpr int max_chunks = 16;
  for (int i = 0; i < max_chunks && standard_error.is_open(); ++i) {
    std::string text;
    const ReadState state = read_chunk(standard_error, text);
    log.append(text);
    if (state == ReadState::at_end) standard_error.close();
    if (state != ReadState::got_some) return;
  }
}

pollfd watched(const Descriptor& descriptor, short events) {
  return {descriptor.number(), events, 0};  // poll ignores a negative descriptor
}

/// An exchange under way.
class Conversation {
 public:
  Conversation(ChildProcess& process, LogTail& log, std::span<const std::byte> request,
               const ExchangeLimits& limits)
      : process_(process),
        log_(log),
        unsent_(request),
        limits_(limits),
        begin_(Clock::now()),
        deadline_(begin_ + limits.time),
        next_watch_(begin_ + watch_interval) {
    if (unsent_.empty()) sent_ = begin_;
  }

  Exchange run() {
    std::optional<Outcome> failure;
    while (!failure && !is_complete()) failure = step();
    drain(process_.standard_error, log_);
    if (!failure) failure = surplus();
    if (failure) return {std::move(*failure), timing()};
    received_.erase(received_.begin(), received_.begin() + protocol::length_bytes);
    return {std::move(received_), timing()};
  }

 private:
  [[nodiscard]] bool is_complete() const {
    return length_ && received_.size() >= protocol::length_bytes + *length_ &&
           unsent_.empty();
  }

  std::optional<Outcome> step() {
    wait();
    drain(process_.standard_error, log_);
    send();
    if (auto failure = receive()) return failure;
    const auto now = Clock::now();
    if (now >= next_watch_) {
      next_watch_ = now + watch_interval;
      if (auto failure = watch()) return failure;
    }
    if (now >= deadline_ && !is_complete()) return TimedOut{seconds(limits_.time)};
    return std::nullopt;
  }

  void wait() {
    std::array<pollfd, 3> descriptors{
        watched(process_.standard_output, POLLIN),
        watched(process_.standard_error, POLLIN),
        unsent_.empty() ? pollfd{-1, 0, 0} : watched(process_.standard_input, POLLOUT)};
    const auto left = std::chrono::ceil<milliseconds>(std::min(deadline_, next_watch_) -
                                                      Clock::now());
    ::poll(descriptors.data(), descriptors.size(),
           static_cast<int>(std::max(left, milliseconds(0)).count()));
  }

  void send() {
    if (unsent_.empty()) return;
    const SigpipeBlock block;
    const std::size_t size = std::min(unsent_.size(), chunk_bytes);
    const ssize_t written =
        ::write(process_.standard_input.number(), unsent_.data(), size);
    if (written >= 0) {
      unsent_ = unsent_.subspan(static_cast<std::size_t>(written));
    } else if (errno != EAGAIN && errno != EINTR) {
      unsent_ = {};  // nobody reads: what that means shows on stdout
    }
    if (unsent_.empty()) sent_ = Clock::now();
  }

  std::optional<Outcome> receive() {
    const ReadState state = read_chunk(process_.standard_output, received_);
    if (!received_.empty() && !first_byte_) first_byte_ = Clock::now();
    if (!length_ && received_.size() >= protocol::length_bytes) {
      try {
        length_ = protocol::blob_length(received_, limits_.frame);
      } catch (const protocol::ProtocolError& error) {
        return ProtocolViolation{error.what() + beginning()};
      }
    }
    if (auto failure = surplus()) return failure;
    if (state == ReadState::at_end && !is_complete()) return end_of_output();
    return std::nullopt;
  }

  /// A frame that begins with text is most likely something that printed to stdout.
  [[nodiscard]] std::string beginning() const {
    constexpr std::size_t shown_bytes = 40;
    const std::string_view text(reinterpret_cast<const char*>(received_.data()),
                                std::min(received_.size(), shown_bytes));
    return fmt::format("; it begins with \"{}\"", one_line(text));
  }

  [[nodiscard]] std::optional<Outcome> surplus() const {
    if (!length_ || received_.size() <= protocol::length_bytes + *length_) {
      return std::nullopt;
    }
    return ProtocolViolation{
        fmt::format("{} bytes or more follow the frame",
                    received_.size() - protocol::length_bytes - *length_)};
  }

  std::optional<Outcome> end_of_output() {
    const auto give_up = std::min(deadline_, Clock::now() + ending_patience);
    while (true) {
      drain(process_.standard_error, log_);
      if (const auto ending = process_.ending()) return Crashed{*ending};
      if (Clock::now() >= give_up) break;
      std::this_thread::sleep_for(milliseconds(2));
    }
    return ProtocolViolation{"the runner closed its stdout without an answer"};
  }

  std::optional<Outcome> watch() {
    const std::uint64_t resident = resident_bytes_of_group(process_.group());
    if (resident > limits_.memory_bytes) {
      return OutOfMemory{resident, limits_.memory_bytes};
    }
    // The end of the process shows as the end of stdout, unless a child of it holds on.
    const auto ending = process_.ending();
    if (!ending) return std::nullopt;
    while (read_chunk(process_.standard_output, received_) == ReadState::got_some) {
      if (auto failure = receive()) return failure;
    }
    if (is_complete()) return std::nullopt;
    return Crashed{*ending};
  }

  [[nodiscard]] Timing timing() const {
    const auto end = Clock::now();
    const auto sent = sent_.value_or(end);
    const auto first_byte = std::max(first_byte_.value_or(end), sent);
    return {seconds(first_byte - sent), seconds((sent - begin_) + (end - first_byte))};
  }

  ChildProcess& process_;
  LogTail& log_;
  std::span<const std::byte> unsent_;
  const ExchangeLimits& limits_;
  Clock::time_point begin_;
  Clock::time_point deadline_;
  Clock::time_point next_watch_;
  std::optional<Clock::time_point> sent_;
  std::optional<Clock::time_point> first_byte_;
  std::vector<std::byte> received_;
  std::optional<std::uint64_t> length_;
};

}  // namespace

Exchange Connection::listen(const ExchangeLimits& limits) {
  return Conversation(process_, log_, {}, limits).run();
}

Exchange Connection::ask(std::span<const std::byte> frame,
                         const ExchangeLimits& limits) {
  std::vector<std::byte> unasked;
  if (read_chunk(process_.standard_output, unasked) == ReadState::got_some) {
    drain(process_.standard_error, log_);
    return {ProtocolViolation{fmt::format(
                "the runner wrote {} bytes or more that no request asked for",
                unasked.size())},
            {}};
  }
  return Conversation(process_, log_, frame, limits).run();
}

void Connection::close(milliseconds patience) {
  process_.standard_input.close();
  const auto give_up = Clock::now() + patience;
  auto pause = milliseconds(1);
  std::vector<std::byte> ignored;
  while (!process_.ending() && Clock::now() < give_up) {
    // Whoever still writes must not be stopped by a full pipe.
    drain(process_.standard_error, log_);
    ignored.clear();
    if (read_chunk(process_.standard_output, ignored) == ReadState::got_some) continue;
    std::this_thread::sleep_for(pause);
    pause = std::min(2 * pause, milliseconds(20));
  }
  process_.kill();
}

}  // namespace truenorm
