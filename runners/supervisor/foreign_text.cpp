// SPDX-License-Identifier: Apache-2.0
// Foreign text, cleaned.
#include "runners/supervisor/foreign_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace truenorm {
namespace {

/// The well-formed sequences that begin with one of these bytes.
/// source   The Unicode Standard, table 3-7
struct SequenceForm {
  std::uint8_t first_low, first_high;
  std::uint8_t second_low, second_high;
  std::size_t length;
};

constexpr std::array sequence_forms{
    SequenceForm{0xC2, 0xDF, 0x80, 0xBF, 2}, SequenceForm{0xE0, 0xE0, 0xA0, 0xBF, 3},
    SequenceForm{0xE1, 0xEC, 0x80, 0xBF, 3}, SequenceForm{0xED, 0xED, 0x80, 0x9F, 3},
    SequenceForm{0xEE, 0xEF, 0x80, 0xBF, 3}, SequenceForm{0xF0, 0xF0, 0x90, 0xBF, 4},
    SequenceForm{0xF1, 0xF3, 0x80, 0xBF, 4}, SequenceForm{0xF4, 0xF4, 0x80, 0x8F, 4},
};

bool is_between(std::uint8_t byte, std::uint8_t low, std::uint8_t high) {
  return byte >= low && byte <= high;
}

/// The length of the valid sequence of two bytes or more at the start; 0 if there is none.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  for (const SequenceForm& form : sequence_forms) {
    if (!is_between(byte(0), form.first_low, form.first_high)) continue;
    if (text.size() < form.length) return 0;
    if (!is_between(byte(1), form.second_low, form.second_high)) return 0;
    for (std::size_t i = 2; i < form.length; ++i) {
      if (!is_between(byte(i), 0x80, 0xBF)) return 0;
    }
    return form.length;
  }
  return 0;
}

bool is_printable_ascii(char character) {
  return (character >= ' ' && character <= '~') || character == '\n' ||
         character == '\t';
}

bool is_continuation(char character) {
  return (static_cast<std::uint8_t>(character) & 0xC0) == 0x80;
}

/// The text without a first part that cuts a character in two.
std::string_view from_whole_character(std::string_view text) {
  while (!text.empty() && is_continuation(text.front())) text.remove_prefix(1);
  return text;
}

}  // namespace

std::string clean_text(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length =
        is_printable_ascii(text.front()) ? 1 : sequence_length(text);
    if (length == 0) {
      clean += '?';
      text.remove_prefix(1);
    } else {
      clean += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return clean;
}

std::string one_line(std::string_view text, std::size_t max_bytes) {
  constexpr std::string_view mark = "...";
  std::string line = clean_text(text);
  for (char& character : line) {
    if (character == '\n' || character == '\t') character = ' ';
  }
  if (line.size() <= max_bytes) return line;
  std::size_t cut = max_bytes > mark.size() ? max_bytes - mark.size() : 0;
  while (cut > 0 && is_continuation(line[cut])) --cut;
  return line.substr(0, cut) + std::string(mark);
}

void LogTail::append(std::string_view text) {
  kept_ += text;
  if (kept_.size() <= 2 * max_bytes_) return;
  const std::size_t surplus = kept_.size() - max_bytes_;
  left_out_ += surplus;
  kept_.erase(0, surplus);
}

void LogTail::clear() {
  kept_.clear();
  left_out_ = 0;
}

std::string LogTail::text() const {
  if (left_out_ == 0 && kept_.size() <= max_bytes_) return clean_text(kept_);
  const auto end =
      std::string_view(kept_).substr(kept_.size() - std::min(kept_.size(), max_bytes_));
  const std::string_view shown = from_whole_character(end);
  return "[" + std::to_string(left_out_ + kept_.size() - shown.size()) +
         " bytes left out]\n" + clean_text(shown);
}

std::string LogTail::last_line() const {
  const std::size_t last = kept_.find_last_not_of(" \t\r\n");
  if (last == std::string::npos) return "";
  const std::size_t before = kept_.find_last_of("\r\n", last);
  const std::size_t first = before == std::string::npos ? 0 : before + 1;
  return one_line(std::string_view(kept_).substr(first, last - first + 1));
}

}  // namespace truenorm
