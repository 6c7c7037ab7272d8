// SPDX-License-Identifier: Apache-2.0
// The groups of a question that were loaded last, as many as a bound on memory allows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_map>

#include "oracle/loaded_group.hpp"

namespace truenorm {

/// Groups that are asked for again and again. A small question keeps all of them, a big
/// one the latest.
class LoadedGroups {
 public:
  /// How many groups are kept. A group takes about 2 KB, rationals above all, however
  /// large it is: x stays where it is.
  static constexpr std::size_t capacity = 8192;

  /// values   question, form and settler outlive this
  LoadedGroups(const Question& question, const CanonicalForm& form, Settler& settler,
               long double unit_roundoff);

  /// The group; it stays loaded until the next call at least.
  [[nodiscard]] const LoadedGroup& at(std::int64_t number);

  [[nodiscard]] std::size_t size() const { return oldest_first_.size(); }

 private:
  const Question& question_;
  const CanonicalForm& form_;
  Settler& settler_;
  long double unit_roundoff_;
  std::deque<std::unique_ptr<LoadedGroup>> oldest_first_;
  std::unordered_map<std::int64_t, const LoadedGroup*> by_number_;
};

}  // namespace truenorm
