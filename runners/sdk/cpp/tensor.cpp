// SPDX-License-Identifier: Apache-2.0
// Tensors to C++ numbers and back.
#include <bit>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "runners/protocol/frame.hpp"
#include "runners/sdk/cpp/float_layout.hpp"
#include "runners/sdk/cpp/runner.hpp"

namespace truenorm::sdk {
namespace {

std::int64_t element_count(std::span<const std::int64_t> shape) {
  std::int64_t count = 1;
  for (const std::int64_t dimension : shape) {
    if (dimension < 0 || __builtin_mul_overflow(count, dimension, &count)) {
      throw std::invalid_argument("a shape has a negative or an absurd dimension");
    }
  }
  return count;
}

std::size_t checked_size(const Tensor& tensor) {
  const auto bytes = protocol::tensor_bytes(tensor.dtype, tensor.shape);
  if (!bytes || static_cast<std::size_t>(*bytes) != tensor.bytes.size()) {
    throw std::invalid_argument("a tensor of " + tensor.dtype + " has " +
                                std::to_string(tensor.bytes.size()) +
                                " bytes, which do not fit its shape");
  }
  return static_cast<std::size_t>(tensor.size());
}

/// A tensor of the right number of zero bytes.
Tensor make_tensor(std::string_view dtype, std::vector<std::int64_t> shape,
                   std::size_t value_count) {
  Tensor tensor{std::string(dtype), std::move(shape), {}};
  if (static_cast<std::size_t>(tensor.size()) != value_count) {
    throw std::invalid_argument(std::to_string(value_count) +
                                " values do not fit a tensor's shape");
  }
  tensor.bytes.resize(value_count * find_layout(dtype).storage_bits / 8);
  return tensor;
}

template <typename Value>
std::vector<Value> to_values(const Tensor& tensor) {
  const FloatLayout& layout = find_layout(tensor.dtype);
  const std::size_t element_bytes = layout.storage_bits / 8;
  std::vector<Value> values(checked_size(tensor));
  const std::byte* position = tensor.bytes.data();
  for (Value& value : values) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, position, element_bytes);
    value = static_cast<Value>(decode(layout, bits));
    position += element_bytes;
  }
  return values;
}

template <typename Value>
Tensor from_values(std::string_view dtype, std::vector<std::int64_t> shape,
                   std::span<const Value> values) {
  const FloatLayout& layout = find_layout(dtype);
  const std::size_t element_bytes = layout.storage_bits / 8;
  Tensor tensor = make_tensor(dtype, std::move(shape), values.size());
  std::byte* position = tensor.bytes.data();
  for (const Value value : values) {
    const std::uint64_t bits = encode(layout, static_cast<double>(value));
    std::memcpy(position, &bits, element_bytes);
    position += element_bytes;
  }
  return tensor;
}

/// The elements as they are, where dtype and Value are one format.
template <typename Value>
std::vector<Value> copy_values(const Tensor& tensor) {
  std::vector<Value> values(checked_size(tensor));
  if (!values.empty()) {
    std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
  }
  return values;
}

template <typename Value>
Tensor copy_tensor(std::string_view dtype, std::vector<std::int64_t> shape,
                   std::span<const Value> values) {
  Tensor tensor = make_tensor(dtype, std::move(shape), values.size());
  if (!values.empty()) {
    std::memcpy(tensor.bytes.data(), values.data(), tensor.bytes.size());
  }
  return tensor;
}

}  // namespace

std::int64_t Tensor::size() const { return element_count(shape); }

std::vector<double> to_doubles(const Tensor& tensor) {
  if (tensor.dtype == "float64") return copy_values<double>(tensor);
  return to_values<double>(tensor);
}

Tensor from_doubles(std::string_view dtype, std::vector<std::int64_t> shape,
                    std::span<const double> values) {
  if (dtype == "float64") return copy_tensor(dtype, std::move(shape), values);
  return from_values(dtype, std::move(shape), values);
}

std::vector<float> to_floats(const Tensor& tensor) {
  if (tensor.dtype == "float32") return copy_values<float>(tensor);
  if (tensor.dtype == "float64") {
    throw std::invalid_argument("float64 does not fit into float32");
  }
  return to_values<float>(tensor);
}

Tensor from_floats(std::string_view dtype, std::vector<std::int64_t> shape,
                   std::span<const float> values) {
  if (dtype == "float32") return copy_tensor(dtype, std::move(shape), values);
  return from_values(dtype, std::move(shape), values);
}

}  // namespace truenorm::sdk
