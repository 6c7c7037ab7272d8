// SPDX-License-Identifier: Apache-2.0
// Which paths a case file may name: its own folder's, and none that leave it.
#include <sys/stat.h>

#include <filesystem>

#include "cases/test/reading.hpp"
#include "cases/test/tensor_bytes.hpp"
#include "oracle/test/catch.hpp"
#include "oracle/test/tree.hpp"

namespace truenorm {
namespace {

namespace fs = std::filesystem;

std::string small_file() { return npy_file("<f4", "(2,)", std::string(8, '\0')); }

/// A tree with a secret beside the folder of the case file, which is 'cases'.
void fill(const Tree& tree) {
  tree.write("secret.npy", small_file());
  tree.write("cases/a.npy", small_file());
  tree.write("cases/sub/b.npy", small_file());
  // Its path begins as the folder's does.
  tree.write("cases-secret/a.npy", small_file());
}

std::string complaint(const Tree& tree, const std::string& path) {
  return complaints(read_cases(tensor_file("{file: \"" + path + "\"}", "float32"),
                               "f.yaml", "f.yaml", {.folder = tree.root() / "cases"}));
}

std::string at_file(const std::string& message) {
  return "f.yaml:6:15: error: x: " + message + "\n";
}

TEST_CASE("a file in the case file's folder or below is read") {
  const Tree tree;
  fill(tree);
  fs::create_symlink("sub/b.npy", tree.root() / "cases/link.npy");
  fs::create_symlink(tree.root() / "cases/sub", tree.root() / "cases/linked");
  for (const std::string path :
       {"a.npy", "./a.npy", "sub/b.npy", "sub//b.npy", "link.npy", "linked/b.npy"}) {
    CAPTURE(path);
    CHECK(complaint(tree, path).empty());
  }
}

TEST_CASE("a path that leaves the folder is an escape, whether or not it exists") {
  const Tree tree;
  fill(tree);
  for (const std::string path : {"/etc/x.npy", "//a.npy"}) {
    CHECK(complaint(tree, path) ==
          at_file(path + ": path escape: an absolute path is not below the case file's "
                         "folder"));
  }
  CHECK(complaint(tree, tree.path("cases/a.npy")).find("path escape: an absolute") !=
        std::string::npos);
  for (const std::string path : {"../secret.npy", "sub/../a.npy", "../cases/a.npy",
                                 "..", "sub/..", "no/../../no.npy"}) {
    CHECK(complaint(tree, path) ==
          at_file(path + ": path escape: '..' may leave the case file's folder"));
  }
}

TEST_CASE("a link that leaves the folder is an escape") {
  const Tree tree;
  fill(tree);
  fs::create_symlink("../secret.npy", tree.root() / "cases/out.npy");
  fs::create_symlink(tree.root(), tree.root() / "cases/up");
  fs::create_symlink(tree.root() / "cases-secret", tree.root() / "cases/twin");
  fs::create_symlink("out.npy", tree.root() / "cases/chain.npy");
  for (const std::string path :
       {"out.npy", "up/secret.npy", "twin/a.npy", "chain.npy"}) {
    CHECK(complaint(tree, path) ==
          at_file(path + ": path escape: a link leads out of the case file's folder"));
  }
  // Back in again is inside.
  CHECK(complaint(tree, "up/cases/a.npy").empty());
}

TEST_CASE("what is no file of tensors is told") {
  const Tree tree;
  fill(tree);
  fs::create_directory(tree.root() / "cases/folder.npy");
  REQUIRE(mkfifo(tree.path("cases/pipe.npy").c_str(), 0600) == 0);
  fs::create_symlink("loop.npy", tree.root() / "cases/loop.npy");
  CHECK(complaint(tree, "c.npy") == at_file("c.npy: no such file"));
  CHECK(complaint(tree, "a.npy/b.npy") ==
        at_file("a.npy/b.npy: it cannot be found: Not a directory"));
  CHECK(complaint(tree, "folder.npy") == at_file("folder.npy: it is not a file"));
  CHECK(complaint(tree, "pipe.npy") == at_file("pipe.npy: it is not a file"));
  CHECK(complaint(tree, "loop.npy")
            .find("loop.npy: it cannot be found: Too many levels") !=
        std::string::npos);
  for (const std::string path : {"", "f.yaml", "a.npz", "a.NPY", "sub", ".npy"}) {
    CHECK(complaint(tree, path) ==
          at_file(path +
                  ": the name of a file of tensors ends with .npy or .safetensors"));
  }
  CHECK(complaint(tree, std::string(2000, 'a') + ".npy") ==
        at_file("a path has at most 1024 bytes"));
  CHECK(complaint(tree, "a.npy\\0.npy") == at_file("a path has no zero byte"));
}

TEST_CASE("a folder is that of the file as it was selected") {
  const Tree tree;
  fill(tree);
  tree.write("cases/f.yaml", tensor_file("{file: a.npy}", "float32"));
  tree.write("cases/sub/f.yaml", tensor_file("{file: b.npy}", "float32"));
  CHECK(complaints(read_selection({tree.path("cases")})).empty());
  CHECK(complaints(read_selection({tree.path("cases/sub/f.yaml#a")})).empty());
  CHECK(complaints(read_selection({"sub/f.yaml#a"}, tree.root() / "cases")).empty());
}

TEST_CASE("the empty folder is the current one, and no folder has no files") {
  const std::string yaml = tensor_file("{file: no-such-file.npy}", "float32");
  CHECK(complaints(read_cases(yaml, "f.yaml", "f.yaml", {.folder = fs::path()})) ==
        at_file("no-such-file.npy: no such file"));
  CHECK(complaints(read_cases(yaml, "f.yaml", "f.yaml")) ==
        at_file("no-such-file.npy: this text stands in no folder, so it can name no "
                "file"));
  CHECK(
      complaints(read_cases(yaml, "f.yaml", "f.yaml", {.folder = "/no/such/folder"})) ==
      at_file("no-such-file.npy: the case file's folder cannot be found: No such file "
              "or directory"));
}

}  // namespace
}  // namespace truenorm
