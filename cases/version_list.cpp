// SPDX-License-Identifier: Apache-2.0
// Compares versions component by component.
#include "cases/version_list.hpp"

#include <algorithm>
#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace truenorm {
namespace {

using Components = std::vector<std::uint64_t>;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A number of any length, those beyond 64 bits all alike.
std::uint64_t number_of_digits(std::string_view digits) {
  constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t value = 0;
  for (const char digit : digits) {
    const auto next = static_cast<std::uint64_t>(digit - '0');
    if (value > (largest - next) / 10) return largest;
    value = 10 * value + next;
  }
  return value;
}

/// The leading numeric components; none if the version begins otherwise.
Components components_of(std::string_view version) {
  Components components;
  while (!version.empty() && is_digit(version.front())) {
    const auto end = std::find_if_not(version.begin(), version.end(), is_digit);
    const auto length = static_cast<std::size_t>(end - version.begin());
    components.push_back(number_of_digits(version.substr(0, length)));
    version.remove_prefix(length);
    if (version.empty() || version.front() != '.') break;
    version.remove_prefix(1);
  }
  return components;
}

std::strong_ordering compare(Components a, Components b) {
  const std::size_t length = std::max(a.size(), b.size());
  a.resize(length);
  b.resize(length);
  return a <=> b;
}

enum class Relation { less, less_equal, greater, greater_equal, equal, unequal };

struct Comparison {
  Relation relation;
  Components limit;

  [[nodiscard]] bool holds_for(const Components& version) const {
    const auto order = compare(version, limit);
    switch (relation) {
      case Relation::less:
        return order < 0;
      case Relation::less_equal:
        return order <= 0;
      case Relation::greater:
        return order > 0;
      case Relation::greater_equal:
        return order >= 0;
      case Relation::equal:
        return order == 0;
      case Relation::unequal:
        return order != 0;
    }
    return false;
  }
};

struct Spelling {
  std::string_view text;
  Relation relation;
};

/// The longer ones first: "<" also begins "<=".
constexpr Spelling spellings[] = {
    {"<=", Relation::less_equal}, {">=", Relation::greater_equal},
    {"==", Relation::equal},      {"!=", Relation::unequal},
    {"<", Relation::less},        {">", Relation::greater},
};

bool is_dotted_number(std::string_view text) {
  bool is_digit_due = true;
  for (const char c : text) {
    if (!is_digit(c) && (c != '.' || is_digit_due)) return false;
    is_digit_due = c == '.';
  }
  return !is_digit_due;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::optional<Comparison> parse_comparison(std::string_view text) {
  text = trimmed(text);
  for (const Spelling& spelling : spellings) {
    if (!text.starts_with(spelling.text)) continue;
    const std::string_view limit = trimmed(text.substr(spelling.text.size()));
    if (!is_dotted_number(limit)) return std::nullopt;
    return Comparison{spelling.relation, components_of(limit)};
  }
  return std::nullopt;
}

std::optional<std::vector<Comparison>> parse_list(std::string_view list) {
  std::vector<Comparison> comparisons;
  for (;;) {
    const std::size_t comma = list.find(',');
    const auto comparison = parse_comparison(list.substr(0, comma));
    if (!comparison) return std::nullopt;
    comparisons.push_back(*comparison);
    if (comma == std::string_view::npos) return comparisons;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace

bool version_matches(std::string_view version, std::string_view list) {
  const auto comparisons = parse_list(list);
  const Components components = components_of(version);
  if (!comparisons || components.empty()) return false;
  return std::all_of(comparisons->begin(), comparisons->end(),
                     [&](const Comparison& c) { return c.holds_for(components); });
}

bool is_version_list(std::string_view text) { return parse_list(text).has_value(); }

}  // namespace truenorm
