// SPDX-License-Identifier: Apache-2.0
// How far an answer lies from the truth, and what that is worth (SPEC 6 and 8).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oracle/question.hpp"
#include "oracle/truth.hpp"

namespace truenorm {

/// What an answer must keep to pass. Both limits, if both are given.
struct Tolerance {
  std::optional<double> limit_ulps;
  std::optional<double> limit_excess = 4.0;
  bool flush_to_zero = false;  ///< a zero passes where |y| is below the normal range
};

struct Criteria {
  Tolerance tolerance;
  /// The format that the answer was computed in; none: float64 for float64, else float32.
  std::optional<Format> compute;
};

/// Elements whose NaN or Inf differs from the truth's (SPEC 6). The first five fail.
struct SpecialCounts {
  std::int64_t spurious_nan = 0;
  std::int64_t spurious_inf = 0;
  std::int64_t missed_nan = 0;
  std::int64_t missed_inf = 0;
  std::int64_t wrong_inf = 0;
  std::int64_t nonfinite_kind = 0;
  std::int64_t signed_zero = 0;

  [[nodiscard]] std::int64_t failures() const {
    return spurious_nan + spurious_inf + missed_nan + missed_inf + wrong_inf;
  }
};

struct SettledCounts {
  std::int64_t filter = 0;
  std::int64_t refine = 0;
  std::int64_t decide = 0;
};

/// Of |ulp| over the scored elements; bias is the mean of the signed error.
struct UlpSummary {
  double max = 0;
  double mean = 0;
  double p50 = 0;
  double p99 = 0;
  double bias = 0;
};

struct ExcessSummary {
  double max = 0;
  double mean = 0;
};

/// The precision that an implementation really computed in; at_least: no finer one
/// could have shown in this output.
struct EffectiveBits {
  double bits = 0;
  bool at_least = false;
};

enum class Grade { correct, faithful, stable, unstable, undecided };

[[nodiscard]] std::string_view name(Grade grade);

struct WorstElement {
  std::vector<std::int64_t> index;
  std::string truth;  ///< 30 significant digits
  double expected = 0;
  double actual = 0;
  /// Absent where a class of SPEC 6 fails and there is no distance to speak of.
  std::optional<double> error_ulps;
  std::optional<double> excess;
};

struct Score {
  std::int64_t count = 0;
  bool passes = true;
  std::optional<UlpSummary> ulp;        ///< none if no element could be scored
  std::optional<ExcessSummary> excess;  ///< likewise
  std::optional<EffectiveBits> effective_bits;
  std::int64_t correctly_rounded = 0;
  std::int64_t faithful = 0;
  std::int64_t blind = 0;
  std::int64_t range = 0;
  std::optional<Grade> grade;  ///< none for an output without elements
  SpecialCounts special;
  SettledCounts settled;
  std::optional<double> conditioning;
  std::vector<WorstElement> worst;  ///< worst first, at most five
};

/// Our own fault, never a verdict: a score that is not finite, say.
class OracleFault : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// Scores an answer to one output of the question.
///
/// shapes   answer has question.output_shape(output)
/// values   answer's format is one of question.output_formats(output)
/// throws   std::invalid_argument if shape or format differ; OracleFault
/// source   SPEC 8
[[nodiscard]] Score score(const Question& question, std::string_view output,
                          const Tensor& answer, const Criteria& criteria,
                          Levels levels = Levels::all);

/// Whether the answer passes, as `score` says; quicker where it does not, since no digits
/// of the worst truths are read out.
[[nodiscard]] bool passes(const Question& question, std::string_view output,
                          const Tensor& answer, const Criteria& criteria);

}  // namespace truenorm
