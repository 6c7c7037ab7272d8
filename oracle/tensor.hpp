// SPDX-License-Identifier: Apache-2.0
// A dense row-major tensor of one format, kept as the bits that were given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "oracle/format.hpp"

namespace truenorm {

using Shape = std::vector<std::int64_t>;

/// The product of the dimensions; 1 for rank 0.
///
/// throws   std::overflow_error if a dimension is negative or the product leaves int64
[[nodiscard]] std::int64_t element_count(const Shape& shape);

/// [2, 3], as messages print a shape.
[[nodiscard]] std::string shape_text(const Shape& shape);

class Tensor {
 public:
  Tensor() = default;

  /// A tensor of zeros.
  Tensor(const Format& format, Shape shape);

  /// A tensor that takes over little-endian elements of storage_bits / 8 bytes each.
  ///
  /// throws   std::invalid_argument if the byte count does not fit the shape
  Tensor(const Format& format, Shape shape, std::vector<std::byte> bytes);

  [[nodiscard]] const Format& format() const { return format_; }
  [[nodiscard]] const Shape& shape() const { return shape_; }
  [[nodiscard]] std::int64_t size() const { return size_; }
  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

  [[nodiscard]] std::uint64_t bits(std::int64_t index) const;
  void set_bits(std::int64_t index, std::uint64_t bits);

  /// The element's exact value; every format is a subset of binary64.
  [[nodiscard]] double operator[](std::int64_t index) const {
    return decode(format_, bits(index));
  }
  /// throws   std::invalid_argument if the format does not hold the value
  void set(std::int64_t index, double value) {
    set_bits(index, encode(format_, value));
  }

 private:
  Format format_ = float64;
  Shape shape_;
  std::int64_t size_ = 1;
  std::vector<std::byte> bytes_ = std::vector<std::byte>(sizeof(double));
};

/// A tensor of the format whose elements are the values, each rounded once.
[[nodiscard]] Tensor make_tensor(const Format& format, Shape shape,
                                 std::span<const double> values);

}  // namespace truenorm
