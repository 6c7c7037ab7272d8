// SPDX-License-Identifier: Apache-2.0
// What is wrong with a file, gathered while it is read.
#pragma once

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace truenorm {

/// A place in a file; lines and columns count from 1.
struct Position {
  int line = 1;
  int column = 1;

  friend bool operator==(const Position&, const Position&) = default;
};

struct Problem {
  Position position;
  std::string message;

  friend bool operator==(const Problem&, const Problem&) = default;
};

/// What is added where the reading ends for that reason.
inline constexpr const char* too_many_errors =
    "too many errors; from here on the file was not read";

class Problems {
 public:
  void add(Position position, std::string message) {
    ++count_;
    if (known_.emplace(position.line, position.column, message).second) {
      found_.push_back({position, std::move(message)});
    }
  }

  [[nodiscard]] bool has_one_at(const Position& position) const {
    return std::any_of(found_.begin(), found_.end(), [&](const Problem& problem) {
      return problem.position == position;
    });
  }

  /// How often a problem was added.
  [[nodiscard]] std::size_t count() const { return count_; }
  /// Each problem once: every expansion of a case may find the same.
  [[nodiscard]] const std::vector<Problem>& found() const { return found_; }

  /// Whether reading on would only make a longer list that nobody reads.
  [[nodiscard]] bool are_too_many() const {
    return found_.size() >= most_told || count_ >= most_added;
  }

  static constexpr std::size_t most_told = 1000;

 private:
  static constexpr std::size_t most_added = 100'000;

  std::size_t count_ = 0;
  std::vector<Problem> found_;
  std::set<std::tuple<int, int, std::string>> known_;
};

}  // namespace truenorm
