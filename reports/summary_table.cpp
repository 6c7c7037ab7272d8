// SPDX-License-Identifier: Apache-2.0
// The summary: a table for each runner.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "oracle/format.hpp"
#include "oracle/operators.hpp"
#include "reports/number_text.hpp"
#include "reports/printable_text.hpp"
#include "reports/row_summary.hpp"
#include "reports/special_text.hpp"
#include "reports/table.hpp"
#include "reports/terminal.hpp"

namespace truenorm {

namespace {

constexpr std::size_t limit_columns = 100;
constexpr std::size_t limit_reasons = 3;

template <typename Named>
std::size_t rank(std::span<const Named> known, std::string_view name) {
  const auto found = std::ranges::find(known, name, &Named::name);
  return static_cast<std::size_t>(found - known.begin());
}

std::size_t direction_rank(std::string_view name_to_find) {
  const auto direction = find_direction(name_to_find);
  return direction ? static_cast<std::size_t>(*direction) : 3;
}

/// Which row a result belongs to; rows are sorted as the specification lists the names.
struct RowKey {
  std::string op;
  std::string direction;
  std::string dtype;

  [[nodiscard]] auto order() const {
    return std::tuple(rank(operators(), op), op, direction_rank(direction), direction,
                      rank(formats(), dtype), dtype);
  }
  friend bool operator<(const RowKey& a, const RowKey& b) {
    return a.order() < b.order();
  }
};

/// Everything that the records say of one runner.
struct RunnerSummary {
  const RunnerRecord* hello = nullptr;
  std::map<RowKey, RowSummary> rows;
  VerdictCounts verdicts;
  std::map<std::string, std::int64_t> unsupported;  ///< counts by reason
};

RunnerSummary summary_of(const std::string& runner,
                         const std::vector<Record>& records) {
  RunnerSummary summary;
  for (const Record& record : records) {
    if (const auto* hello = std::get_if<RunnerRecord>(&record)) {
      if (hello->runner == runner) summary.hello = hello;
      continue;
    }
    const auto* result = std::get_if<Result>(&record);
    if (result == nullptr || result->runner != runner) continue;
    summary.rows[{result->op, result->direction, result->dtype}].add(*result);
    ++summary.verdicts[result->verdict];
    if (result->verdict == Verdict::unsupported) {
      const std::string reason = first_line(result->log, 70);
      ++summary.unsupported[reason.empty() ? "no reason given" : reason];
    }
  }
  return summary;
}

std::string title(const std::string& runner, const RunnerRecord* hello, Color color) {
  std::string text = painted(printable(runner), Ink::strong, color);
  if (hello == nullptr) return text + '\n';
  std::string about;
  for (const std::string& word :
       {hello->library, hello->library_version,
        hello->device.empty() ? "" : "on " + hello->device,
        hello->version.empty() ? "" : "(runner " + hello->version + ")"}) {
    if (!word.empty()) about += ' ' + first_line(word, 40);
  }
  return text + (about.empty() ? "" : ":" + about) + '\n';
}

/// A column of the table that counts verdicts.
struct VerdictColumn {
  const char* heading;
  std::vector<Verdict> verdicts;
  Ink ink;
};

std::int64_t total(const VerdictCounts& counts, const VerdictColumn& column) {
  std::int64_t sum = 0;
  for (const Verdict verdict : column.verdicts) {
    const auto found = counts.find(verdict);
    if (found != counts.end()) sum += found->second;
  }
  return sum;
}

/// Pass and fail, and of the others the columns that are not empty.
std::vector<VerdictColumn> verdict_columns(const VerdictCounts& counts) {
  std::vector<VerdictColumn> columns{
      {"pass", {Verdict::pass, Verdict::unexpected_pass}, Ink::plain},
      {"fail", {Verdict::fail}, Ink::bad},
      {"error",
       {Verdict::crashed, Verdict::timed_out, Verdict::out_of_memory,
        Verdict::protocol_error, Verdict::runner_error},
       Ink::bad},
      {"known", {Verdict::known_failure}, Ink::plain},
      {"unsup", {Verdict::unsupported}, Ink::plain}};
  const auto others = columns.begin() + 2;
  columns.erase(std::remove_if(others, columns.end(),
                               [&](const VerdictColumn& column) {
                                 return total(counts, column) == 0;
                               }),
                columns.end());
  return columns;
}

std::string number_or_dash(const std::optional<double>& value) {
  return value ? short_number(*value) : "-";
}

std::string bits_text(const std::optional<EffectiveBits>& bits) {
  if (!bits) return "-";
  return fmt::format("{}{}", bits->at_least ? "≥" : "", short_number(bits->bits));
}

std::string operator_text(const RowKey& key) {
  return key.direction == "forward" ? key.op : key.op + ' ' + key.direction;
}

Row row_cells(const RowKey& key, const RowSummary& row,
              const std::vector<VerdictColumn>& columns) {
  Row cells{{first_line(operator_text(key), 24)}, {first_line(key.dtype, 13)}};
  for (const VerdictColumn& column : columns) {
    const std::int64_t count = total(row.verdicts, column);
    cells.push_back({std::to_string(count), count == 0 ? Ink::plain : column.ink});
  }
  cells.push_back({number_or_dash(row.max_ulps)});
  cells.push_back({number_or_dash(row.p99_ulps)});
  cells.push_back({number_or_dash(row.max_excess)});
  cells.push_back({bits_text(row.effective_bits)});
  return cells;
}

/// The row; of several NaN/Inf classes each has a line to itself.
std::vector<Row> row_lines(const RowKey& key, const RowSummary& row,
                           const std::vector<VerdictColumn>& columns) {
  const std::vector<std::string> classes = failing_classes(row.special);
  std::vector<Row> lines{row_cells(key, row, columns)};
  const Row blank(lines.front().size());
  lines.front().push_back({classes.empty() ? "-" : classes.front()});
  for (std::size_t i = 1; i < classes.size(); ++i) {
    lines.push_back(blank);
    lines.back().push_back({classes[i]});
  }
  return lines;
}

std::string table(const RunnerSummary& summary, Color color) {
  const std::vector<VerdictColumn> columns = verdict_columns(summary.verdicts);
  Row heading{{"operator"}, {"dtype"}};
  std::vector<Alignment> alignments{Alignment::left, Alignment::left};
  for (const VerdictColumn& column : columns) {
    heading.push_back({column.heading});
    alignments.push_back(Alignment::right);
  }
  for (const char* name : {"max ulp", "p99 ulp", "excess", "bits"}) {
    heading.push_back({name});
    alignments.push_back(Alignment::right);
  }
  heading.push_back({"NaN/Inf"});
  alignments.push_back(Alignment::left);

  std::vector<Row> rows{heading};
  for (const auto& [key, row] : summary.rows) {
    for (Row& line : row_lines(key, row, columns)) rows.push_back(std::move(line));
  }
  return aligned(rows, alignments, limit_columns, color);
}

/// "errors: 2 crashed, 1 timed_out": what the columns do not tell apart.
std::string verdict_lines(const VerdictCounts& counts) {
  std::string errors;
  for (const Verdict verdict :
       {Verdict::crashed, Verdict::timed_out, Verdict::out_of_memory,
        Verdict::protocol_error, Verdict::runner_error}) {
    const auto found = counts.find(verdict);
    if (found == counts.end()) continue;
    errors += fmt::format("{}{} {}", errors.empty() ? "  errors: " : ", ",
                          found->second, name(verdict));
  }
  if (!errors.empty()) errors += '\n';
  const auto unexpected = counts.find(Verdict::unexpected_pass);
  if (unexpected == counts.end()) return errors;
  return errors + fmt::format("  passes: {} unexpected_pass\n", unexpected->second);
}

std::string unsupported_line(const std::map<std::string, std::int64_t>& reasons) {
  if (reasons.empty()) return "";
  std::vector<std::pair<std::string, std::int64_t>> sorted(reasons.begin(),
                                                           reasons.end());
  std::ranges::stable_sort(sorted, std::ranges::greater(),
                           &std::pair<std::string, std::int64_t>::second);
  std::string text;
  for (std::size_t i = 0; i < std::min(sorted.size(), limit_reasons); ++i) {
    text += fmt::format("{}{} ({})", i == 0 ? "  unsupported: " : "; ", sorted[i].first,
                        sorted[i].second);
  }
  if (sorted.size() > limit_reasons) {
    text += fmt::format("; {} more reasons", sorted.size() - limit_reasons);
  }
  return text + '\n';
}

}  // namespace

std::string summary_table(const std::vector<Record>& records, Color color) {
  std::string text;
  for (const std::string& runner : runners(records)) {
    const RunnerSummary summary = summary_of(runner, records);
    if (!text.empty()) text += '\n';
    text += title(runner, summary.hello, color);
    if (summary.rows.empty()) {
      text += "  no results\n";
      continue;
    }
    text += table(summary, color) + verdict_lines(summary.verdicts) +
            unsupported_line(summary.unsupported);
  }
  if (!text.empty()) {
    text +=
        "\nA row is as bad as the worst of its results. An excess of 4 passes unless a "
        "case says otherwise.\n";
  }
  return text;
}

}  // namespace truenorm
