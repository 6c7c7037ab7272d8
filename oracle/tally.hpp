// SPDX-License-Identifier: Apache-2.0
// Scores gathered element after element, and joined in an order that is always the same.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "oracle/element_score.hpp"
#include "oracle/filter/kernels.hpp"
#include "oracle/histogram.hpp"

namespace truenorm {

/// An element that may be among the worst: where it is, and how bad.
struct Candidate {
  std::int64_t block = 0;
  std::int64_t i = 0;
  std::int64_t output_index = 0;
  double expected = 0;
  double actual = 0;
  ElementScore score;
};

/// What depends on the order of addition: it is kept for each stretch of blocks by itself
/// and added up in their order, so that threads do not show.
struct ErrorSums {
  long double errors = 0;
  long double magnitudes = 0;
  long double excesses = 0;
  std::int64_t scored = 0;

  void add(const ElementScore& element);
  void add(const filter::LaneTally& lanes);
  void add(const ErrorSums& other);
};

/// Counts, extremes and the worst elements: the same in whatever order they come.
class Tally {
 public:
  void add(const Truth& truth, const ElementScore& element,
           const AttainableUlps& attainable, const Candidate& candidate);
  /// Elements that the filter's kernels scored.
  void add(const filter::LaneTally& lanes);
  void add_candidate(const Candidate& candidate);
  void add_blind() { ++score_.blind; }
  void add_range(std::int64_t count) { score_.range += count; }
  void add_conditioning(long double conditioning);
  void merge(Tally other);

  [[nodiscard]] Histogram& histogram() { return histogram_; }
  /// The excess below which an element cannot be among the worst any more.
  [[nodiscard]] double notable_excess() const;
  [[nodiscard]] const std::vector<Candidate>& worst() const { return worst_; }

  /// All but the worst elements of the score.
  [[nodiscard]] Score finish(const ErrorSums& sums);

 private:
  void count_level(Level level);
  void count_class(const ElementScore& element);
  void add_precision(const ElementScore& element, const AttainableUlps& attainable);
  [[nodiscard]] std::optional<EffectiveBits> effective_bits() const;
  [[nodiscard]] Grade grade() const;

  Score score_;
  long double largest_error_ = 0;
  long double largest_excess_ = 0;
  Histogram histogram_;
  // Ratios whose logarithms are bits.
  long double precision_ = std::numeric_limits<long double>::infinity();
  long double finest_ = 0;
  bool shows_no_precision_ = false;
  std::vector<Candidate> worst_;
};

}  // namespace truenorm
