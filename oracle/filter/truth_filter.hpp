// SPDX-License-Identifier: Apache-2.0
// The filter as a source of truths, one element at a time.
#pragma once

#include <memory>
#include <optional>

#include "oracle/filter/gradient_filter.hpp"
#include "oracle/truth.hpp"

namespace truenorm::filter {

/// A truth that the filter settled.
[[nodiscard]] Truth truth_of(double rounded, double tail, double ulp);

/// Settles the elements of an output's blocks in ascending order.
class TruthFilter {
 public:
  /// values   question and form outlive this
  TruthFilter(const Question& question, const CanonicalForm& form, Quantity quantity,
              const Format& format);

  /// Makes a block the current one; false if the filter can say nothing of it.
  [[nodiscard]] bool load(std::int64_t block);
  /// The truth of the block's element i; nothing where the bound does not settle it.
  [[nodiscard]] std::optional<Truth> settle(std::int64_t i);

 private:
  [[nodiscard]] std::optional<Truth> settle_number(
      const std::optional<Bounded>& value) const;

  Quantity quantity_;
  RoundingGrid grid_;
  std::optional<GradientFilter> gradient_;  ///< of dgamma and dbeta
  std::optional<GroupFilter> group_;        ///< of all else
  std::unique_ptr<SettledChunk> chunk_;
  std::int64_t block_ = 0;
  std::int64_t begin_ = -1;  ///< of the chunk that is settled
};

}  // namespace truenorm::filter
