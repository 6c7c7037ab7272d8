// SPDX-License-Identifier: Apache-2.0
// The table of rows, forward ones first.
#include "oracle/bench/row.hpp"

#include <algorithm>

namespace truenorm::bench {
namespace {

constexpr std::int64_t default_elements = std::int64_t{1} << 21;
constexpr std::int64_t tiny_elements = 10;

std::string offset_text(double offset) {
  if (offset == 0) return "0";
  return offset == 1e4 ? "1e4" : "1e6";
}

/// Rows of n elements; fewer where there may not be as many in all.
Shape matrix(std::int64_t n, std::int64_t elements) {
  n = std::min(n, elements);
  return {std::max<std::int64_t>(1, elements / n), n};
}

/// 32 x 64 x 56 x 56 at the default size: images shrink after their number has.
Shape images(std::int64_t elements) {
  Shape shape{32, 64, 56, 56};
  const std::int64_t limit = element_count(shape) * elements / default_elements;
  const auto is_too_large = [&] { return element_count(shape) > limit; };
  while (shape[0] > 2 && is_too_large()) shape[0] /= 2;
  for (; shape[2] > 2 && is_too_large(); shape[2] /= 2) shape[3] /= 2;
  return shape;
}

std::vector<Row> rows_of(Direction direction, std::int64_t elements) {
  std::vector<Row> all;
  const auto add = [&](const std::string& op, const std::string& size,
                       const Format& format, Shape shape, double offset) -> Row& {
    std::string id = op + "-" + size + "-" + offset_text(offset) + "-" +
                     std::string(format.name) + "-" + std::string(name(direction));
    return all.emplace_back(Row{std::move(id), op, size, direction, format,
                                std::move(shape), 0, offset, false, false});
  };

  for (const std::int64_t n : {64, 768, 4096, 65536}) {
    for (const double offset : {0.0, 1e4, 1e6}) {
      Row& row =
          add("layer_norm", std::to_string(n), float32, matrix(n, elements), offset);
      row.is_scaling = n == 768 && offset == 0;
    }
  }
  for (const Format& format : {float16, bfloat16, float64}) {
    add("layer_norm", "768", format, matrix(768, elements), 0);
  }
  for (const std::int64_t n : {768, 4096}) {
    add("rms_norm", std::to_string(n), float32, matrix(n, elements), 0);
  }
  add("batch_norm", "32x64x56x56", float32, images(elements), 0);
  add("group_norm", "32x64x56x56", float32, images(elements), 0).groups = 32;
  add("layer_norm", "10", float32, {1, tiny_elements}, 0).is_per_call = true;
  return all;
}

}  // namespace

std::vector<Row> rows(std::int64_t elements) {
  std::vector<Row> all = rows_of(Direction::forward, elements);
  for (Row& row : rows_of(Direction::vjp, elements)) all.push_back(std::move(row));
  return all;
}

std::string description(const Row& row) {
  std::string shape;
  for (const std::int64_t dimension : row.shape) {
    if (!shape.empty()) shape += 'x';
    shape += std::to_string(dimension);
  }
  return "id=" + row.id + " op=" + row.op + " size=" + row.size +
         " direction=" + std::string(name(row.direction)) +
         " dtype=" + std::string(row.format.name) + " shape=" + shape +
         " groups=" + std::to_string(row.groups) +
         " offset=" + offset_text(row.offset) +
         " unit=" + (row.is_per_call ? "call" : "element");
}

}  // namespace truenorm::bench
