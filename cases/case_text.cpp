// SPDX-License-Identifier: Apache-2.0
// Shortest decimals, YAML strings, and nested lists broken into lines.
#include "cases/case_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <utility>
#include <variant>

namespace truenorm {
namespace {

/// Enough digits for any binary64.
constexpr int most_digits = 17;

std::string shortest_decimal(const Format& format, double value) {
  if (format == float64) return fmt::format("{}", value);
  if (format == float32) return fmt::format("{}", static_cast<float>(value));
  for (int digits = 1; digits < most_digits; ++digits) {
    std::string text = fmt::format("{:.{}g}", value, digits);
    if (round_to_nearest(format, *parse_number(text)) == value) return text;
  }
  return fmt::format("{:.{}g}", value, most_digits);
}

struct AttributeWriter {
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const { return number_text(float64, value); }
  std::string operator()(const std::string& word) const { return word; }
  std::string operator()(const std::vector<std::int64_t>& values) const {
    return shape_text(values);
  }
  std::string operator()(const Rational& value) const {
    const double nearest = round_to_nearest(float64, value);
    if (std::isfinite(nearest) && exact(nearest) == value) return (*this)(nearest);
    return '"' + fraction_text(value) + '"';
  }
};

bool is_letter_or_digit(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

/// Whether YAML reads it as the same string without quotes: several words, the first of
/// which begins with a letter, and no mark that means something.
bool is_safe_plain(std::string_view text) {
  constexpr std::string_view harmless = " .,;()[]+-*/=_<>^|'";
  return text.find(' ') != std::string_view::npos &&
         std::isalpha(static_cast<unsigned char>(text.front())) != 0 &&
         text.back() != ' ' && std::all_of(text.begin(), text.end(), [&](char c) {
           return is_letter_or_digit(c) || harmless.find(c) != std::string_view::npos;
         });
}

bool is_constant(const Tensor& tensor) {
  for (std::int64_t i = 1; i < tensor.size(); ++i) {
    if (tensor.bits(i) != tensor.bits(0)) return false;
  }
  return tensor.size() > 0;
}

/// Puts words one after the other, on a new line where the old one would be too long.
class Lines {
 public:
  /// values   `margin` begins every line but the first
  explicit Lines(std::string margin)
      : margin_(std::move(margin)), width_(margin_.size()) {}

  void add(const std::string& word) {
    // Beside the word stands a space or the end of the line.
    if (!text_.empty() && width_ + word.size() > widest_line) {
      text_.back() = '\n';
      text_ += margin_;
      width_ = margin_.size();
    }
    text_ += word + ' ';
    width_ += word.size() + 1;
  }

  [[nodiscard]] std::string text() const { return text_.substr(0, text_.size() - 1); }

 private:
  std::string margin_;
  std::size_t width_;
  std::string text_;
};

/// How many of the innermost dimensions begin, or end, at a row-major element.
std::size_t edges(const Shape& shape, std::int64_t elements_before) {
  std::size_t count = 0;
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    if (elements_before % shape[axis] != 0) break;
    elements_before /= shape[axis];
    ++count;
  }
  return count;
}

std::string nested_list(const Tensor& tensor, std::size_t column) {
  Lines lines(std::string(column, ' '));
  for (std::int64_t i = 0; i < tensor.size(); ++i) {
    std::string word(edges(tensor.shape(), i), '[');
    word += number_text(tensor.format(), tensor[i]);
    word.append(edges(tensor.shape(), i + 1), ']');
    if (i + 1 < tensor.size()) word += ',';
    lines.add(word);
  }
  return lines.text();
}

}  // namespace

std::string number_text(const Format& format, double value) {
  // A NaN's sign would be printed, and -inf is what hex floats call it, too.
  return std::isfinite(value) ? shortest_decimal(format, value) : hex_float(value);
}

std::string attribute_text(const AttributeValue& value) {
  return std::visit(AttributeWriter{}, value);
}

std::string quoted_scalar(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    const auto code = static_cast<unsigned char>(c);
    if (code < 0x20 || code == 0x7f) {
      quoted += fmt::format("\\x{:02x}", code);
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string text_scalar(std::string_view text) {
  return !text.empty() && is_safe_plain(text) ? std::string(text) : quoted_scalar(text);
}

std::string comment_text(std::string_view text) {
  const std::string margin = "# ";
  Lines lines(margin);
  while (!text.empty()) {
    const std::size_t space = std::min(text.find(' '), text.size());
    lines.add(std::string(text.substr(0, space)));
    text.remove_prefix(std::min(space + 1, text.size()));
  }
  return margin + lines.text() + '\n';
}

std::string list_text(const std::vector<std::string>& words) {
  return fmt::format("[{}]", fmt::join(words, ", "));
}

std::string tensor_text(const Tensor& tensor, std::string_view input,
                        std::size_t column) {
  if (tensor.size() == 0) {
    return fmt::format("{{shape: {}, fill: 0}}", shape_text(tensor.shape()));
  }
  if (!is_constant(tensor)) return nested_list(tensor, column);
  const std::string number = number_text(tensor.format(), tensor[0]);
  if (tensor.shape().empty() || input != "x") return number;
  if (tensor.size() == 1) return nested_list(tensor, column);
  return fmt::format("{{shape: {}, fill: {}}}", shape_text(tensor.shape()), number);
}

}  // namespace truenorm
