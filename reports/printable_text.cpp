// SPDX-License-Identifier: Apache-2.0
// Decoding foreign bytes and keeping what can be shown.
#include "reports/printable_text.hpp"

#include <algorithm>
#include <boost/locale/utf.hpp>
#include <iterator>

namespace truenorm {

namespace {

namespace utf = boost::locale::utf;
using Utf8 = utf::utf_traits<char>;

constexpr utf::code_point replacement = 0xFFFD;

bool is_shown(utf::code_point character) {
  if (character == '\n' || character == '\t') return true;
  const bool is_control = character < 0x20 || (character >= 0x7F && character < 0xA0);
  return !is_control && character != 0xFFFE && character != 0xFFFF;
}

bool starts_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  const char* position = text.data();
  const char* const end = position + text.size();
  while (position != end) {
    const char* const start = position;
    utf::code_point character = Utf8::decode(position, end);
    if (character == utf::illegal || character == utf::incomplete) {
      // One byte at a time, so that no good character is lost with a bad one.
      character = replacement;
      position = start + 1;
    }
    if (is_shown(character)) Utf8::encode(character, std::back_inserter(shown));
  }
  return shown;
}

std::string first_line(std::string_view text, std::size_t limit_characters) {
  std::string line = printable(text.substr(0, text.find('\n')));
  if (character_count(line) <= limit_characters) return line;
  std::size_t cut = 0;
  for (std::size_t kept = 0; cut < line.size(); ++cut) {
    if (starts_character(line[cut]) && ++kept + 3 > limit_characters) break;
  }
  return line.substr(0, cut) + "...";
}

std::size_t character_count(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, starts_character));
}

}  // namespace truenorm
