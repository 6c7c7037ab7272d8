// SPDX-License-Identifier: Apache-2.0
// Files from strangers: every fault of theirs is told with the file's name.
#include "runners/program/captured_answer.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <utility>
#include <variant>
#include <vector>

#include "runners/program/usage_error.hpp"
#include "runners/protocol/message.hpp"
#include "runners/supervisor/foreign_text.hpp"
#include "runners/supervisor/wire_question.hpp"

namespace truenorm {
namespace {

using std::filesystem::path;

std::vector<std::byte> read_bytes(const path& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) {
    throw std::invalid_argument("there is no such file");
  }
  const std::uintmax_t size = std::filesystem::file_size(file);
  if (size > protocol::FrameLimits{}.blob_bytes) {
    throw std::invalid_argument(fmt::format("{} bytes are too many", size));
  }
  std::vector<std::byte> bytes(size);
  std::ifstream stream(file, std::ios::binary);
  if (!stream.read(reinterpret_cast<char*>(bytes.data()),
                   static_cast<std::streamsize>(size))) {
    throw std::invalid_argument("the file cannot be read");
  }
  return bytes;
}

/// What `read` makes of a file; what is wrong with it becomes the user's to mend.
template <typename Read>
auto read_from(const path& file, const Read& read) {
  try {
    return read(protocol::decode_blob(read_bytes(file)));
  } catch (const protocol::ProtocolError& error) {
    throw UsageError(file.string() + ": " + one_line(error.what()));
  } catch (const std::invalid_argument& error) {
    throw UsageError(file.string() + ": " + one_line(error.what()));
  } catch (const std::filesystem::filesystem_error& error) {
    throw UsageError(file.string() + ": " + error.code().message());
  }
}

struct FromWire {
  const std::string& name;

  AttributeValue operator()(const protocol::Real& real) const {
    if (real.exact.empty()) return exact(real.value);
    std::optional<Rational> value = parse_fraction(real.exact);
    if (!value) throw std::invalid_argument(name + "_exact is no fraction");
    if (round_to_nearest(float64, *value) != real.value) {
      throw std::invalid_argument(name + " is not " + name + "_exact rounded");
    }
    return *std::move(value);
  }
  template <typename Value>
  AttributeValue operator()(const Value& value) const {
    return value;
  }
};

Attributes attributes_of(const protocol::Request& request, const OperatorSpec& op) {
  Attributes attributes;
  for (const auto& [name, value] : request.attributes) {
    attributes.emplace(name, std::visit(FromWire{name}, value));
  }
  for (const AttributeSpec& spec : op.attributes) {
    if (!attributes.contains(spec.name)) {
      throw std::invalid_argument("the request has no attribute " + spec.name);
    }
  }
  return attributes;
}

/// What a request asks, without its bytes.
struct Asked {
  std::string id;
  Question question;
  ExpectedOutputs outputs;
};

Asked asked_by(protocol::Request request, ZeroScaleGradient zero_gradient) {
  const OperatorSpec* op = find_operator(request.op);
  if (op == nullptr) throw std::invalid_argument("unknown operator " + request.op);
  const std::optional<Direction> direction = find_direction(request.direction);
  if (!direction) {
    throw std::invalid_argument("unknown direction " + request.direction);
  }
  Attributes attributes = attributes_of(request, *op);
  Tensors inputs;
  for (auto& [name, blob] : request.inputs) {
    const std::optional<Format> format = find_format(blob.dtype);
    if (!format) throw std::invalid_argument("unknown dtype " + blob.dtype);
    inputs.emplace(name, Tensor(*format, std::move(blob.shape), std::move(blob.bytes)));
  }
  Question question(*op, *direction, std::move(attributes), std::move(inputs),
                    zero_gradient);
  ExpectedOutputs outputs = expected_outputs(question, request.outputs);
  return {std::move(request.id), std::move(question), std::move(outputs)};
}

Tensors outputs_of(protocol::Answer answer, const Asked& asked) {
  if (answer.id != asked.id) {
    throw std::invalid_argument(
        fmt::format("it answers {}, not {}", answer.id, asked.id));
  }
  if (const auto* refused = std::get_if<protocol::Unsupported>(&answer.content)) {
    throw std::invalid_argument("it is no answer but 'unsupported': " + refused->why);
  }
  if (const auto* failed = std::get_if<protocol::Error>(&answer.content)) {
    throw std::invalid_argument("it is no answer but an error: " + failed->what);
  }
  return checked_outputs(std::get<protocol::TensorBlobs>(std::move(answer.content)),
                         asked.outputs);
}

}  // namespace

CapturedAnswer read_captured_answer(const path& request, const path& answer,
                                    ZeroScaleGradient zero_gradient) {
  Asked asked = read_from(request, [&](protocol::Frame frame) {
    return asked_by(protocol::decode_request(std::move(frame)), zero_gradient);
  });
  Tensors outputs = read_from(answer, [&](protocol::Frame frame) {
    return outputs_of(protocol::decode_answer(std::move(frame)), asked);
  });
  return {std::move(asked.id), std::move(asked.question), std::move(outputs)};
}

}  // namespace truenorm
