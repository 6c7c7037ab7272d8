// SPDX-License-Identifier: Apache-2.0
// The report that a person reads in a terminal.
#pragma once

#include <string>
#include <vector>

#include "reports/result.hpp"

namespace truenorm {

enum class Color { never, always };

/// A table for each runner, a row for each operator, direction and dtype: verdicts, max
/// and p99 ULP, max excess, effective bits, NaN/Inf classes.
///
/// values   a row is as bad as the worst of its results, all outputs included: the
///          largest max, p99 and excess, the fewest effective bits that a
///          result shows, the classes' sums
[[nodiscard]] std::string summary_table(const std::vector<Record>& records,
                                        Color color);

/// What went wrong with one result, its worst elements, and the line that repeats it.
///
/// values   the allowed error is told if Result::tolerance is there
[[nodiscard]] std::string failure_text(const Result& result, Color color);

/// One sentence that starts with PASS or FAIL, as run_fails says, and holds the counts.
[[nodiscard]] std::string closing_line(const std::vector<Record>& records,
                                       Strictness strictness);

}  // namespace truenorm
