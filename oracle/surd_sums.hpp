// SPDX-License-Identifier: Apache-2.0
// Sums of surds, enclosed at one precision as their terms come.
#pragma once

#include <cstddef>
#include <vector>

#include "oracle/interval.hpp"
#include "oracle/surd.hpp"

namespace truenorm {

/// Enclosures of one or several sums.
///
/// values   Each term is enclosed with its lower end rounded down and its upper end up,
///          so an enclosure holds its sum and narrows to it with the precision. Terms are
///          not kept: a sum may have one for each of a million groups
class SurdSums {
 public:
  /// Sums without a term, which are 0.
  SurdSums(std::size_t count, long precision_bits);

  /// Makes them sums without a term again.
  void clear();
  void add(std::size_t sum, const Surd& term);
  /// Adds a term of which an enclosure is known.
  void add(std::size_t sum, const Interval& term) { sums_[sum].add(term); }
  /// Adds other sums of the same number.
  void add(const SurdSums& other);

  [[nodiscard]] const Interval& operator[](std::size_t sum) const { return sums_[sum]; }

 private:
  /// Terms that follow each other often share a root: those of a group do.
  void enclose_root(const Rational& radicand);

  std::vector<Interval> sums_;
  Interval factor_;
  Interval root_;
  Interval product_;
  Rational radicand_ = 0;
};

}  // namespace truenorm
