// SPDX-License-Identifier: Apache-2.0
// Every broken runner gets its verdict, and the next request an answer.
#include "runners/supervisor/supervisor.hpp"

#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "oracle/test/catch.hpp"
#include "runners/test/runner_under_test.hpp"

namespace {

using namespace truenorm;
using namespace truenorm::test;
using Catch::Matchers::Contains;
using namespace std::chrono_literals;

SupervisorLimits limits_with_request_of(std::chrono::milliseconds limit) {
  SupervisorLimits limits = short_limits();
  limits.request = limit;
  return limits;
}

/// The limits for faults that hang, and for those that need their time.
SupervisorLimits impatient() { return limits_with_request_of(500ms); }

bool has_children() { return ::waitpid(-1, nullptr, WNOHANG) != -1 || errno != ECHILD; }

std::string unusable_because(const RunnerUnderTest& runner, SupervisorLimits limits) {
  try {
    const Supervisor supervisor(runner.command(), limits);
  } catch (const UnusableRunner& error) {
    return error.what();
  }
  return "";
}

struct Fault {
  const char* name;
  const char* explanation;
};

/// Breaks a runner once, and says with what outcome, having checked what must hold after
/// every fault: the next answer is right, one restart, and nothing left behind.
Reply reply_to_fault(const char* fault, SupervisorLimits limits = short_limits()) {
  const auto runner = RunnerUnderTest::raw(fault);
  Reply broken;
  {
    Supervisor supervisor(runner.command(), limits);
    CHECK(echoes(ask(supervisor, "before")));
    broken = ask(supervisor, "break");
    // A fresh Python takes its time; the hello's limit covers that, the request's not.
    CHECK(echoes(ask(supervisor, "after")));
    CHECK(supervisor.restarts() == 1);
  }
  CHECK(runner.is_gone());
  CHECK_FALSE(has_children());
  return broken;
}

}  // namespace

TEST_CASE("a runner that breaks the protocol gets that verdict", "[meta]") {
  const auto fault = GENERATE(values<Fault>({
      {"text-on-stdout", "it begins with \"layer_norm took 3 ms"},
      {"garbage", "a frame of 506097522914230528 bytes is announced"},
      {"garbage-blob", "no safetensors blob of ours"},
      {"absurd-length", "a frame of 18446744073709551615 bytes is announced"},
      {"length-of-nothing", "a frame of 0 bytes cannot hold a safetensors blob"},
      {"trailing-bytes", "4 bytes or more follow the frame"},
      {"wrong-id", "the answer is to another, not to break"},
      {"wrong-shape", "output y came with shape [2, 2], not [4]"},
      {"wrong-dtype", "output y came as float16, not as float32"},
      {"bytes-that-do-not-fit", "y has 16 bytes, which do not fit float32"},
      {"extra-output", "output rstd was not asked for"},
      {"unknown-key", "the answer has the unknown key 'y'"},
      {"close-stdout", "the runner closed its stdout without an answer"},
  }));
  CAPTURE(fault.name);
  const Reply reply = reply_to_fault(fault.name);
  REQUIRE(std::holds_alternative<ProtocolViolation>(reply.outcome));
  CHECK_THAT(explanation(reply.outcome), Contains(fault.explanation));
}

TEST_CASE("a runner that ends before it has answered has crashed", "[meta]") {
  struct End {
    const char* fault;
    Ending ending;
    const char* explanation;
  };
  const auto end = GENERATE(values<End>({
      {"segfault",
       {Ending::Kind::signalled, SIGSEGV},
       "the runner was ended by signal 11 (SIGSEGV)"},
      {"exit-0", {Ending::Kind::exited, 0}, "the runner exited with status 0"},
      {"exit-3", {Ending::Kind::exited, 3}, "the runner exited with status 3"},
      {"half-an-answer-then-exit",
       {Ending::Kind::exited, 0},
       "the runner exited with status 0"},
      {"hang-up", {Ending::Kind::exited, 4}, "the runner exited with status 4"},
      {"leave-a-child", {Ending::Kind::exited, 0}, "the runner exited with status 0"},
  }));
  CAPTURE(end.fault);
  const Reply reply = reply_to_fault(end.fault);
  REQUIRE(std::holds_alternative<Crashed>(reply.outcome));
  CHECK(std::get<Crashed>(reply.outcome).ending == end.ending);
  CHECK(explanation(reply.outcome) == end.explanation);
}

TEST_CASE("a runner that does not answer in time has timed out", "[meta]") {
  const char* fault = GENERATE("sleep", "half-an-answer-then-sleep", "length-too-long");
  CAPTURE(fault);
  const Reply reply = reply_to_fault(fault, impatient());
  REQUIRE(std::holds_alternative<TimedOut>(reply.outcome));
  CHECK(explanation(reply.outcome) == "no answer within 0.5 s");
}

TEST_CASE("a runner that does not read its stdin times out, however large the request",
          "[meta]") {
  const auto runner = RunnerUnderTest::raw("deaf");
  Supervisor supervisor(runner.command(), impatient());
  const Tensor x(float32, {1 << 20});
  const Reply reply = supervisor.ask(request_for_y("large", x), expected_like(x));
  CHECK(std::holds_alternative<TimedOut>(reply.outcome));
}

TEST_CASE("a runner that holds too much memory is stopped", "[meta]") {
  SupervisorLimits limits = short_limits();
  limits.memory_bytes = std::uint64_t{160} << 20;
  const Reply reply = reply_to_fault("eat-memory", limits);
  REQUIRE(std::holds_alternative<OutOfMemory>(reply.outcome));
  CHECK(std::get<OutOfMemory>(reply.outcome).resident_bytes > limits.memory_bytes);
  CHECK_THAT(explanation(reply.outcome), Contains("160 MiB are allowed"));
}

TEST_CASE("what a runner refuses or reports is passed on, and it lives on", "[meta]") {
  const auto runner = RunnerUnderTest::raw(GENERATE("unsupported", "error"));
  Supervisor supervisor(runner.command(), short_limits());
  const Reply reply = ask(supervisor, "break");
  if (const auto* unsupported = std::get_if<Unsupported>(&reply.outcome)) {
    CHECK(unsupported->why == "not on Sundays");
  } else {
    CHECK(std::get<RunnerError>(reply.outcome).what == "out of paper");
  }
  CHECK(echoes(ask(supervisor, "after")));
  CHECK(supervisor.restarts() == 0);
}

TEST_CASE("an output that is missing is merely absent", "[meta]") {
  const auto runner = RunnerUnderTest::raw("missing-output");
  Supervisor supervisor(runner.command(), short_limits());
  const Reply reply = ask(supervisor, "break");
  CHECK(std::get<Answered>(reply.outcome).outputs.empty());
  CHECK(supervisor.restarts() == 0);
}

TEST_CASE("a flood on stderr holds nothing up, and its end is kept") {
  const auto runner = RunnerUnderTest::raw("flood-stderr");
  Supervisor supervisor(runner.command(), short_limits());
  const Reply reply = ask(supervisor, "break");
  CHECK(echoes(reply));
  CHECK(reply.log.size() < short_limits().log_bytes + 100);
  CHECK_THAT(reply.log, Contains("line 99999 of a flood"));
  CHECK_THAT(reply.log, Contains("bytes left out]"));
}

TEST_CASE("a log belongs to its request, and is printable") {
  const auto runner = RunnerUnderTest::raw("foreign-text");
  Supervisor supervisor(runner.command(), short_limits());
  CHECK(ask(supervisor, "break").log == "caf\u00e9 ?? ?[31mred\n");
  CHECK(ask(supervisor, "after").log == "");
}

TEST_CASE("bytes between answers are found out at the next request", "[meta]") {
  const auto runner = RunnerUnderTest::raw("bytes-between-answers");
  Supervisor supervisor(runner.command(), short_limits());
  CHECK(echoes(ask(supervisor, "break")));
  std::this_thread::sleep_for(400ms);
  const Reply reply = ask(supervisor, "next");
  REQUIRE(std::holds_alternative<ProtocolViolation>(reply.outcome));
  CHECK_THAT(explanation(reply.outcome), Contains("that no request asked for"));
  CHECK(echoes(ask(supervisor, "after")));
}

TEST_CASE("a runner without a valid hello is unusable, in one line", "[meta]") {
  const auto fault = GENERATE(values<Fault>({
      {"exit-before-hello",
       "exited with status 1; its last words: ImportError: no module named torch"},
      {"text-before-hello", "it begins with \"Welcome to the library!"},
      {"bad-json", "no valid JSON at byte"},
      {"another-protocol", "speaks protocol 2, not 1"},
      {"hello-with-unknown-key", "unknown key 'operator'"},
  }));
  CAPTURE(fault.name);
  const auto runner = RunnerUnderTest::raw(fault.name);
  const std::string why = unusable_because(runner, short_limits());
  CHECK_THAT(why, Contains("no valid hello") && Contains(fault.explanation));
  CHECK(why.find('\n') == std::string::npos);
  CHECK(runner.is_gone());
  CHECK_FALSE(has_children());
}

TEST_CASE("a runner that says nothing is unusable after the hello's limit", "[meta]") {
  SupervisorLimits limits = short_limits();
  limits.hello = 300ms;
  const auto runner = RunnerUnderTest::raw("no-hello");
  CHECK_THAT(unusable_because(runner, limits), Contains("no answer within 0.3 s"));
  CHECK(runner.is_gone());
}

TEST_CASE("a program that is not there is unusable") {
  const RunnerUnderTest runner({"/nonexistent/runner"});
  CHECK_THAT(unusable_because(runner, short_limits()),
             Contains("/nonexistent/runner") && Contains("No such file or directory"));
}

TEST_CASE("a runner that ends after its hello crashes at every request", "[meta]") {
  const auto runner = RunnerUnderTest::raw("exit-3-after-hello");
  Supervisor supervisor(runner.command(), short_limits());
  for (const char* id : {"one", "two"}) {
    const Reply reply = ask(supervisor, id);
    REQUIRE(std::holds_alternative<Crashed>(reply.outcome));
    CHECK(std::get<Crashed>(reply.outcome).ending == Ending{Ending::Kind::exited, 3});
  }
  CHECK(supervisor.restarts() == 1);
}

TEST_CASE("a request to a process that has ended does not end us", "[meta]") {
  const auto runner = RunnerUnderTest::raw("exit-3-after-hello");
  Supervisor supervisor(runner.command(), short_limits());
  REQUIRE(runner.is_gone());
  CHECK(std::holds_alternative<Crashed>(ask(supervisor, "one").outcome));
}

TEST_CASE("a runner must say the same hello whenever it is started", "[meta]") {
  const auto runner = RunnerUnderTest::raw("another-hello-each-time");
  Supervisor supervisor(runner.command(), short_limits());
  CHECK(std::holds_alternative<Crashed>(ask(supervisor, "break").outcome));
  const Reply reply = ask(supervisor, "after");
  REQUIRE(std::holds_alternative<ProtocolViolation>(reply.outcome));
  CHECK_THAT(explanation(reply.outcome), Contains("another hello"));
}

TEST_CASE("a runner that ignores the end of its stdin is killed", "[meta]") {
  SupervisorLimits limits = short_limits();
  limits.goodbye = 300ms;
  const auto runner = RunnerUnderTest::raw("ignore-the-end");
  const auto begin = std::chrono::steady_clock::now();
  Supervisor(runner.command(), limits).stop();
  CHECK(std::chrono::steady_clock::now() - begin >= 300ms);
  CHECK(runner.is_gone());
}

TEST_CASE("a stopped runner is started again when it is asked") {
  const auto runner = RunnerUnderTest::with_cpp_handler("echo");
  Supervisor supervisor(runner.command(), short_limits());
  supervisor.stop();
  CHECK(runner.is_gone());
  CHECK(echoes(ask(supervisor, "after")));
}

TEST_CASE("what the hello does not offer is unsupported, and never asked") {
  const auto runner = RunnerUnderTest::raw("none");
  Supervisor supervisor(runner.command(), short_limits());
  const Tensor x = small_x();
  const auto why = [&](protocol::Request request) {
    return explanation(supervisor.ask(std::move(request), expected_like(x)).outcome);
  };
  protocol::Request request = request_for_y("break", x);
  request.op = "rms_norm";
  CHECK(why(request) == "broken has no rms_norm");
  request = request_for_y("break", x);
  request.direction = "vjp";
  CHECK(why(request) == "broken has no vjp of layer_norm");
  request = request_for_y("break", make_tensor(float16, {1}, std::vector<double>{1}));
  CHECK(why(request) == "broken has no layer_norm in float16");
  request = request_for_y("break", x);
  request.outputs = {"rstd"};
  CHECK(why(request) == "broken does not expose these outputs of layer_norm");
  CHECK(supervisor.restarts() == 0);
}

TEST_CASE("a large answer arrives whole, and its time is split") {
  const auto runner = RunnerUnderTest::with_cpp_handler("echo");
  Supervisor supervisor(runner.command(), short_limits());
  const Tensor x(float32, {1 << 20});
  const Reply reply = supervisor.ask(request_for_y("large", x), expected_like(x));
  CHECK(echoes(reply, x));
  CHECK(reply.timing.answer_seconds >= 0);
  CHECK(reply.timing.transport_seconds > 0);
}

TEST_CASE("supervisors in several threads do not hold each other's pipes") {
  std::vector<std::thread> threads;
  threads.reserve(4);
  std::atomic<int> right = 0;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&right] {
      for (int round = 0; round < 3; ++round) {
        const auto runner = RunnerUnderTest::with_cpp_handler("abort_at_once");
        Supervisor supervisor(runner.command(), short_limits());
        const Reply reply = ask(supervisor, "one");
        const auto* crashed = std::get_if<Crashed>(&reply.outcome);
        if (crashed != nullptr &&
            crashed->ending == Ending{Ending::Kind::signalled, SIGABRT}) {
          ++right;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(right == 12);
  CHECK_FALSE(has_children());
}
