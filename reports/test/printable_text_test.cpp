// SPDX-License-Identifier: Apache-2.0
// Foreign text, numbers and shell words.
#include "reports/printable_text.hpp"

#include <limits>

#include "oracle/test/catch.hpp"
#include "reports/number_text.hpp"
#include "reports/shell_quote.hpp"

namespace truenorm {

TEST_CASE("good UTF-8 is left as it is") {
  const std::string text =
      "tab\t, newline\n, caf\xc3\xa9 \xe2\x89\xa5 \xf0\x9f\x98\x80";
  CHECK(printable(text) == text);
}

TEST_CASE("control characters that XML 1.0 or a terminal cannot take are left out") {
  CHECK(printable(std::string("a\0b", 3)) == "ab");
  CHECK(printable("\x1b[31mred\x07\x7f\r\n") == "[31mred\n");
  CHECK(printable("\xc2\x9b\x33m") == "3m");
  CHECK(printable("\xef\xbf\xbe\xef\xbf\xbf") == "");
}

TEST_CASE("what is not UTF-8 becomes U+FFFD") {
  CHECK(printable("\xff") == "\xef\xbf\xbd");
  CHECK(printable("a\xc3") == "a\xef\xbf\xbd");
  CHECK(printable("\xc3(b") == "\xef\xbf\xbd(b");
  // An overlong slash and a surrogate.
  CHECK(printable("\xc0\xaf") == "\xef\xbf\xbd\xef\xbf\xbd");
  CHECK(printable("\xed\xa0\x80") == "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

TEST_CASE("a first line is cut between characters") {
  CHECK(first_line("why\nand more", 10) == "why");
  CHECK(first_line("1234567890", 10) == "1234567890");
  CHECK(first_line("12345678901", 10) == "1234567...");
  CHECK(first_line("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", 4) == "\xc3\xa9...");
}

TEST_CASE("numbers are short") {
  CHECK(short_number(0) == "0");
  CHECK(short_number(0.5) == "0.5");
  CHECK(short_number(3.999) == "4");
  CHECK(short_number(-1.25) == "-1.25");
  CHECK(short_number(12.345) == "12.3");
  CHECK(short_number(1116.2) == "1116");
  CHECK(short_number(2.6e8) == "2.6e+08");
  CHECK(short_number(0.00012) == "1.2e-04");
  CHECK(short_number(std::numeric_limits<double>::infinity()) == "inf");
  CHECK(short_number(std::numeric_limits<double>::quiet_NaN()) == "nan");
}

TEST_CASE("a word is quoted where a shell would change it") {
  CHECK(shell_quoted("torch:compile") == "torch:compile");
  CHECK(shell_quoted("a.yaml#b[float32,forward]") == "'a.yaml#b[float32,forward]'");
  CHECK(shell_quoted("it's") == "'it'\\''s'");
  CHECK(shell_quoted("").size() == 2);
}

}  // namespace truenorm
