// SPDX-License-Identifier: Apache-2.0
// Text that a runner wrote, made fit for a result: bounded, valid, printable.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace truenorm {

/// The text with invalid UTF-8 and control characters (line feed and tab excepted) as '?'.
[[nodiscard]] std::string clean_text(std::string_view text);

/// The text as one printable line of at most max_bytes, the cut marked by "...".
[[nodiscard]] std::string one_line(std::string_view text, std::size_t max_bytes = 500);

/// The end of a stream: what came last, of whatever length the whole was.
class LogTail {
 public:
  explicit LogTail(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  void append(std::string_view text);
  void clear();

  /// What is kept, printable, after "[N bytes left out]" if something is missing.
  [[nodiscard]] std::string text() const;
  /// The last line that is not blank; empty if there is none.
  [[nodiscard]] std::string last_line() const;

 private:
  std::size_t max_bytes_;
  std::size_t left_out_ = 0;
  std::string kept_;  ///< up to twice max_bytes_, so that trimming is rare
};

}  // namespace truenorm
