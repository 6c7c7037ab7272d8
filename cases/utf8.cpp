// SPDX-License-Identifier: Apache-2.0
// The well-formed sequences of RFC 3629, section 4.
#include "cases/utf8.hpp"

#include <algorithm>

namespace truenorm {
namespace {

unsigned char byte_at(std::string_view text, std::size_t index) {
  return static_cast<unsigned char>(text[index]);
}

bool is_tail(unsigned char byte) { return (byte & 0xC0) == 0x80; }

/// The bytes of a character that begins with this one, or 0 if none does.
std::size_t length_after(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  if (first >= 0xF0 && first <= 0xF4) return 4;
  return 0;
}

/// Whether the second byte keeps out longer spellings, surrogates and what is beyond
/// U+10FFFF.
bool fits(unsigned char first, unsigned char second) {
  switch (first) {
    case 0xE0:
      return second >= 0xA0;
    case 0xED:
      return second <= 0x9F;
    case 0xF0:
      return second >= 0x90;
    case 0xF4:
      return second <= 0x8F;
    default:
      return true;
  }
}

}  // namespace

std::optional<std::size_t> first_not_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = length_after(byte_at(text, at));
    if (length == 0 || length > text.size() - at) return at;
    for (std::size_t i = 1; i < length; ++i) {
      if (!is_tail(byte_at(text, at + i))) return at;
    }
    if (length > 1 && !fits(byte_at(text, at), byte_at(text, at + 1))) return at;
    at += length;
  }
  return std::nullopt;
}

std::size_t utf8_prefix(std::string_view text, std::size_t bytes) {
  std::size_t end = std::min(bytes, text.size());
  while (end > 0 && end < text.size() && is_tail(byte_at(text, end))) --end;
  return end;
}

}  // namespace truenorm
