// SPDX-License-Identifier: Apache-2.0
// A new file, and that none is lost.
#include "runners/program/new_case_file.hpp"

#include <fstream>
#include <sstream>

#include "oracle/test/catch.hpp"
#include "oracle/test/tree.hpp"
#include "runners/program/usage_error.hpp"

namespace truenorm {
namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& file) {
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("a file is made, and none is overwritten") {
  const Tree tree;
  const fs::path file = tree.root() / "new.yaml";
  write_new_file(file, "one\n");
  CHECK(content(file) == "one\n");
  CHECK_THROWS_AS(write_new_file(file, "two\n"), UsageError);
  CHECK(content(file) == "one\n");
  CHECK_THROWS_AS(write_new_file(tree.root() / "none" / "new.yaml", ""), UsageError);
}

}  // namespace truenorm
