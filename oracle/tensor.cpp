// SPDX-License-Identifier: Apache-2.0
// Storage of tensors: little-endian elements, whatever the machine.
#include "oracle/tensor.hpp"

#include <stdexcept>

namespace truenorm {

std::int64_t element_count(const Shape& shape) {
  std::int64_t count = 1;
  bool is_empty = false;
  for (const std::int64_t dimension : shape) {
    if (dimension < 0) throw std::overflow_error("a dimension is negative");
    if (dimension == 0) {
      is_empty = true;
    } else if (__builtin_mul_overflow(count, dimension, &count)) {
      throw std::overflow_error(shape_text(shape) + " has more than 2^63 elements");
    }
  }
  return is_empty ? 0 : count;
}

std::string shape_text(const Shape& shape) {
  std::string text = "[";
  for (const std::int64_t dimension : shape) {
    if (text.size() > 1) text += ", ";
    text += std::to_string(dimension);
  }
  return text + "]";
}

Tensor::Tensor(const Format& format, Shape shape)
    : Tensor(
          format, shape,
          std::vector<std::byte>(static_cast<std::size_t>(element_count(shape)) *
                                 (static_cast<std::size_t>(format.storage_bits) / 8))) {
}

Tensor::Tensor(const Format& format, Shape shape, std::vector<std::byte> bytes)
    : format_(format),
      shape_(std::move(shape)),
      size_(element_count(shape_)),
      bytes_(std::move(bytes)) {
  const auto wanted = static_cast<std::uint64_t>(size_) *
                      (static_cast<std::uint64_t>(format.storage_bits) / 8);
  if (bytes_.size() != wanted) {
    throw std::invalid_argument(std::to_string(bytes_.size()) +
                                " bytes for a tensor of shape " + shape_text(shape_) +
                                " and dtype " + std::string(format.name) +
                                ", which takes " + std::to_string(wanted));
  }
}

namespace {

/// Of a fixed width, so that the compiler makes one load of it.
template <std::size_t width>
std::uint64_t little_endian(const std::byte* element) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < width; ++i) {
    bits |= std::to_integer<std::uint64_t>(element[i]) << (8 * i);
  }
  return bits;
}

}  // namespace

std::uint64_t Tensor::bits(std::int64_t index) const {
  const auto width = static_cast<std::size_t>(format_.storage_bits) / 8;
  const std::byte* element = bytes_.data() + static_cast<std::size_t>(index) * width;
  switch (width) {
    case 1:
      return little_endian<1>(element);
    case 2:
      return little_endian<2>(element);
    case 4:
      return little_endian<4>(element);
    default:
      return little_endian<8>(element);
  }
}

void Tensor::set_bits(std::int64_t index, std::uint64_t bits) {
  const auto width = static_cast<std::size_t>(format_.storage_bits) / 8;
  std::byte* element = bytes_.data() + static_cast<std::size_t>(index) * width;
  for (std::size_t i = 0; i < width; ++i) {
    element[i] = static_cast<std::byte>(bits >> (8 * i));
  }
}

Tensor make_tensor(const Format& format, Shape shape, std::span<const double> values) {
  Tensor tensor(format, std::move(shape));
  if (static_cast<std::size_t>(tensor.size()) != values.size()) {
    throw std::invalid_argument(std::to_string(values.size()) +
                                " values for a tensor of shape " +
                                shape_text(tensor.shape()));
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    tensor.set(static_cast<std::int64_t>(i), round_to_nearest(format, values[i]));
  }
  return tensor;
}

}  // namespace truenorm
