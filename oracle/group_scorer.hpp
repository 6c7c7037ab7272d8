// SPDX-License-Identifier: Apache-2.0
// Scores blocks of an output: by the filter where it can, exactly where it cannot.
#pragma once

#include <memory>
#include <optional>

#include "oracle/evaluation.hpp"
#include "oracle/filter/gradient_filter.hpp"
#include "oracle/tally.hpp"

namespace truenorm {

/// What all blocks of a score have in common.
struct ScoringJob {
  const Question& question;
  const CanonicalForm& form;
  Quantity quantity;
  const Tensor& answer;
  const Criteria& criteria;
  Format compute;
  long double unit_roundoff;
  Levels levels;
};

/// The exact levels for one output: each element by itself.
class ExactScorer {
 public:
  explicit ExactScorer(const ScoringJob& job);

  [[nodiscard]] Evaluation& evaluation() { return *evaluation_; }
  /// Makes a block the current one and adds what belongs to it as a whole.
  void start_block(std::int64_t block, Tally& tally);
  /// Scores an element of a block, which is loaded if it is not the current one.
  void add(std::int64_t block, std::int64_t i, Tally& tally, ErrorSums& sums);

 private:
  const ScoringJob& job_;
  std::unique_ptr<Evaluation> evaluation_;
};

/// Adds an element whose truth, value to about 50 bits, and sensitivity are known.
void add_element(const ScoringJob& job, const Truth& truth, long double value,
                 const Sensitivity& sensitivity, long double extra, std::int64_t block,
                 std::int64_t i, std::int64_t index, Tally& tally, ErrorSums& sums);

/// Whether one element meets each parameter, so that its gradient is no sum.
[[nodiscard]] bool has_own_parameters(const ScoringJob& job);

/// Scores outputs group by group: those of which a group has one, or one for each of its
/// elements. Each thread has its own.
class GroupScorer {
 public:
  explicit GroupScorer(const ScoringJob& job);

  /// Scores the groups [begin, end).
  void score(std::int64_t begin, std::int64_t end, ErrorSums& sums);

  [[nodiscard]] Tally& tally() { return tally_; }

 private:
  void score_elements(std::int64_t block, filter::LaneTally& lanes, ErrorSums& sums);
  void score_statistic(std::int64_t block, ErrorSums& sums);
  void score_exactly(std::int64_t block, ErrorSums& sums);
  void add_left(std::int64_t block, std::int64_t begin, ErrorSums& sums);
  void add_exactly(std::int64_t block, std::int64_t i, ErrorSums& sums);
  /// Where an element stands in the output.
  [[nodiscard]] std::int64_t index_of(std::int64_t block, std::int64_t i) const;
  /// The exact levels' name for an element.
  [[nodiscard]] Candidate name_of(std::int64_t block, std::int64_t i) const;
  [[nodiscard]] ExactScorer& exact();

  const ScoringJob& job_;
  bool is_gradient_;  ///< of a parameter that one element meets
  bool is_elementwise_;
  filter::RoundingGrid grid_;
  filter::GroupFilter filter_;
  filter::GroupReader reader_;
  filter::Stream actual_;
  std::unique_ptr<filter::ChunkScoring> scoring_;
  std::unique_ptr<ExactScorer> exact_;
  Tally tally_;
};

/// Scores gradients of parameters, whose blocks are parameters. Each thread has its own.
class GradientScorer {
 public:
  /// values   job and filter outlive this
  GradientScorer(const ScoringJob& job, const filter::GradientFilter* filter)
      : job_(job), filter_(filter), grid_(job.answer.format()) {}

  /// Scores the blocks [begin, end).
  void score(std::int64_t begin, std::int64_t end, ErrorSums& sums);

  [[nodiscard]] Tally& tally() { return tally_; }

 private:
  [[nodiscard]] bool add_filtered(std::int64_t block, ErrorSums& sums);

  const ScoringJob& job_;
  const filter::GradientFilter* filter_;  ///< none: the exact levels alone
  filter::RoundingGrid grid_;
  std::unique_ptr<ExactScorer> exact_;
  Tally tally_;
};

}  // namespace truenorm
