// SPDX-License-Identifier: Apache-2.0
// What the supervisor makes of exchanges: verdicts, and a runner for the next request.
#include "runners/supervisor/supervisor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <system_error>
#include <utility>

#include "runners/supervisor/memory.hpp"

namespace truenorm {
namespace {

constexpr std::uint64_t max_hello_bytes = std::uint64_t{1} << 20;

bool contains(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// The outcome of an answer that is well-formed but for what it must contain.
struct Judge {
  const ExpectedOutputs& expected;

  Outcome operator()(protocol::TensorBlobs tensors) const {
    return Answered{checked_outputs(std::move(tensors), expected)};
  }
  Outcome operator()(const protocol::Unsupported& unsupported) const {
    return Unsupported{one_line(unsupported.why)};
  }
  Outcome operator()(const protocol::Error& error) const {
    return RunnerError{one_line(error.what)};
  }
};

Outcome judge(std::span<const std::byte> blob, const protocol::Request& request,
              const ExpectedOutputs& expected) {
  try {
    protocol::Answer answer =
        protocol::decode_answer(protocol::decode_blob(blob, answer_limits(expected)));
    if (answer.id != request.id) {
      return ProtocolViolation{
          fmt::format("the answer is to {}, not to {}", answer.id, request.id)};
    }
    return std::visit(Judge{expected}, std::move(answer.content));
  } catch (const protocol::ProtocolError& error) {
    return ProtocolViolation{one_line(error.what())};
  }
}

/// Whether the runner can be asked again.
bool leaves_usable(const Outcome& outcome) {
  return std::holds_alternative<Answered>(outcome) ||
         std::holds_alternative<Unsupported>(outcome) ||
         std::holds_alternative<RunnerError>(outcome);
}

}  // namespace

std::uint64_t default_memory_limit_bytes() { return machine_memory_bytes() / 2; }

std::string why_not_offered(const protocol::Hello& hello,
                            const protocol::Request& request) {
  const auto op = hello.operators.find(request.op);
  if (op == hello.operators.end()) return hello.name + " has no " + request.op;
  const protocol::OperatorSupport& support = op->second;
  if (!contains(support.directions, request.direction)) {
    return fmt::format("{} has no {} of {}", hello.name, request.direction, request.op);
  }
  const auto x = request.inputs.find("x");
  if (x != request.inputs.end() && !contains(support.dtypes, x->second.dtype)) {
    return fmt::format("{} has no {} in {}", hello.name, request.op, x->second.dtype);
  }
  const bool gives_any = std::any_of(
      request.outputs.begin(), request.outputs.end(),
      [&](const auto& output) { return contains(support.outputs, output); });
  if (!gives_any) {
    return fmt::format("{} does not expose these outputs of {}", hello.name,
                       request.op);
  }
  return "";
}

Supervisor::Supervisor(Command command, SupervisorLimits limits)
    : command_(std::move(command)), limits_(limits) {
  auto greeting = greet();
  if (const auto* failure = std::get_if<Outcome>(&greeting)) {
    const std::string last_words = connection_ ? connection_->log().last_line() : "";
    connection_.reset();
    const std::string program = command_.words.empty() ? "" : command_.words.front();
    throw UnusableRunner(one_line(
        fmt::format("{}: no valid hello: {}{}{}", program, explanation(*failure),
                    last_words.empty() ? "" : "; its last words: ", last_words)));
  }
  hello_ = std::get<protocol::Hello>(std::move(greeting));
  startup_log_ = connection_->log().text();
  connection_->clear_log();
}

Supervisor::~Supervisor() { stop(); }

void Supervisor::stop() {
  if (connection_) connection_->close(limits_.goodbye);
  connection_.reset();
}

Reply Supervisor::ask(protocol::Request request, const ExpectedOutputs& expected) {
  std::string refusal = why_not_offered(hello_, request);
  if (!refusal.empty()) return {Unsupported{std::move(refusal)}, {}, ""};
  const auto& offered = hello_.operators.at(request.op).outputs;
  std::erase_if(request.outputs,
                [&](const auto& output) { return !contains(offered, output); });

  if (!connection_) {
    if (auto failure = restart()) {
      Reply reply{
          std::move(*failure), {}, connection_ ? connection_->log().text() : ""};
      connection_.reset();
      return reply;
    }
  }
  Reply reply = exchange(request, expected);
  reply.log = connection_->log().text();
  connection_->clear_log();
  if (!leaves_usable(reply.outcome)) connection_.reset();
  return reply;
}

Reply Supervisor::exchange(const protocol::Request& request,
                           const ExpectedOutputs& expected) {
  const auto frame = protocol::encode_frame(protocol::encode(request));
  Exchange exchange = connection_->ask(
      frame, {limits_.request, limits_.memory_bytes, answer_limits(expected)});
  if (auto* failure = std::get_if<Outcome>(&exchange.result)) {
    return {std::move(*failure), exchange.timing, ""};
  }
  const auto& blob = std::get<std::vector<std::byte>>(exchange.result);
  return {judge(blob, request, expected), exchange.timing, ""};
}

std::variant<protocol::Hello, Outcome> Supervisor::greet() {
  try {
    connection_ = std::make_unique<Connection>(command_, limits_.log_bytes);
  } catch (const std::system_error& error) {
    return RunnerError{"cannot be started: " + error.code().message()};
  }
  protocol::FrameLimits frame_limits;
  frame_limits.blob_bytes = max_hello_bytes;
  Exchange exchange =
      connection_->listen({limits_.hello, limits_.memory_bytes, frame_limits});
  if (auto* failure = std::get_if<Outcome>(&exchange.result))
    return std::move(*failure);
  const auto& blob = std::get<std::vector<std::byte>>(exchange.result);
  try {
    return protocol::decode_hello(protocol::decode_blob(blob, frame_limits));
  } catch (const protocol::ProtocolError& error) {
    return ProtocolViolation{one_line(error.what())};
  }
}

std::optional<Outcome> Supervisor::restart() {
  ++restarts_;
  auto greeting = greet();
  if (auto* failure = std::get_if<Outcome>(&greeting)) return std::move(*failure);
  // Offers are asked by the first hello, and reports name its versions.
  if (std::get<protocol::Hello>(greeting) != hello_) {
    return ProtocolViolation{
        "the runner said another hello after it was started again"};
  }
  connection_->clear_log();
  return std::nullopt;
}

}  // namespace truenorm
