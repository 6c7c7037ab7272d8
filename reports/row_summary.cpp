// SPDX-License-Identifier: Apache-2.0
// Keeping the worst of several results.
#include "reports/row_summary.hpp"

namespace truenorm {

namespace {

void keep_largest(std::optional<double>& largest, double value) {
  if (!largest || value > *largest) largest = value;
}

void keep_most_telling(std::optional<EffectiveBits>& kept, const EffectiveBits& bits) {
  // "Exactly b" says what "at least b" leaves open, also where b is more.
  const bool is_more_telling =
      !kept ||
      (kept->at_least != bits.at_least ? kept->at_least : bits.bits < kept->bits);
  if (is_more_telling) kept = bits;
}

void add_counts(SpecialCounts& sum, const SpecialCounts& counts) {
  sum.spurious_nan += counts.spurious_nan;
  sum.spurious_inf += counts.spurious_inf;
  sum.missed_nan += counts.missed_nan;
  sum.missed_inf += counts.missed_inf;
  sum.wrong_inf += counts.wrong_inf;
  sum.nonfinite_kind += counts.nonfinite_kind;
  sum.signed_zero += counts.signed_zero;
}

}  // namespace

void RowSummary::add(const Result& result) {
  ++verdicts[result.verdict];
  if (!result.score) return;
  const Score& score = *result.score;
  if (score.ulp) {
    keep_largest(max_ulps, score.ulp->max);
    keep_largest(p99_ulps, score.ulp->p99);
  }
  if (score.excess) keep_largest(max_excess, score.excess->max);
  if (score.effective_bits) keep_most_telling(effective_bits, *score.effective_bits);
  add_counts(special, score.special);
}

}  // namespace truenorm
