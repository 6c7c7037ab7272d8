// SPDX-License-Identifier: Apache-2.0
// Recognises plain scalars letter by letter: std::regex recurses and would overflow the
// stack on long ones.
#include "cases/scalars.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <limits>

#include "cases/suggestion.hpp"

namespace truenorm {
namespace {

bool is_decimal_digit(char c) { return c >= '0' && c <= '9'; }
bool is_octal_digit(char c) { return c >= '0' && c <= '7'; }
bool is_hex_digit(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }

/// Reads a scalar's letters from the left.
class Letters {
 public:
  explicit Letters(std::string_view text) : rest_(text) {}

  bool skip(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool skip_sign() { return skip('-') || skip('+'); }

  std::size_t skip_digits(bool (*is_digit)(char)) {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_digit);
    const auto count = static_cast<std::size_t>(end - rest_.begin());
    rest_.remove_prefix(count);
    return count;
  }

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

bool ends_with_exponent(Letters letters) {
  letters.skip_sign();
  return letters.skip_digits(is_decimal_digit) > 0 && letters.at_end();
}

/// [-+]? ( .d+ | d+ (. d*)? ) ( [eE] [-+]? d+ )?
bool is_decimal(std::string_view text) {
  Letters letters(text);
  letters.skip_sign();
  const std::size_t whole = letters.skip_digits(is_decimal_digit);
  const std::size_t fractional =
      letters.skip('.') ? letters.skip_digits(is_decimal_digit) : 0;
  if (whole + fractional == 0) return false;
  if (letters.at_end()) return true;
  return (letters.skip('e') || letters.skip('E')) && ends_with_exponent(letters);
}

/// [-+]? 0x ( .h+ | h+ (. h*)? ) [pP] [-+]? d+
bool is_hex_float(std::string_view text) {
  Letters letters(text);
  letters.skip_sign();
  if (!letters.skip('0') || !(letters.skip('x') || letters.skip('X'))) return false;
  const std::size_t whole = letters.skip_digits(is_hex_digit);
  const std::size_t fractional =
      letters.skip('.') ? letters.skip_digits(is_hex_digit) : 0;
  if (whole + fractional == 0) return false;
  return (letters.skip('p') || letters.skip('P')) && ends_with_exponent(letters);
}

bool is_prefixed(std::string_view text, std::string_view prefix,
                 bool (*is_digit)(char)) {
  if (!text.starts_with(prefix)) return false;
  Letters letters(text.substr(prefix.size()));
  return letters.skip_digits(is_digit) > 0 && letters.at_end();
}

bool is_number_text(std::string_view text) {
  return is_decimal(text) || is_hex_float(text) ||
         is_prefixed(text, "0x", is_hex_digit) ||
         is_prefixed(text, "0o", is_octal_digit);
}

std::optional<double> special_of(std::string_view text) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const bool is_negative = text.starts_with('-');
  std::string_view word = text;
  if (is_negative || text.starts_with('+')) word.remove_prefix(1);
  if (word == "inf" || word == ".inf" || word == ".Inf" || word == ".INF") {
    return is_negative ? -infinity : infinity;
  }
  if (text == "nan" || text == ".nan" || text == ".NaN" || text == ".NAN") {
    return std::numeric_limits<double>::quiet_NaN();
  }
  return std::nullopt;
}

/// Long enough for every binary64 in full.
constexpr std::size_t longest_number = 2000;

std::optional<Rational> exact_value(std::string_view text) {
  if (text.size() > longest_number) return std::nullopt;
  // GMP reads an octal number by its leading 0.
  if (text.starts_with("0o"))
    return Rational(Integer("0" + std::string(text.substr(2))));
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return parse_number(lower);
}

bool is_plain(const Node& node) {
  return node.kind == Node::Kind::scalar && !node.is_quoted;
}

std::optional<bool> boolean_of(const Node& node) {
  if (!is_plain(node)) return std::nullopt;
  if (node.text == "true" || node.text == "True" || node.text == "TRUE") return true;
  if (node.text == "false" || node.text == "False" || node.text == "FALSE")
    return false;
  return std::nullopt;
}

void add_mismatch(const Node& node, std::string_view what, std::string_view wanted,
                  Problems& problems) {
  problems.add(node.position,
               fmt::format("{} must be {}, not {}{}", what, wanted,
                           node.is_quoted ? "the text " : "", description(node)));
}

template <typename Int>
std::optional<Int> integer_of(const Node& node) {
  const std::optional<Number> number = number_of(node);
  if (!number) return std::nullopt;
  // A -0 has the value 0.
  const bool is_real = !number->special || *number->special == 0;
  if (!is_real || denominator(number->value) != 1) return std::nullopt;
  const Integer value = numerator(number->value);
  if (value < std::numeric_limits<Int>::min() ||
      value > std::numeric_limits<Int>::max()) {
    return std::nullopt;
  }
  return value.convert_to<Int>();
}

/// What a node that is no int64 should have been.
std::string_view wanted_integer(const Node& node) {
  const std::optional<Number> number = number_of(node);
  const bool is_large = number && !number->special && denominator(number->value) == 1;
  return is_large ? "an integer of 64 bits" : "an integer";
}

}  // namespace

std::optional<Number> number_of(const Node& node) {
  if (!is_plain(node)) return std::nullopt;
  if (const auto special = special_of(node.text)) return Number{{}, special, false};
  if (!is_number_text(node.text)) return std::nullopt;
  std::optional<Rational> value = exact_value(node.text);
  if (!value) return std::nullopt;
  Number number{std::move(*value), {}, is_hex_float(node.text)};
  if (number.value == 0 && node.text.starts_with('-')) number.special = -0.0;
  return number;
}

std::optional<Number> read_number(const Node& node, std::string_view what,
                                  Problems& problems) {
  std::optional<Number> number = number_of(node);
  if (number) return number;
  if (is_plain(node) && is_number_text(node.text)) {
    problems.add(node.position,
                 fmt::format("{}: {} is too long, or its exponent out of range", what,
                             description(node)));
  } else if (is_plain(node) && node.text.find("0x") < 2) {
    add_mismatch(node, what, "a number (in hexadecimal one such as 0x1.8p-3)",
                 problems);
  } else {
    add_mismatch(node, what, "a number", problems);
  }
  return std::nullopt;
}

std::optional<Rational> read_rational(const Node& node, std::string_view what,
                                      Problems& problems) {
  const std::optional<Number> number = read_number(node, what, problems);
  if (!number) return std::nullopt;
  if (number->special && *number->special != 0) {
    add_mismatch(node, what, "a finite number", problems);
    return std::nullopt;
  }
  return number->special ? Rational(0) : number->value;
}

std::optional<std::int64_t> read_integer(const Node& node, std::string_view what,
                                         Problems& problems) {
  const auto value = integer_of<std::int64_t>(node);
  if (!value) add_mismatch(node, what, wanted_integer(node), problems);
  return value;
}

std::optional<std::uint64_t> read_unsigned(const Node& node, std::string_view what,
                                           Problems& problems) {
  const auto value = integer_of<std::uint64_t>(node);
  if (!value) add_mismatch(node, what, "an integer from 0 to 2^64 - 1", problems);
  return value;
}

std::optional<bool> read_boolean(const Node& node, std::string_view what,
                                 Problems& problems) {
  const std::optional<bool> value = boolean_of(node);
  if (!value) add_mismatch(node, what, "true or false", problems);
  return value;
}

std::optional<std::string> read_text(const Node& node, std::string_view what,
                                     Problems& problems) {
  if (node.kind != Node::Kind::scalar) {
    add_mismatch(node, what, "text", problems);
    return std::nullopt;
  }
  if (!node.is_quoted && (is_number_text(node.text) || boolean_of(node))) {
    add_mismatch(node, what, "text (in quotes)", problems);
    return std::nullopt;
  }
  return node.text;
}

std::optional<std::string> read_choice(const Node& node, std::string_view what,
                                       const std::vector<std::string_view>& known,
                                       Problems& problems) {
  const bool is_known = node.kind == Node::Kind::scalar &&
                        std::find(known.begin(), known.end(), node.text) != known.end();
  if (is_known) return node.text;
  if (node.kind == Node::Kind::scalar) {
    problems.add(node.position, fmt::format("unknown {} {}{}", what, description(node),
                                            suggestion_or_list(node.text, known)));
  } else {
    add_mismatch(node, what, "a word", problems);
  }
  return std::nullopt;
}

std::optional<std::vector<std::int64_t>> read_integers(const Node& node,
                                                       std::string_view what,
                                                       Problems& problems) {
  if (node.kind != Node::Kind::list) {
    add_mismatch(node, what, "a list of integers", problems);
    return std::nullopt;
  }
  std::vector<std::int64_t> values;
  for (const Node& item : node.items) {
    const auto value = integer_of<std::int64_t>(item);
    if (!value) {
      add_mismatch(item, fmt::format("{}: an item", what), wanted_integer(item),
                   problems);
      return std::nullopt;
    }
    values.push_back(*value);
  }
  return values;
}

bool check_length(const Node& node, std::string_view what, Problems& problems) {
  constexpr std::size_t most_items = 1000;
  if (node.items.size() <= most_items) return true;
  problems.add(node.position,
               fmt::format("{} is a list of {} items; at most {} are read", what,
                           node.items.size(), most_items));
  return false;
}

void add_unknown_key(const Entry& entry, const std::vector<std::string_view>& known,
                     Problems& problems) {
  problems.add(entry.position, fmt::format("unknown key {}{}", quotation(entry.key),
                                           suggestion_or_list(entry.key, known)));
}

bool check_keys(const Node& node, std::string_view what,
                const std::vector<std::string_view>& known, Problems& problems) {
  if (node.kind != Node::Kind::map) {
    add_mismatch(node, what, "a map", problems);
    return false;
  }
  for (const Entry& entry : node.entries) {
    if (std::find(known.begin(), known.end(), entry.key) == known.end()) {
      add_unknown_key(entry, known, problems);
    }
  }
  return true;
}

const Node* find(const Node& map, std::string_view key) {
  for (const Entry& entry : map.entries) {
    if (entry.key == key) {
      return entry.value.kind == Node::Kind::null ? nullptr : &entry.value;
    }
  }
  return nullptr;
}

}  // namespace truenorm
