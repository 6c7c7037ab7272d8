// SPDX-License-Identifier: Apache-2.0
// What a runner written in C++ needs: describe the library, answer requests, serve.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace truenorm::sdk {

/// A dense row-major tensor of little-endian elements.
struct Tensor {
  std::string
      dtype;  ///< float64, float32, float16, bfloat16, float8_e5m2, float8_e4m3fn
  std::vector<std::int64_t> shape;
  std::vector<std::byte> bytes;

  [[nodiscard]] std::int64_t size() const;
};

/// The elements as float64; exact for every dtype.
[[nodiscard]] std::vector<double> to_doubles(const Tensor& tensor);
/// A tensor of the dtype, each value rounded to nearest, ties to even.
[[nodiscard]] Tensor from_doubles(std::string_view dtype,
                                  std::vector<std::int64_t> shape,
                                  std::span<const double> values);
/// The elements as float32: exact for every dtype but float64, which is refused.
[[nodiscard]] std::vector<float> to_floats(const Tensor& tensor);
[[nodiscard]] Tensor from_floats(std::string_view dtype,
                                 std::vector<std::int64_t> shape,
                                 std::span<const float> values);

using Tensors = std::map<std::string, Tensor, std::less<>>;

/// One question. Every attribute of the operator is there, resolved.
class Request {
 public:
  std::string id;
  std::string op;
  std::string direction;
  std::vector<std::string> outputs;
  Tensors inputs;

  [[nodiscard]] bool wants(std::string_view output) const;
  /// An input by name; null if the case has none of it.
  [[nodiscard]] const Tensor* input(std::string_view name) const;

  /// throws   Failure if the request has no such attribute of that kind
  [[nodiscard]] double real(std::string_view attribute) const;
  [[nodiscard]] std::int64_t integer(std::string_view attribute) const;
  [[nodiscard]] bool flag(std::string_view attribute) const;
  [[nodiscard]] std::vector<std::int64_t> axes(std::string_view attribute) const;
  [[nodiscard]] std::string choice(std::string_view attribute) const;
  /// The exact value of a real attribute that is no binary64: "1/1000000"; else empty.
  [[nodiscard]] std::string exact_real(std::string_view attribute) const;

  /// The request's attributes as JSON text; the accessors above read it.
  std::string attributes_json;
};

/// Thrown by a handler: the library does not offer this, by design.
class Unsupported : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Thrown by a handler: the library reported an error.
class Failure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct OperatorSupport {
  std::vector<std::string> dtypes;
  std::vector<std::string> directions;
  std::vector<std::string> outputs;
};

struct Description {
  std::string name;
  std::string version;  ///< of the runner
  std::string library;
  std::string library_version;
  std::string device = "cpu";
  std::map<std::string, OperatorSupport> operators = {};
  /// "float32" where the library takes eps and momentum as float32; else empty.
  std::string attribute_dtype = {};
};

/// Gives the outputs that were asked for; one that the library does not expose may be
/// left out.
using Handler = std::function<Tensors(const Request&)>;

/// Says hello, answers requests in order until stdin ends, and returns the exit status.
///
/// values   whatever the library prints to stdout goes to stderr
[[nodiscard]] int serve(const Description& description, const Handler& handler);

}  // namespace truenorm::sdk
