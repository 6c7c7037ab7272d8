// SPDX-License-Identifier: Apache-2.0
// The preamble, then a Python dict of three keys, of whose grammar only this is read.
#include "cases/npy.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string_view>

namespace truenorm {
namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t version_bytes = 2;

[[noreturn]] void refuse(const std::string& why) { throw NpyError(why); }

Format format_of(const std::string& descr) {
  if (descr == "<f2") return float16;
  if (descr == "<f4") return float32;
  if (descr == "<f8") return float64;
  if (descr == ">f2" || descr == ">f4" || descr == ">f8") {
    refuse(
        fmt::format("its dtype '{}' is big-endian; only little-endian is read", descr));
  }
  refuse(
      fmt::format("its dtype '{}' is none of '<f2', '<f4' and '<f8'; bfloat16 and "
                  "float8 stand in .safetensors",
                  descr));
}

/// {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
class DictParser {
 public:
  explicit DictParser(std::string_view text) : text_(text) {}

  NpyHeader parse() {
    expect('{');
    while (!accept('}')) {
      parse_entry();
      if (accept(',')) continue;
      expect('}');
      break;
    }
    if (position_ != text_.size()) complain("its end");
    if (!format_ || !order_ || !shape_) {
      refuse("its header must hold descr, fortran_order and shape");
    }
    return {*format_, std::move(*shape_), *order_, 0};
  }

 private:
  [[noreturn]] void complain(std::string_view expected) const {
    refuse(fmt::format("its header is wrong at byte {}, where {} is expected",
                       position_, expected));
  }

  void skip_spaces() {
    while (position_ < text_.size() && text_[position_] == ' ') ++position_;
  }

  bool accept(char c) {
    skip_spaces();
    if (position_ == text_.size() || text_[position_] != c) return false;
    ++position_;
    skip_spaces();
    return true;
  }

  bool accept(std::string_view word) {
    skip_spaces();
    if (!text_.substr(position_).starts_with(word)) return false;
    position_ += word.size();
    skip_spaces();
    return true;
  }

  void expect(char c) {
    if (!accept(c)) complain(std::string_view(&c, 1));
  }

  std::string parse_string(std::string_view what) {
    skip_spaces();
    const char quote = position_ < text_.size() ? text_[position_] : '\0';
    if (quote != '\'' && quote != '"') complain(what);
    const std::size_t end = text_.find(quote, position_ + 1);
    if (end == std::string_view::npos) complain(what);
    const std::string_view found = text_.substr(position_ + 1, end - position_ - 1);
    // Every key and dtype that is read is plain; an escape would mean something else.
    for (const char c : found) {
      if (c < ' ' || c > '~' || c == '\\') complain("plain text");
    }
    position_ = end + 1;
    skip_spaces();
    return std::string(found);
  }

  void parse_entry() {
    const std::string key = parse_string("a key in quotes");
    expect(':');
    if (key == "descr") {
      require_first(key, format_.has_value());
      if (accept('[')) refuse("it is a structured array, not one of floats");
      format_ = format_of(parse_string("a dtype in quotes"));
    } else if (key == "fortran_order") {
      require_first(key, order_.has_value());
      order_ = parse_order();
    } else if (key == "shape") {
      require_first(key, shape_.has_value());
      shape_ = parse_shape();
    } else {
      refuse(fmt::format("its header has the unknown key '{}'", key));
    }
  }

  static void require_first(const std::string& key, bool is_known) {
    if (is_known) refuse(fmt::format("its header has the key '{}' twice", key));
  }

  ElementOrder parse_order() {
    if (accept(std::string_view("False"))) return ElementOrder::row_major;
    if (accept(std::string_view("True"))) return ElementOrder::column_major;
    complain("True or False");
  }

  /// (), (2,) or (2, 3), also with a last comma; (2) is no tuple.
  Shape parse_shape() {
    expect('(');
    Shape shape;
    bool ends_with_comma = true;
    while (!accept(')')) {
      if (!ends_with_comma) complain("a comma");
      shape.push_back(parse_dimension());
      ends_with_comma = accept(',');
      if (shape.size() == 1 && !ends_with_comma) complain("a comma");
    }
    return shape;
  }

  std::int64_t parse_dimension() {
    const char* first = text_.data() + position_;
    const char* last = text_.data() + text_.size();
    std::int64_t dimension = 0;
    const auto [end, error] = std::from_chars(first, last, dimension);
    if (error == std::errc::result_out_of_range) {
      refuse("a dimension in its header is beyond 2^63");
    }
    if (error != std::errc{} || dimension < 0) complain("a dimension");
    position_ += static_cast<std::size_t>(end - first);
    return dimension;
  }

  std::string_view text_;
  std::size_t position_ = 0;
  std::optional<Format> format_;
  std::optional<ElementOrder> order_;
  std::optional<Shape> shape_;
};

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte) {
    number = number << 8 | static_cast<unsigned char>(*byte);
  }
  return number;
}

}  // namespace

NpyHeader parse_npy_header(std::span<const std::byte> start) {
  const std::string_view file(reinterpret_cast<const char*>(start.data()),
                              start.size());
  if (!file.starts_with(magic)) refuse("it does not begin as an .npy file does");
  const std::string_view version = file.substr(magic.size(), version_bytes);
  if (version.size() < version_bytes) refuse("it ends within its version");
  if (version[0] < 1 || version[0] > 3 || version[1] != 0) {
    refuse(fmt::format("its version is {}.{}, where 1.0, 2.0 and 3.0 are read",
                       static_cast<unsigned char>(version[0]),
                       static_cast<unsigned char>(version[1])));
  }
  const std::size_t length_at = magic.size() + version_bytes;
  const std::size_t width = version[0] == 1 ? 2 : 4;
  if (file.size() < length_at + width)
    refuse("it ends within the length of its header");
  const std::uint64_t length = little_endian(file.substr(length_at, width));
  if (length > longest_npy_header_bytes) {
    refuse(fmt::format("its header has {} bytes, at most {} are read", length,
                       longest_npy_header_bytes));
  }
  std::string_view text = file.substr(length_at + width);
  if (text.size() < length) refuse("it ends within its header");
  text = text.substr(0, length);
  if (!text.ends_with('\n')) refuse("its header does not end with a line feed");
  text.remove_suffix(1);
  NpyHeader header = DictParser(text).parse();
  header.data_offset = length_at + width + length;
  return header;
}

}  // namespace truenorm
