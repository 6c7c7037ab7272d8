// SPDX-License-Identifier: Apache-2.0
// True values as a person reads them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "oracle/coordinates.hpp"
#include "reports/table.hpp"
#include "runners/program/truth_report.hpp"

namespace truenorm {
namespace {

constexpr std::size_t limit_columns = 120;

/// [1, 2], the place of a row-major element.
std::string index_text(const Shape& shape, std::size_t element) {
  return shape_text(coordinates(static_cast<std::int64_t>(element), shape));
}

/// What rounding left out, in ulps; nothing where there is no number.
std::string tail_text(const Truth& truth) {
  if (!truth.is_finite) return {};
  return truth.tail_ulps == 0 ? "0" : fmt::format("{:+.4g}", truth.tail_ulps);
}

/// The line that stands for the elements that are not shown.
std::string rest_line(std::size_t elements) {
  if (elements <= most_elements_shown) return {};
  return fmt::format("  ... and {} more; --json prints all {}\n",
                     elements - most_elements_shown, elements);
}

std::string output_table(const OutputTruth& output) {
  std::vector<Row> rows{
      {{"index"}, {"truth"}, {"rounded"}, {"as decimal"}, {"tail (ulp)"}, {"settled"}}};
  const std::size_t shown = std::min(output.truths.size(), most_elements_shown);
  for (std::size_t i = 0; i < shown; ++i) {
    const Truth& truth = output.truths[i];
    rows.push_back({{index_text(output.shape, i)},
                    {output.texts[i]},
                    {hex_float(truth.rounded)},
                    {shortest_decimal(output.format, truth.rounded)},
                    {tail_text(truth)},
                    {std::string(name(truth.level))}});
  }
  const std::vector<Alignment> alignments{Alignment::left,  Alignment::right,
                                          Alignment::right, Alignment::right,
                                          Alignment::right, Alignment::left};
  return fmt::format("{} {} {}\n{}{}", output.name, output.format.name,
                     shape_text(output.shape),
                     aligned(rows, alignments, limit_columns, Color::never),
                     rest_line(output.truths.size()));
}

std::string stage_table(const Stage& stage) {
  std::vector<Row> rows;
  const std::size_t shown = std::min(stage.truth.size(), most_elements_shown);
  for (std::size_t i = 0; i < shown; ++i) {
    rows.push_back({{index_text(stage.shape, i)}, {stage.truth[i]}});
  }
  return fmt::format(
      "stage {} {}\n{}{}", stage.name, shape_text(stage.shape),
      aligned(rows, {Alignment::left, Alignment::right}, limit_columns, Color::never),
      rest_line(stage.truth.size()));
}

}  // namespace

std::string shortest_decimal(const Format& format, double value) {
  if (!std::isfinite(value)) return hex_float(value);
  for (int digits = 1; digits < std::numeric_limits<double>::max_digits10; ++digits) {
    const std::string text = fmt::format("{:.{}g}", value, digits);
    if (round_to_nearest(format, std::strtod(text.c_str(), nullptr)) == value) {
      return text;
    }
  }
  return fmt::format("{:.{}g}", value, std::numeric_limits<double>::max_digits10);
}

std::string tables(const TruthReport& report) {
  std::string text = report.test + "\n";
  for (const OutputTruth& output : report.outputs) text += output_table(output);
  if (report.stages) {
    for (const Stage& stage : *report.stages) text += stage_table(stage);
  }
  return text;
}

}  // namespace truenorm
