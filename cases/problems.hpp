// SPDX-License-Identifier: Apache-2.0
// What is wrong with a file, gathered while it is read.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
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

class Problems {
 public:
  void add(Position position, std::string message) {
    found_.push_back({position, std::move(message)});
  }

  [[nodiscard]] bool has_one_at(const Position& position) const {
    return std::any_of(found_.begin(), found_.end(), [&](const Problem& problem) {
      return problem.position == position;
    });
  }

  [[nodiscard]] std::size_t count() const { return found_.size(); }
  [[nodiscard]] const std::vector<Problem>& found() const { return found_; }

 private:
  std::vector<Problem> found_;
};

}  // namespace truenorm
