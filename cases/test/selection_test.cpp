// SPDX-License-Identifier: Apache-2.0
// CASE arguments against a small tree of files.
#include "cases/test/reading.hpp"
#include "oracle/test/catch.hpp"
#include "oracle/test/tree.hpp"

namespace truenorm {
namespace {

std::string with_cases(const std::string& cases) {
  return "truenorm: 1\n"
         "defaults: {op: layer_norm, dtype: [float32, float16], inputs: {x: [1, 2]}}\n"
         "cases:\n" +
         cases;
}

void fill(const Tree& tree) {
  tree.write("b.yaml", with_cases("- case: one\n- case: two\n"));
  tree.write("a/z.yaml", with_cases("- case: one\n"));
  tree.write("a/README.md", "not a case file");
}

std::vector<std::string> names_of(const Reading& reading) {
  std::vector<std::string> names;
  for (const TestCase& test : reading.tests) names.push_back(test.name);
  return names;
}

using Names = std::vector<std::string>;

TEST_CASE("a folder gives every case file below it, sorted, named from the folder") {
  const Tree tree;
  fill(tree);
  const Reading reading = read_selection({tree.path("")});
  CHECK(complaints(reading).empty());
  CHECK(names_of(reading) ==
        Names{"a/z.yaml#one[float32,forward]", "a/z.yaml#one[float16,forward]",
              "b.yaml#one[float32,forward]", "b.yaml#one[float16,forward]",
              "b.yaml#two[float32,forward]", "b.yaml#two[float16,forward]"});
  CHECK(reading.tests[0].place.file.find("a/z.yaml") != std::string::npos);
}

TEST_CASE("a file is named by its own name") {
  const Tree tree;
  fill(tree);
  CHECK(names_of(read_selection({tree.path("a/z.yaml")})) ==
        Names{"z.yaml#one[float32,forward]", "z.yaml#one[float16,forward]"});
}

TEST_CASE("FILE#case gives all tests of a case, with a bracket exactly one") {
  const Tree tree;
  fill(tree);
  CHECK(names_of(read_selection({tree.path("b.yaml#two")})) ==
        Names{"b.yaml#two[float32,forward]", "b.yaml#two[float16,forward]"});
  CHECK(names_of(read_selection({tree.path("b.yaml#two[float16,forward]"),
                                 tree.path("b.yaml#one[float32,forward]")})) ==
        Names{"b.yaml#two[float16,forward]", "b.yaml#one[float32,forward]"});
}

TEST_CASE("a test name that was printed for the home folder selects that test again") {
  const Tree tree;
  fill(tree);
  CHECK(names_of(read_selection({"a/z.yaml#one[float16,forward]"}, tree.root())) ==
        Names{"a/z.yaml#one[float16,forward]"});
}

TEST_CASE("what does not exist is an error with the nearest name") {
  const Tree tree;
  fill(tree);
  const std::string b = tree.path("b.yaml");
  CHECK(complaints(read_selection({tree.path("c.yaml")})) ==
        tree.path("c.yaml") + ":1:1: error: no such file or folder\n");
  CHECK(complaints(read_selection({tree.path("c.yaml#one")})) ==
        tree.path("c.yaml") + ":1:1: error: no such file\n");
  CHECK(complaints(read_selection({b + "#tow"})) ==
        b + ":1:1: error: the file has no test 'tow'; did you mean 'two'?\n");
  CHECK(complaints(read_selection({b + "#two[float17,forward]"})) ==
        b + ":1:1: error: the file has no test 'two[float17,forward]'; did you mean "
            "'two[float16,forward]'?\n");
}

TEST_CASE("a folder without case files is an error") {
  const Tree tree;
  tree.write("empty/notes.txt", "");
  CHECK(complaints(read_selection({tree.path("empty")})) ==
        tree.path("empty") + ":1:1: error: the folder has no .yaml file\n");
}

TEST_CASE("two tests of one name are an error") {
  const Tree tree;
  fill(tree);
  const std::string b = tree.path("b.yaml");
  CHECK(
      complaints(read_selection({b + "#one[float32,forward]", b + "#one"})) ==
      b +
          ":4:3: error: the test 'b.yaml#one[float32,forward]' is selected twice, also "
          "from " +
          b + ":4\n");
}

TEST_CASE("the errors of a file are told once, however often it is named") {
  const Tree tree;
  tree.write("c.yaml", with_cases("- case: one\n  abuot: x\n- case: two\n"));
  const std::string c = tree.path("c.yaml");
  const Reading reading = read_selection({c + "#one", c + "#two"});
  CHECK(complaints(reading) ==
        c + ":5:3: error: unknown key 'abuot'; did you mean 'about'?\n");
  CHECK(reading.tests.size() == 2);
}

TEST_CASE("files can be taken one by one, and what is repeated is told at the end") {
  const Tree tree;
  fill(tree);
  std::vector<std::size_t> tests;
  std::string last;
  read_selection({tree.path(""), tree.path("b.yaml#two")}, {}, {},
                 [&](const Reading& reading) {
                   tests.push_back(reading.tests.size());
                   last = complaints(reading);
                 });
  CHECK(tests == std::vector<std::size_t>{2, 4, 2, 0});
  const std::string b = tree.path("b.yaml");
  CHECK(last.find(b + ":5:3: error: the test 'b.yaml#two[float32,forward]' is "
                      "selected twice, also from ") == 0);
}

TEST_CASE("what is no file is not read") {
  CHECK(complaints(read_selection({"/dev/zero"})) ==
        "/dev/zero:1:1: error: not a file\n");
}

TEST_CASE("an empty file is an error, not a crash") {
  const Tree tree;
  tree.write("c.yaml", "");
  CHECK(complaints(read_selection({tree.path("c.yaml")})) ==
        tree.path("c.yaml") + ":1:1: error: the file is empty\n");
}

}  // namespace
}  // namespace truenorm
