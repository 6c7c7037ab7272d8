// SPDX-License-Identifier: Apache-2.0
// The sentence at the end of a report.
#include <fmt/format.h>

#include "reports/printable_text.hpp"
#include "reports/row_summary.hpp"
#include "reports/terminal.hpp"

namespace truenorm {

std::string closing_line(const std::vector<Record>& records, Strictness strictness) {
  VerdictCounts counts;
  std::int64_t total = 0;
  for (const Record& record : records) {
    if (const auto* result = std::get_if<Result>(&record)) {
      ++counts[result->verdict];
      ++total;
    }
  }
  std::string text =
      fmt::format("{} {} {}", run_fails(records, strictness) ? "FAIL" : "PASS", total,
                  total == 1 ? "result" : "results");
  const char* separator = ": ";
  for (const auto& [verdict, count] : counts) {
    text += fmt::format("{}{} {}", separator, count, name(verdict));
    separator = ", ";
  }
  for (const std::string& runner : unjudged_runners(records)) {
    text += fmt::format("; nothing was judged of {}", printable(runner));
  }
  return text;
}

}  // namespace truenorm
