// SPDX-License-Identifier: Apache-2.0
// The folder's life.
#include "oracle/test/tree.hpp"

#include <stdlib.h>

#include <fstream>
#include <stdexcept>

namespace truenorm {

namespace fs = std::filesystem;

Tree::Tree() {
  std::string pattern = (fs::temp_directory_path() / "truenorm-test-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) {
    throw std::runtime_error("no folder for a test: " + pattern);
  }
  root_ = pattern;
}

Tree::~Tree() {
  std::error_code ignored;
  fs::remove_all(root_, ignored);
}

void Tree::write(const std::string& file, const std::string& content) const {
  fs::create_directories((root_ / file).parent_path());
  std::ofstream stream(root_ / file, std::ios::binary);
  stream << content;
  if (!stream.flush()) throw std::runtime_error("cannot write " + path(file));
}

std::string Tree::path(const std::string& file) const {
  return (root_ / file).generic_string();
}

}  // namespace truenorm
