// SPDX-License-Identifier: Apache-2.0
// The header of an .npy file, read as if it came from an enemy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>

#include "oracle/tensor.hpp"

namespace truenorm {

/// More than any array of ours needs; all that version 1.0 can hold.
inline constexpr std::uint64_t longest_npy_header_bytes = 1 << 16;

/// The bytes before a header's text: magic, version, and a length of 2 or 4 bytes.
inline constexpr std::size_t longest_npy_preamble_bytes = 12;

enum class ElementOrder { row_major, column_major };

/// What is wrong with a header, in words that go on after the file's name.
class NpyError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct NpyHeader {
  Format format;
  Shape shape;
  ElementOrder order;
  std::uint64_t data_offset;  ///< where the elements begin in the file
};

/// The header that the first bytes of a file are, of version 1.0, 2.0 or 3.0.
///
/// values   `start`: the whole file, or its first longest_npy_preamble_bytes +
///          longest_npy_header_bytes bytes; only '<f2', '<f4' and '<f8' are read
/// throws   NpyError
/// source   https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
[[nodiscard]] NpyHeader parse_npy_header(std::span<const std::byte> start);

}  // namespace truenorm
