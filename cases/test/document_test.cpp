// SPDX-License-Identifier: Apache-2.0
// The limits that stop a small text from asking for much, and the places of nodes.
#include "cases/document.hpp"

#include <fmt/format.h>

#include "cases/test/reading.hpp"
#include "oracle/test/catch.hpp"

namespace truenorm {
namespace {

std::string repeated(const std::string& text, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

TEST_CASE("nodes know where they stand") {
  Problems problems;
  const auto root = parse_document(
      "a: 1\n"
      "b:\n"
      "  - [x, 'y']\n"
      "  - c: ~\n"
      "    d:\n",
      problems);
  REQUIRE(root);
  REQUIRE(problems.count() == 0);
  const Node& list = root->entries[1].value;
  CHECK(root->entries[1].position == Position{2, 1});
  CHECK(list.position == Position{3, 3});
  CHECK(list.items[0].position == Position{3, 5});
  CHECK(list.items[0].items[1].position == Position{3, 9});
  CHECK(list.items[0].items[1].is_quoted);
  CHECK_FALSE(list.items[0].items[0].is_quoted);
  CHECK(list.items[1].position == Position{4, 5});
  CHECK(list.items[1].entries[0].value.kind == Node::Kind::null);
  // An absent value stands where its key does.
  CHECK(list.items[1].entries[1].value.position == Position{5, 5});
}

TEST_CASE("aliases are refused instead of expanded") {
  std::string bomb = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 30; ++i) {
    bomb += fmt::format("a{0}: &a{0} [*a{1}, *a{1}, *a{1}]\n", i, i - 1);
  }
  Problems problems;
  static_cast<void>(parse_document(bomb, problems));
  REQUIRE(problems.count() > 0);
  CHECK(problems.found().front().message ==
        "anchors and aliases are not part of the case language");
}

TEST_CASE("nesting has a limit") {
  CHECK(complaints(
            read("truenorm: 1\ncases: " + repeated("[", 31) + repeated("]", 31) + "\n"))
            .find("nested deeper") == std::string::npos);
  CHECK(complaints(read("truenorm: 1\ncases: " + repeated("[", 32) + repeated("]", 32) +
                        "\n")) == "f.yaml:2:39: error: nested deeper than 32 levels\n");
  CHECK(complaints(read(repeated("- ", 100'000))) ==
        "f.yaml:1:65: error: nested deeper than 32 levels\n");
  CHECK(complaints(read("truenorm: 1\ncases: " + repeated("{a: ", 1000) + "\n")) ==
        "f.yaml:2:132: error: nested deeper than 32 levels\n");
}

TEST_CASE("the number of nodes has a limit") {
  CHECK(complaints(read("[" + repeated("0,", 1'000'001) + "]")) ==
        "f.yaml:1:2000002: error: more than 1000000 nodes\n");
}

TEST_CASE("the size of a file has a limit") {
  CHECK(complaints(read(std::string((16 << 20) + 1, ' '))) ==
        "f.yaml:1:1: error: the file is larger than 16 MiB\n");
}

TEST_CASE("a number may be long, but not without end") {
  const std::string digits(1990, '9');
  CHECK(x_bits("0." + digits, "float32") == std::vector<std::uint64_t>{0x3f800000});
  CHECK(complaints(read(tensor_file("0." + digits + digits))) ==
        "f.yaml:6:8: error: x: '" + ("0." + digits).substr(0, 57) +
            "...' is too long, or its exponent out of range\n");
  CHECK(complaints(read(tensor_file("1e-999999999"))) ==
        "f.yaml:6:8: error: x: '1e-999999999' is too long, or its exponent out of "
        "range\n");
  CHECK(complaints(read(tensor_file("0x1p99999999999999999999"))) ==
        "f.yaml:6:8: error: x: '0x1p99999999999999999999' is too long, or its exponent "
        "out of range\n");
}

TEST_CASE("the tensors of a file have a limit together") {
  // Each is within its own limit; the second must not even be started.
  const std::string yaml =
      "truenorm: 1\n"
      "defaults:\n"
      "  op: layer_norm\n"
      "  dtype: float16\n"
      "cases:\n"
      "- case: a\n"
      "  inputs: {x: {shape: [1024], fill: 0}}\n"
      "- case: b\n"
      "  inputs: {x: {shape: [268435456], fill: 0}}\n"
      "- case: c\n"
      "  inputs: {x: {shape: [1], fill: 0}}\n";
  const Reading reading = read(yaml);
  CHECK(complaints(reading) ==
        "f.yaml:8:3: error: the tensors of this file have more than 268435456 elements "
        "together\n");
  CHECK(reading.tests.size() == 1);
}

}  // namespace
}  // namespace truenorm
