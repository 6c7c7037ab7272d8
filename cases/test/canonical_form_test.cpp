// SPDX-License-Identifier: Apache-2.0
// The layout of case files: what moves, what stays, and that nothing is lost.
#include "cases/canonical_form.hpp"

#include <algorithm>
#include <sstream>
#include <vector>

#include "oracle/test/catch.hpp"

namespace truenorm {
namespace {

const std::string messy =
    "# What the file is about.\n"
    "\n"
    "\n"
    "cases:\n"
    "# before a\n"
    "- inputs:   # beside inputs\n"
    "    # within\n"
    "    x: [1, 2]  \t\r\n"
    "\n"
    "  # before case\n"
    "  case: a\n"
    "  about: >\n"
    "    two\n"
    "    lines\n"
    "    # of text\n"
    "    # deeper than the keys\n"
    "# before b\n"
    "- {about: b, case: b, inputs: {x: 1}}\n"
    "defaults:\n"
    "  dtype: float32\n"
    "  op: layer_norm  # beside op\n"
    "# before the version\n"
    "truenorm: 1";

const std::string tidy =
    "# What the file is about.\n"
    "\n"
    "# before the version\n"
    "truenorm: 1\n"
    "defaults:\n"
    "  op: layer_norm  # beside op\n"
    "  dtype: float32\n"
    "cases:\n"
    "# before a\n"
    "\n"
    "  # before case\n"
    "- case: a\n"
    "  about: >\n"
    "    two\n"
    "    lines\n"
    "    # of text\n"
    "    # deeper than the keys\n"
    "  inputs:   # beside inputs\n"
    "    # within\n"
    "    x: [1, 2]\n"
    "# before b\n"
    "- {about: b, case: b, inputs: {x: 1}}\n";

std::vector<std::string> sorted_lines(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    line.erase(std::remove_if(line.begin(), line.end(),
                              [](char c) {
                                return c == ' ' || c == '-' || c == '\r' || c == '\t';
                              }),
               line.end());
    if (!line.empty()) lines.push_back(line);
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

TEST_CASE("keys come in their order, and comments with what they are about") {
  CHECK(canonical_form(messy, "") == tidy);
}

TEST_CASE("what has canonical form keeps it") {
  CHECK(canonical_form(tidy, "") == tidy);
}

TEST_CASE("no line is lost") {
  CHECK(sorted_lines(canonical_form(messy, "").value()) == sorted_lines(messy));
}

TEST_CASE("the line for editors comes first, once") {
  const std::string line =
      "# yaml-language-server: $schema=../schema/case.schema.json\n";
  const std::string with_line =
      canonical_form(tidy, "../schema/case.schema.json").value();
  CHECK(with_line == line + tidy);
  CHECK(canonical_form(with_line, "elsewhere.json") == with_line);
}

TEST_CASE("text that only looks like a comment goes with its scalar") {
  CHECK(canonical_form("truenorm: 1\n"
                       "cases:\n"
                       "- about: |\n"
                       "   # no comment\n"
                       "  case: a\n",
                       "") ==
        "truenorm: 1\n"
        "cases:\n"
        "- case: a\n"
        "  about: |\n"
        "   # no comment\n");
}

TEST_CASE("spaces that a value has at the end of its line are not taken away") {
  const std::string scalar =
      "truenorm: 1\n"
      "cases:\n"
      "- case: a\n"
      "  about: |\n"
      "    one  \n"
      "    two\n"
      "  op: layer_norm\n"
      "  dtype: float32\n"
      "  inputs: {x: 1}\n";
  CHECK_FALSE(canonical_form(scalar, "").has_value());
}

TEST_CASE("a list of cases in flow style stays as it is") {
  const std::string flow =
      "truenorm: 1\n"
      "cases: [{dtype: float32, case: a, op: layer_norm, inputs: {x: 1}}]\n";
  CHECK(canonical_form(flow, "") == flow);
}

TEST_CASE("a dash may stand alone in its line") {
  const std::string alone =
      "truenorm: 1\n"
      "cases:\n"
      "-\n"
      "  op: layer_norm\n"
      "  case: a\n";
  CHECK(canonical_form(alone, "") ==
        "truenorm: 1\n"
        "cases:\n"
        "-\n"
        "  case: a\n"
        "  op: layer_norm\n");
}

TEST_CASE("what does not read has no canonical form") {
  CHECK_FALSE(canonical_form("cases: [", "").has_value());
  CHECK_FALSE(canonical_form("", "").has_value());
}

}  // namespace
}  // namespace truenorm
