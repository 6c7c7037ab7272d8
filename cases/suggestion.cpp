// SPDX-License-Identifier: Apache-2.0
// The edit distance, and the nearest of some words by it.
#include "cases/suggestion.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

namespace truenorm {
namespace {

/// Keys are short; what is longer is no misspelling, and must not cost a large table.
constexpr std::size_t longest_word = 80;

/// More would be a list that nobody reads.
constexpr std::size_t longest_list = 20;

/// Letters replaced, missing, too many, or two neighbours swapped.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> two_above(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::swap(two_above, above);
    std::swap(above, row);
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = above[j] + (a[i] == b[j] ? 0 : 1);
      row[j + 1] = std::min({row[j] + 1, above[j + 1] + 1, replaced});
      const bool is_swap = i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j];
      if (is_swap) row[j + 1] = std::min(row[j + 1], two_above[j - 1] + 1);
    }
  }
  return row.back();
}

std::string lower_case(std::string_view word) {
  std::string lower(word);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

/// Whether one of the words is the other with something added: epsilon, pytorch.
bool holds(std::string_view word, std::string_view part) {
  constexpr std::size_t shortest = 3;
  return part.size() >= shortest && word.find(part) != std::string_view::npos;
}

/// How far a candidate is; nothing if it is not meant. What holds the word, or differs in
/// one letter, comes before what differs in more.
std::optional<std::pair<bool, std::size_t>> remoteness(std::string_view word,
                                                       std::string_view candidate) {
  const auto [shorter, longer] = std::minmax({word.size(), candidate.size()});
  // No distance is below the difference in length, and a part has just that.
  if (holds(word, candidate) || holds(candidate, word)) {
    return std::pair(false, longer - shorter);
  }
  // A third of the letters may be wrong, but not every one.
  const std::size_t limit = std::max(word.size() / 3, std::size_t{1});
  if (longer - shorter > limit) return std::nullopt;
  const std::size_t distance = edit_distance(word, candidate);
  if (distance > limit || distance >= longer) return std::nullopt;
  return std::pair(distance > 1, distance);
}

}  // namespace

std::string suggestion(std::string_view word,
                       const std::vector<std::string_view>& known) {
  if (word.size() > longest_word) return {};
  const std::string lower = lower_case(word);
  std::optional<std::pair<bool, std::size_t>> smallest;
  std::string_view nearest;
  for (const std::string_view candidate : known) {
    if (candidate.size() > longest_word) continue;
    const auto remote = remoteness(lower, lower_case(candidate));
    if (!remote || (smallest && *smallest <= *remote)) continue;
    smallest = remote;
    nearest = candidate;
  }
  if (nearest.empty()) return {};
  return "; did you mean '" + std::string(nearest) + "'?";
}

std::string suggestion_or_list(std::string_view word,
                               const std::vector<std::string_view>& known) {
  std::string nearest = suggestion(word, known);
  if (!nearest.empty() || known.empty() || known.size() > longest_list) return nearest;
  std::string list;
  for (const std::string_view candidate : known) {
    list += (list.empty() ? "; known: " : ", ") + std::string(candidate);
  }
  return list;
}

}  // namespace truenorm
