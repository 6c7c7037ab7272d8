// SPDX-License-Identifier: Apache-2.0
// The three messages: a runner's hello, the engine's request, the runner's answer.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "runners/protocol/attributes.hpp"
#include "runners/protocol/frame.hpp"

namespace truenorm::protocol {

inline constexpr int protocol_version = 1;

/// What a runner can do with one operator.
struct OperatorSupport {
  std::vector<std::string> dtypes;
  std::vector<std::string> directions;
  std::vector<std::string> outputs;

  friend bool operator==(const OperatorSupport&, const OperatorSupport&) = default;
};

/// What a runner says first.
struct Hello {
  std::string name;
  std::string version;  ///< of the runner
  std::string library;
  std::string library_version;
  std::string device;
  std::map<std::string, OperatorSupport, std::less<>> operators;
  std::int64_t pipeline = 1;  ///< requests that may be in flight
  /// "float32" where the library takes eps and momentum as float32; else empty.
  std::string attribute_dtype;

  friend bool operator==(const Hello&, const Hello&) = default;
};

struct Request {
  std::string id;
  std::string op;
  std::string direction;
  Attributes attributes;
  std::vector<std::string> outputs;
  TensorBlobs inputs;

  friend bool operator==(const Request&, const Request&) = default;
};

/// Not offered, or refused by documented design.
struct Unsupported {
  std::string why;

  friend bool operator==(const Unsupported&, const Unsupported&) = default;
};

/// The library, or the runner, reports an error.
struct Error {
  std::string what;

  friend bool operator==(const Error&, const Error&) = default;
};

struct Answer {
  std::string id;
  std::variant<TensorBlobs, Unsupported, Error> content;

  friend bool operator==(const Answer&, const Answer&) = default;
};

/// Whether the text may be a request's id: [A-Za-z0-9_.-]{1,100}.
[[nodiscard]] bool is_id(std::string_view text);

/// throws   std::invalid_argument if a message breaks the rules that decoding checks
[[nodiscard]] Frame encode(const Hello& hello);
[[nodiscard]] Frame encode(const Request& request);
[[nodiscard]] Frame encode(const Answer& answer);

/// throws   ProtocolError: a key unknown, missing or of another kind; another protocol
[[nodiscard]] Hello decode_hello(const Frame& frame);
[[nodiscard]] Request decode_request(Frame frame);
[[nodiscard]] Answer decode_answer(Frame frame);

}  // namespace truenorm::protocol
