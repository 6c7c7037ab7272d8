// SPDX-License-Identifier: Apache-2.0
// Where the schema is told, and that no file is lost.
#include "runners/program/new_case_file.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "oracle/test/catch.hpp"
#include "runners/program/schema_path.hpp"
#include "runners/program/usage_error.hpp"

namespace truenorm {
namespace {

namespace fs = std::filesystem;

/// A folder that goes with its owner.
class Folder {
 public:
  Folder()
      : path_(fs::temp_directory_path() /
              ("truenorm-new-" + std::to_string(::getpid()))) {
    fs::remove_all(path_);
    fs::create_directories(path_ / "home" / "cases" / "schema");
    fs::create_directories(path_ / "home" / "cases" / "layer_norm");
    fs::create_directories(path_ / "elsewhere");
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }

  [[nodiscard]] fs::path cases() const { return path_ / "home" / "cases"; }
  [[nodiscard]] const fs::path& path() const { return path_; }
  void add_schema() const {
    std::ofstream(cases() / "schema" / "case.schema.json") << "{}\n";
  }

 private:
  fs::path path_;
};

std::string content(const fs::path& file) {
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("a file beside or below the cases names their schema") {
  const Folder folder;
  folder.add_schema();
  CHECK(schema_path(folder.cases() / "layer_norm" / "new.yaml", folder.cases()) ==
        "../schema/case.schema.json");
  CHECK(schema_path(folder.cases() / "new.yaml", folder.cases()) ==
        "schema/case.schema.json");
  CHECK(schema_path(folder.cases() / ".." / "new.yaml", folder.cases()) ==
        "cases/schema/case.schema.json");
}

TEST_CASE("a file elsewhere names none, and none is named that is not there") {
  const Folder folder;
  CHECK(schema_path(folder.cases() / "new.yaml", folder.cases()).empty());
  folder.add_schema();
  CHECK(schema_path(folder.path() / "elsewhere" / "new.yaml", folder.cases()).empty());
  const fs::path beside = folder.cases() / ".." / "new.yaml";
  CHECK(schema_path(beside, folder.path() / "nowhere").empty());
}

TEST_CASE("cases behind a link are known by where they are") {
  const Folder folder;
  folder.add_schema();
  fs::create_directory_symlink(folder.cases(), folder.path() / "elsewhere" / "cases");
  CHECK(schema_path(folder.cases() / ".." / "new.yaml",
                    folder.path() / "elsewhere" / "cases") ==
        "cases/schema/case.schema.json");
}

TEST_CASE("a file is made, and none is overwritten") {
  const Folder folder;
  const fs::path file = folder.path() / "new.yaml";
  write_new_file(file, "one\n");
  CHECK(content(file) == "one\n");
  CHECK_THROWS_AS(write_new_file(file, "two\n"), UsageError);
  CHECK(content(file) == "one\n");
  CHECK_THROWS_AS(write_new_file(folder.path() / "none" / "new.yaml", ""), UsageError);
}

}  // namespace truenorm
