// SPDX-License-Identifier: Apache-2.0
// Text in aligned columns, in colour where that is wanted.
#pragma once

#include <string>
#include <vector>

#include "reports/terminal.hpp"

namespace truenorm {

enum class Ink { plain, strong, good, bad, notice };

/// The text between the ANSI codes of its ink; unchanged without colour.
[[nodiscard]] std::string painted(const std::string& text, Ink ink, Color color);

enum class Alignment { left, right };

struct Cell {
  std::string text;
  Ink ink = Ink::plain;
};

using Row = std::vector<Cell>;

/// The rows as lines, indented by two, each column as wide as its widest cell.
///
/// shapes   every row has as many cells as there are alignments
/// values   columns stand two apart, or one where the lines would pass limit_columns
[[nodiscard]] std::string aligned(const std::vector<Row>& rows,
                                  const std::vector<Alignment>& alignments,
                                  std::size_t limit_columns, Color color);

}  // namespace truenorm
