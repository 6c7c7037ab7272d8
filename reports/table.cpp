// SPDX-License-Identifier: Apache-2.0
// Padding cells to columns, and ANSI colours.
#include "reports/table.hpp"

#include <algorithm>
#include <numeric>

#include "reports/printable_text.hpp"

namespace truenorm {

namespace {

constexpr std::size_t indent = 2;

const char* ansi_code(Ink ink) {
  switch (ink) {
    case Ink::plain:
      return "";
    case Ink::strong:
      return "\x1b[1m";
    case Ink::good:
      return "\x1b[32m";
    case Ink::bad:
      return "\x1b[31m";
    case Ink::notice:
      return "\x1b[33m";
  }
  return "";
}

std::vector<std::size_t> column_widths(const std::vector<Row>& rows,
                                       std::size_t columns) {
  std::vector<std::size_t> widths(columns, 0);
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < columns; ++i) {
      widths[i] = std::max(widths[i], character_count(row[i].text));
    }
  }
  return widths;
}

}  // namespace

std::string painted(const std::string& text, Ink ink, Color color) {
  if (color == Color::never || ink == Ink::plain) return text;
  return ansi_code(ink) + text + "\x1b[0m";
}

std::string aligned(const std::vector<Row>& rows,
                    const std::vector<Alignment>& alignments, std::size_t limit_columns,
                    Color color) {
  const std::vector<std::size_t> widths = column_widths(rows, alignments.size());
  const std::size_t wide = std::accumulate(widths.begin(), widths.end(), indent) +
                           2 * (std::max<std::size_t>(widths.size(), 1) - 1);
  const std::string gap(wide > limit_columns ? 1 : 2, ' ');

  std::string text;
  for (const Row& row : rows) {
    std::string padding(indent, ' ');
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const std::string fill(widths[i] - character_count(row[i].text), ' ');
      if (alignments[i] == Alignment::right) padding += fill;
      // Padding is held back, so that no line ends in it.
      if (!row[i].text.empty()) {
        text += padding + painted(row[i].text, row[i].ink, color);
        padding.clear();
      }
      if (alignments[i] == Alignment::left) padding += fill;
      padding += gap;
    }
    text += '\n';
  }
  return text;
}

}  // namespace truenorm
