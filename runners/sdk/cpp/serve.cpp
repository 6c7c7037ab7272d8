// SPDX-License-Identifier: Apache-2.0
// The runner's side of the protocol: hello, then an answer to each request.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <iostream>
#include <optional>
#include <system_error>
#include <utility>

#include "runners/protocol/message.hpp"
#include "runners/sdk/cpp/runner.hpp"

namespace truenorm::sdk {
namespace {

constexpr int standard_input = 0;
constexpr int standard_output = 1;
constexpr int standard_error = 2;
constexpr std::size_t chunk_bytes = std::size_t{1} << 20;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

int duplicate(int descriptor) {
  const int copy = ::fcntl(descriptor, F_DUPFD_CLOEXEC, standard_error + 1);
  if (copy < 0) fail("the runner cannot keep its own stdin and stdout");
  return copy;
}

void replace(int descriptor, int by) {
  if (::dup2(by, descriptor) < 0) fail("the runner cannot redirect stdin and stdout");
}

/// The engine's end of the line: private copies of what were stdin and stdout.
class Line {
 public:
  /// After this, whatever a library prints to stdout reaches stderr.
  Line() : requests_(duplicate(standard_input)), answers_(duplicate(standard_output)) {
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing < 0) fail("/dev/null");
    replace(standard_input, nothing);
    ::close(nothing);
    replace(standard_output, standard_error);
  }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  ~Line() {
    ::close(requests_);
    ::close(answers_);
  }

  /// The next frame; nothing at the end of stdin.
  [[nodiscard]] std::optional<protocol::Frame> read_frame() const {
    std::array<std::byte, protocol::length_bytes> prefix{};
    const std::size_t got = read(prefix);
    if (got == 0) return std::nullopt;
    const std::uint64_t length =
        protocol::blob_length(std::span<const std::byte>(prefix).first(got));
    std::vector<std::byte> blob;
    // Memory grows with what arrives, not with what was announced.
    while (blob.size() < length) {
      const std::size_t begin = blob.size();
      blob.resize(std::min<std::uint64_t>(length, begin + chunk_bytes));
      const auto chunk = std::span(blob).subspan(begin);
      if (read(chunk) < chunk.size()) {
        throw protocol::ProtocolError("stdin ended within a request");
      }
    }
    return protocol::decode_blob(blob);
  }

  void write_frame(const protocol::Frame& frame) const {
    const std::vector<std::byte> bytes = protocol::encode_frame(frame);
    std::span<const std::byte> rest = bytes;
    while (!rest.empty()) {
      const ssize_t written = ::write(answers_, rest.data(), rest.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail("the runner cannot write its answer");
      rest = rest.subspan(static_cast<std::size_t>(written));
    }
  }

 private:
  /// Fills the span as far as stdin goes; how far that is.
  std::size_t read(std::span<std::byte> to) const {
    std::size_t filled = 0;
    while (filled < to.size()) {
      const ssize_t got = ::read(requests_, to.data() + filled, to.size() - filled);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail("the runner cannot read its requests");
      if (got == 0) break;
      filled += static_cast<std::size_t>(got);
    }
    return filled;
  }

  int requests_;
  int answers_;
};

protocol::Hello hello_of(const Description& description) {
  protocol::Hello hello{description.name,
                        description.version,
                        description.library,
                        description.library_version,
                        description.device,
                        {},
                        1,
                        description.attribute_dtype};
  for (const auto& [name, support] : description.operators) {
    hello.operators.emplace(
        name,
        protocol::OperatorSupport{support.dtypes, support.directions, support.outputs});
  }
  return hello;
}

Request request_of(protocol::Request message) {
  Request request;
  request.id = std::move(message.id);
  request.op = std::move(message.op);
  request.direction = std::move(message.direction);
  request.outputs = std::move(message.outputs);
  request.attributes_json = protocol::encode_attributes(message.attributes);
  for (auto& [name, blob] : message.inputs) {
    request.inputs.emplace(name, Tensor{std::move(blob.dtype), std::move(blob.shape),
                                        std::move(blob.bytes)});
  }
  return request;
}

/// The outputs that were asked for; the handler may have computed more.
protocol::TensorBlobs requested_outputs(const Request& request, Tensors given) {
  protocol::TensorBlobs outputs;
  for (auto& [name, tensor] : given) {
    if (!request.wants(name)) continue;
    const auto size = protocol::tensor_bytes(tensor.dtype, tensor.shape);
    if (!size || static_cast<std::size_t>(*size) != tensor.bytes.size()) {
      throw Failure("output " + name + " has " + std::to_string(tensor.bytes.size()) +
                    " bytes, which do not fit " + tensor.dtype + " of its shape");
    }
    outputs.emplace(
        name, protocol::TensorBlob{std::move(tensor.dtype), std::move(tensor.shape),
                                   std::move(tensor.bytes)});
  }
  return outputs;
}

protocol::Answer answer(const Request& request, const Handler& handler) {
  try {
    return {request.id, requested_outputs(request, handler(request))};
  } catch (const Unsupported& why) {
    return {request.id, protocol::Unsupported{why.what()}};
  } catch (const std::exception& what) {
    return {request.id, protocol::Error{what.what()}};
  } catch (...) {
    return {request.id, protocol::Error{"threw something that is no std::exception"}};
  }
}

void serve_until_end_of_input(const Description& description, const Handler& handler) {
  const Line line;
  line.write_frame(protocol::encode(hello_of(description)));
  while (auto frame = line.read_frame()) {
    const Request request = request_of(protocol::decode_request(std::move(*frame)));
    const protocol::Frame reply = protocol::encode(answer(request, handler));
    // What the handler printed must be logged with this request, not a later one.
    std::cout.flush();
    std::fflush(nullptr);
    line.write_frame(reply);
  }
}

}  // namespace

int serve(const Description& description, const Handler& handler) {
  if (::isatty(standard_input) != 0) {
    std::fprintf(stderr,
                 "%s is a truenorm runner: it speaks a binary protocol on stdin and "
                 "stdout. Use it as: truenorm run --runner PROGRAM\n",
                 description.name.c_str());
    return 2;
  }
  try {
    serve_until_end_of_input(description, handler);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", description.name.c_str(), error.what());
    return 1;
  }
}

}  // namespace truenorm::sdk
