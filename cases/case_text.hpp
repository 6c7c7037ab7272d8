// SPDX-License-Identifier: Apache-2.0
// Values as a case file writes them, so that its reader gets the same bits back.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "oracle/operators.hpp"
#include "oracle/tensor.hpp"

namespace truenorm {

/// No line of a written list is longer, but for a number that is.
inline constexpr std::size_t widest_line = 100;

/// The shortest decimal that rounds to this value of the format; nan, inf, -inf, -0.
[[nodiscard]] std::string number_text(const Format& format, double value);

/// A real is a decimal where one means it: what is no binary64 is a fraction.
[[nodiscard]] std::string attribute_text(const AttributeValue& value);

/// The text as a string in a block of YAML: plain where that is safe, else in double
/// quotes.
///
/// values   valid UTF-8
[[nodiscard]] std::string text_scalar(std::string_view text);
/// The same, always in double quotes.
[[nodiscard]] std::string quoted_scalar(std::string_view text);

/// The text as lines of comment, broken where they would be too long.
[[nodiscard]] std::string comment_text(std::string_view text);

/// [a, b, c]
[[nodiscard]] std::string list_text(const std::vector<std::string>& words);

/// An input that has these elements, as its value after "NAME: " in column `column`.
///
/// values   a scalar for rank 0 and, but for x, where all elements are the same
[[nodiscard]] std::string tensor_text(const Tensor& tensor, std::string_view input,
                                      std::size_t column);

}  // namespace truenorm
