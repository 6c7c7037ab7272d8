// SPDX-License-Identifier: Apache-2.0
// Between the oracle's questions and tensors and the protocol's.
#include "runners/supervisor/wire_question.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>
#include <variant>

namespace truenorm {
namespace {

struct ToWire {
  const std::string& name;

  protocol::AttributeValue operator()(const Rational& value) const {
    const double nearest = round_to_nearest(float64, value);
    if (!std::isfinite(nearest)) {
      throw std::invalid_argument(name + " is beyond the range of binary64");
    }
    return protocol::Real{nearest, exact(nearest) == value ? "" : fraction_text(value)};
  }
  protocol::AttributeValue operator()(double value) const {
    return protocol::Real{value, ""};
  }
  template <typename Value>
  protocol::AttributeValue operator()(const Value& value) const {
    return value;
  }
};

protocol::TensorBlob to_wire(const Tensor& tensor) {
  return {std::string(tensor.format().name),
          tensor.shape(),
          {tensor.bytes().begin(), tensor.bytes().end()}};
}

std::string format_names(const std::vector<Format>& formats) {
  std::string names;
  for (const Format& format : formats) {
    if (!names.empty()) names += " or ";
    names += format.name;
  }
  return names;
}

Tensor checked_output(const std::string& name, protocol::TensorBlob blob,
                      const ExpectedOutput& expected) {
  const auto format =
      std::find_if(expected.formats.begin(), expected.formats.end(),
                   [&](const Format& allowed) { return allowed.name == blob.dtype; });
  if (format == expected.formats.end()) {
    throw protocol::ProtocolError(fmt::format("output {} came as {}, not as {}", name,
                                              blob.dtype,
                                              format_names(expected.formats)));
  }
  if (blob.shape != expected.shape) {
    throw protocol::ProtocolError(fmt::format("output {} came with shape {}, not {}",
                                              name, shape_text(blob.shape),
                                              shape_text(expected.shape)));
  }
  return {*format, std::move(blob.shape), std::move(blob.bytes)};
}

}  // namespace

protocol::Request make_request(std::string id, const Question& question,
                               std::vector<std::string> outputs) {
  if (!protocol::is_id(id)) throw std::invalid_argument("'" + id + "' is no id");
  protocol::Request request{std::move(id),
                            question.op().name,
                            std::string(name(question.direction())),
                            {},
                            std::move(outputs),
                            {}};
  for (const auto& [attribute, value] : question.attributes()) {
    request.attributes.emplace(attribute, std::visit(ToWire{attribute}, value));
  }
  for (const auto& [input, tensor] : question.inputs()) {
    request.inputs.emplace(input, to_wire(tensor));
  }
  return request;
}

ExpectedOutputs expected_outputs(const Question& question,
                                 std::span<const std::string> outputs) {
  ExpectedOutputs expected;
  for (const std::string& output : outputs) {
    expected.emplace(output, ExpectedOutput{question.output_shape(output),
                                            question.output_formats(output)});
  }
  return expected;
}

Tensors checked_outputs(protocol::TensorBlobs tensors,
                        const ExpectedOutputs& expected) {
  Tensors outputs;
  for (auto& [name, blob] : tensors) {
    const auto output = expected.find(name);
    if (output == expected.end()) {
      throw protocol::ProtocolError("output " + name + " was not asked for");
    }
    outputs.emplace(name, checked_output(name, std::move(blob), output->second));
  }
  return outputs;
}

protocol::FrameLimits answer_limits(const ExpectedOutputs& expected) {
  constexpr std::uint64_t widest_element_bytes = 8;
  protocol::FrameLimits limits;
  limits.header_bytes = std::uint64_t{1} << 20;
  // Twice the header's limit leaves room to say which extra output came.
  limits.blob_bytes = 2 * limits.header_bytes;
  for (const auto& [name, output] : expected) {
    limits.blob_bytes +=
        widest_element_bytes * static_cast<std::uint64_t>(element_count(output.shape));
  }
  return limits;
}

}  // namespace truenorm
