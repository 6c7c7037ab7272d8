// SPDX-License-Identifier: Apache-2.0
// Moves whole lines: what the document's tree knows of their places says which belong to
// which key. So no value is ever written anew, and what is not understood stays.
#include "cases/canonical_form.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <vector>

#include "cases/case_reader.hpp"
#include "cases/document.hpp"
#include "cases/scalars.hpp"

namespace truenorm {
namespace {

using Lines = std::vector<std::string>;

constexpr std::string_view editor_mark = "yaml-language-server:";

std::size_t indentation(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}
bool is_blank(std::string_view line) { return indentation(line) == line.size(); }
bool is_comment(std::string_view line) {
  return !is_blank(line) && line[indentation(line)] == '#';
}

/// The lines without what stands at their ends, and never two empty ones together.
Lines tidy_lines(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t last = line.find_last_not_of(" \t\r");
    line = line.substr(0, last == std::string_view::npos ? 0 : last + 1);
    if (line.empty() && (lines.empty() || lines.back().empty())) continue;
    lines.emplace_back(line);
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

std::string joined(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

/// Whether two trees say the same, in whatever order their maps are.
bool is_equivalent(const Node& a, const Node& b) {
  if (a.kind != b.kind || a.text != b.text || a.is_quoted != b.is_quoted) return false;
  if (!std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(),
                  is_equivalent)) {
    return false;
  }
  return a.entries.size() == b.entries.size() &&
         std::all_of(a.entries.begin(), a.entries.end(), [&](const Entry& entry) {
           const auto other = std::find_if(
               b.entries.begin(), b.entries.end(),
               [&](const Entry& candidate) { return candidate.key == entry.key; });
           return other != b.entries.end() && is_equivalent(entry.value, other->value);
         });
}

/// The lines of one key of a map: the comments before it, itself, and its value.
struct Chunk {
  std::size_t rank;      ///< in the canonical order
  std::size_t key_line;  ///< which of the lines holds the key
  Lines lines;
};

/// Rewrites lines whose tree is known.
class Layout {
 public:
  Layout(const Node& root, Lines& lines) : root_(root), lines_(lines) {}

  /// From the inside out and from the last case to the first, so that the places of what
  /// is still to be sorted hold.
  void sort_keys() {
    if (const Node* cases = find(root_, "cases");
        cases != nullptr && cases->kind == Node::Kind::list) {
      std::size_t end = end_of_value("cases");
      for (auto written = cases->items.rbegin(); written != cases->items.rend();
           ++written) {
        sort_map(*written, case_keys(), end);
        end = start_of_item(*written);
      }
    }
    if (const Node* defaults = find(root_, "defaults")) {
      sort_map(*defaults, case_keys(), end_of_value("defaults"));
    }
    sort_map(root_, {"truenorm", "suite", "defaults", "cases"}, lines_.size());
  }

 private:
  static std::size_t line_of(const Position& position) {
    return static_cast<std::size_t>(position.line - 1);
  }
  static std::size_t column_of(const Position& position) {
    return static_cast<std::size_t>(position.column - 1);
  }

  /// The first of the comment lines right before a line, or the line itself. Comments
  /// that stand further to the right than `column` belong to what they follow.
  [[nodiscard]] std::size_t with_comments(std::size_t line, std::size_t column) const {
    while (line > 0 &&
           (is_blank(lines_[line - 1]) || (is_comment(lines_[line - 1]) &&
                                           indentation(lines_[line - 1]) <= column))) {
      --line;
    }
    return line;
  }

  /// Where the lines of a value of the root end.
  [[nodiscard]] std::size_t end_of_value(std::string_view key) const {
    std::size_t end = lines_.size();
    bool is_next = false;
    for (const Entry& entry : root_.entries) {
      if (is_next) end = with_comments(line_of(entry.position), 0);
      is_next = entry.key == key;
      if (end != lines_.size()) break;
    }
    return end;
  }

  /// Where the lines of an item of a list start, comments before it included.
  [[nodiscard]] std::size_t start_of_item(const Node& item) const {
    const std::size_t line = line_of(item.position);
    return with_comments(line, indentation(lines_[line]));
  }

  /// Whether each key of a map stands first in a line, but for the dash of the first one.
  [[nodiscard]] bool is_block(const Node& map) const {
    if (map.kind != Node::Kind::map || map.entries.empty()) return false;
    const std::size_t column = column_of(map.entries.front().position);
    return std::all_of(map.entries.begin(), map.entries.end(), [&](const Entry& entry) {
      const std::string& line = lines_[line_of(entry.position)];
      if (column_of(entry.position) != column || column > line.size()) return false;
      std::string before = line.substr(0, column);
      const bool is_first = &entry == &map.entries.front();
      if (const std::size_t dash = before.find('-');
          is_first && dash != std::string::npos) {
        before[dash] = ' ';
      }
      return is_blank(before);
    });
  }

  /// Sorts the lines of a map that ends before the line `end`.
  void sort_map(const Node& map, const std::vector<std::string_view>& order,
                std::size_t end) {
    if (!is_block(map)) return;
    const std::size_t column = column_of(map.entries.front().position);
    const std::size_t first_line = line_of(map.entries.front().position);
    // A dash before the first key stays before whatever comes first.
    const std::size_t dash = lines_[first_line].substr(0, column).find('-');
    if (dash != std::string::npos) lines_[first_line][dash] = ' ';

    std::vector<Chunk> chunks = chunks_of(map, order, column, end);
    const std::size_t start = line_of(map.entries.front().position);
    std::stable_sort(chunks.begin(), chunks.end(),
                     [](const Chunk& a, const Chunk& b) { return a.rank < b.rank; });
    if (dash != std::string::npos) {
      chunks.front().lines[chunks.front().key_line][dash] = '-';
    }
    std::size_t line = start;
    for (Chunk& chunk : chunks) {
      for (std::string& moved : chunk.lines) lines_[line++] = std::move(moved);
    }
  }

  [[nodiscard]] std::vector<Chunk> chunks_of(const Node& map,
                                             const std::vector<std::string_view>& order,
                                             std::size_t column,
                                             std::size_t end) const {
    std::vector<Chunk> chunks;
    for (auto entry = map.entries.rbegin(); entry != map.entries.rend(); ++entry) {
      const std::size_t key_line = line_of(entry->position);
      // What stands before the first key is not the map's.
      const bool is_first = std::next(entry) == map.entries.rend();
      const std::size_t start = is_first ? key_line : with_comments(key_line, column);
      const auto known = std::find(order.begin(), order.end(), entry->key);
      chunks.push_back({static_cast<std::size_t>(known - order.begin()),
                        key_line - start,
                        Lines(lines_.begin() + static_cast<std::ptrdiff_t>(start),
                              lines_.begin() + static_cast<std::ptrdiff_t>(end))});
      end = start;
    }
    std::reverse(chunks.begin(), chunks.end());
    return chunks;
  }

  const Node& root_;
  Lines& lines_;
};

/// The line for editors, where there is a schema and no such line yet.
void add_schema_line(Lines& lines, std::string_view schema) {
  const auto text_starts = std::find_if_not(
      lines.begin(), lines.end(),
      [](const std::string& line) { return is_blank(line) || is_comment(line); });
  const bool has_one = std::any_of(lines.begin(), text_starts, [](const auto& line) {
    return line.find(editor_mark) != std::string::npos;
  });
  if (schema.empty() || has_one) return;
  lines.insert(lines.begin(), editor_line(schema));
}

std::optional<Node> parsed(std::string_view yaml) {
  Problems problems;
  std::optional<Node> root = parse_document(yaml, problems);
  if (problems.count() > 0) return std::nullopt;
  return root;
}

}  // namespace

std::string editor_line(std::string_view schema) {
  if (schema.empty()) return {};
  return "# " + std::string(editor_mark) + " $schema=" + std::string(schema);
}

std::optional<std::string> canonical_form(std::string_view yaml,
                                          std::string_view schema) {
  const std::optional<Node> before = parsed(yaml);
  if (!before) return std::nullopt;
  Lines lines = tidy_lines(yaml);
  const std::optional<Node> tidied = parsed(joined(lines));
  if (!tidied) return std::nullopt;
  Layout(*tidied, lines).sort_keys();
  add_schema_line(lines, schema);
  std::string text = joined(lines);
  const std::optional<Node> after = parsed(text);
  if (!after || !is_equivalent(*before, *after)) return std::nullopt;
  return text;
}

}  // namespace truenorm
