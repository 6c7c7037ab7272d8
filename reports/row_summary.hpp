// SPDX-License-Identifier: Apache-2.0
// What the summary table says of several results at once.
#pragma once

#include <map>
#include <optional>

#include "reports/result.hpp"

namespace truenorm {

/// Verdicts, counted; only those that occur.
using VerdictCounts = std::map<Verdict, std::int64_t>;

/// The worst of several results.
struct RowSummary {
  VerdictCounts verdicts;
  std::optional<double> max_ulps;
  std::optional<double> p99_ulps;  ///< the largest of the results' own
  std::optional<double> max_excess;
  std::optional<EffectiveBits> effective_bits;
  SpecialCounts special;

  void add(const Result& result);
};

}  // namespace truenorm
