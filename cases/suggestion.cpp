// SPDX-License-Identifier: Apache-2.0
// The Levenshtein distance, and the nearest of some words by it.
#include "cases/suggestion.hpp"

#include <algorithm>
#include <numeric>

namespace truenorm {
namespace {

/// Keys are short; what is longer is no misspelling, and must not cost a large table.
constexpr std::size_t longest_word = 80;

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, replaced});
    }
  }
  return row.back();
}

}  // namespace

std::string suggestion(std::string_view word,
                       const std::vector<std::string_view>& known) {
  if (word.size() > longest_word) return {};
  std::size_t smallest = (word.size() + 1) / 2 + 1;
  std::string_view nearest;
  for (const std::string_view candidate : known) {
    if (candidate.size() > longest_word) continue;
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < smallest) {
      smallest = distance;
      nearest = candidate;
    }
  }
  if (nearest.empty()) return {};
  return "; did you mean '" + std::string(nearest) + "'?";
}

}  // namespace truenorm
