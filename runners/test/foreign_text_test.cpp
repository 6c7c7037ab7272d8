// SPDX-License-Identifier: Apache-2.0
// Foreign text becomes bounded, valid and printable.
#include "runners/supervisor/foreign_text.hpp"

#include "oracle/test/catch.hpp"

using namespace truenorm;

TEST_CASE("valid UTF-8 passes and everything else becomes a question mark") {
  CHECK(clean_text("caf\u00e9 \u4e2d \U0001F600\n\t.") ==
        "caf\u00e9 \u4e2d \U0001F600\n\t.");
  CHECK(clean_text("\xFF|\xC3|\xE4\xB8|\x80") == "?|?|??|?");
  CHECK(clean_text("\xC0\xAF|\xED\xA0\x80|\xF4\x90\x80\x80") == "??|???|????");
  CHECK(clean_text(std::string_view("\0\r\x1B[31m\x7F", 8)) == "???[31m?");
}

TEST_CASE("a line has no line feed, and is cut between characters") {
  CHECK(one_line("out of\npaper") == "out of paper");
  CHECK(one_line("12345678", 8) == "12345678");
  CHECK(one_line("123456789", 8) == "12345...");
  CHECK(one_line("1234\u00e96789", 8) == "1234...");
}

TEST_CASE("a log keeps its end") {
  LogTail log(10);
  CHECK(log.text() == "");
  CHECK(log.last_line() == "");
  log.append("one\n");
  CHECK(log.text() == "one\n");
  for (int i = 0; i < 1000; ++i) log.append("many lines\n");
  log.append("an \u00e9nd\n \n");
  CHECK(log.text() == "[11004 bytes left out]\nan \u00e9nd\n \n");
  CHECK(log.last_line() == "an \u00e9nd");
  log.append("\u00e9");
  CHECK(log.text() == "[11006 bytes left out]\n \u00e9nd\n \n\u00e9");
  log.append("--");
  CHECK(log.text() == "[11009 bytes left out]\nnd\n \n\u00e9--");
  log.clear();
  CHECK(log.text() == "");
}
