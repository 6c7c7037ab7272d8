// SPDX-License-Identifier: Apache-2.0
// What went wrong with one result, in a few lines.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "oracle/format.hpp"
#include "reports/printable_text.hpp"
#include "reports/shell_quote.hpp"
#include "reports/special_text.hpp"
#include "reports/table.hpp"
#include "reports/terminal.hpp"

namespace truenorm {

namespace {

constexpr std::size_t limit_log_lines = 10;
constexpr std::size_t limit_log_columns = 200;

std::string element_text(const Result& result, const WorstElement& element) {
  if (element.index.empty()) return result.output;
  return result.output + fmt::format("[{}]", fmt::join(element.index, ","));
}

/// A distance with the digits that tell a limit from what is just above it.
std::string distance(double value) {
  return std::isnan(value) ? "nan" : fmt::format("{:.9g}", value);
}

std::string error_text(const WorstElement& element) {
  std::string text;
  if (element.error_ulps) {
    text = fmt::format("error {} ulp", distance(*element.error_ulps));
  }
  if (element.excess) {
    text +=
        fmt::format("{}excess {}", text.empty() ? "" : ", ", distance(*element.excess));
  }
  return text.empty() ? "no distance: one is NaN or Inf where the other is not" : text;
}

std::string allowed_text(const Tolerance& tolerance) {
  std::vector<std::string> limits;
  if (tolerance.limit_ulps) {
    limits.push_back(fmt::format("{} ulp", distance(*tolerance.limit_ulps)));
  }
  if (tolerance.limit_excess) {
    limits.push_back(fmt::format("excess {}", distance(*tolerance.limit_excess)));
  }
  if (limits.empty()) return "";
  return fmt::format("; allowed {}", fmt::join(limits, " and "));
}

/// A returned value in hexadecimal, and in a decimal that only it has in its dtype.
std::string value_text(double value, std::string_view dtype) {
  if (!std::isfinite(value)) return hex_float(value);
  return fmt::format("{} ({:.{}g})", hex_float(value), value,
                     dtype == "float64" ? 17 : 9);
}

/// What came back, what should have, and how far they are apart.
std::vector<std::string> score_lines(const Result& result, const Score& score) {
  std::vector<std::string> lines;
  if (!score.worst.empty()) {
    const WorstElement& worst = score.worst.front();
    lines.push_back("got   " + value_text(worst.actual, result.dtype));
    lines.push_back(
        fmt::format("want  {} ({})", hex_float(worst.expected), worst.truth));
    lines.push_back(error_text(worst) +
                    (result.tolerance ? allowed_text(*result.tolerance) : ""));
  }
  if (const auto classes = failing_classes(score.special); !classes.empty()) {
    lines.push_back(fmt::format("NaN/Inf: {}", fmt::join(classes, ", ")));
  }
  for (std::size_t i = 1; i < score.worst.size(); ++i) {
    const WorstElement& element = score.worst[i];
    lines.push_back(fmt::format(
        "also {}  got {}  want {}  {}", element_text(result, element),
        hex_float(element.actual), hex_float(element.expected), error_text(element)));
  }
  return lines;
}

std::vector<std::string> log_lines(std::string_view log) {
  std::vector<std::string> lines;
  while (!log.empty() && lines.size() < limit_log_lines) {
    const std::size_t newline = std::min(log.find('\n'), log.size());
    lines.push_back(first_line(log.substr(0, newline), limit_log_columns));
    log.remove_prefix(std::min(newline + 1, log.size()));
  }
  if (!log.empty()) lines.emplace_back("...");
  return lines;
}

std::string heading(const Result& result) {
  std::string subject = result.output;
  const bool has_worst = result.score && !result.score->worst.empty();
  if (result.verdict == Verdict::fail && has_worst) {
    subject = element_text(result, result.score->worst.front());
  }
  return fmt::format("{} {}  {}", result.test, subject, result.runner);
}

std::string rerun(const Result& result) {
  const std::string& selection =
      result.selection.empty() ? result.test : result.selection;
  return fmt::format("rerun: truenorm run {} --runner {}", shell_quoted(selection),
                     shell_quoted(result.runner));
}

}  // namespace

std::string failure_text(const Result& result, Color color) {
  std::vector<std::string> lines;
  if (result.verdict == Verdict::unexpected_pass) {
    lines.emplace_back("unexpected_pass: a known failure passes; `known` is outdated");
  } else if (result.verdict != Verdict::fail) {
    lines.emplace_back(name(result.verdict));
  }
  if (result.verdict == Verdict::fail && result.score) {
    lines = score_lines(result, *result.score);
  }
  for (const std::string& line : log_lines(result.log)) lines.push_back("| " + line);
  lines.push_back(rerun(result));

  std::string text = painted("FAIL", Ink::bad, color) + ' ' +
                     painted(printable(heading(result)), Ink::strong, color) + '\n';
  for (const std::string& line : lines) text += "     " + printable(line) + '\n';
  return text;
}

}  // namespace truenorm
