// SPDX-License-Identifier: Apache-2.0
// Which schema a file of cases names.
#include "runners/program/schema_path.hpp"

#include "oracle/test/catch.hpp"
#include "oracle/test/tree.hpp"

namespace truenorm {
namespace {

namespace fs = std::filesystem;

fs::path cases_of(const Tree& tree) { return tree.root() / "home" / "cases"; }

/// Folders for cases and for a file elsewhere, without a schema.
void fill(const Tree& tree) {
  fs::create_directories(cases_of(tree) / "layer_norm");
  fs::create_directories(tree.root() / "elsewhere");
}

void add_schema(const Tree& tree) {
  tree.write("home/cases/schema/case.schema.json", "{}\n");
}

}  // namespace

TEST_CASE("a file beside or below the cases names their schema") {
  const Tree tree;
  fill(tree);
  add_schema(tree);
  CHECK(schema_path(cases_of(tree) / "layer_norm" / "new.yaml", cases_of(tree)) ==
        "../schema/case.schema.json");
  CHECK(schema_path(cases_of(tree) / "new.yaml", cases_of(tree)) ==
        "schema/case.schema.json");
  CHECK(schema_path(cases_of(tree) / ".." / "new.yaml", cases_of(tree)) ==
        "cases/schema/case.schema.json");
}

TEST_CASE("a file elsewhere names none, and none is named that is not there") {
  const Tree tree;
  fill(tree);
  CHECK(schema_path(cases_of(tree) / "new.yaml", cases_of(tree)).empty());
  add_schema(tree);
  CHECK(schema_path(tree.root() / "elsewhere" / "new.yaml", cases_of(tree)).empty());
  const fs::path beside = cases_of(tree) / ".." / "new.yaml";
  CHECK(schema_path(beside, tree.root() / "nowhere").empty());
}

TEST_CASE("cases behind a link are known by where they are") {
  const Tree tree;
  fill(tree);
  add_schema(tree);
  fs::create_directory_symlink(cases_of(tree), tree.root() / "elsewhere" / "cases");
  CHECK(schema_path(cases_of(tree) / ".." / "new.yaml",
                    tree.root() / "elsewhere" / "cases") ==
        "cases/schema/case.schema.json");
}

}  // namespace truenorm
