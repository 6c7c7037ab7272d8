// SPDX-License-Identifier: Apache-2.0
// A folder of files for one test.
#pragma once

#include <filesystem>
#include <string>

namespace truenorm {

/// A directory of its own, removed at the end.
class Tree {
 public:
  Tree();
  ~Tree();
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  /// Writes the bytes, and the folders above the file.
  void write(const std::string& file, const std::string& content) const;

  [[nodiscard]] std::string path(const std::string& file) const;
  [[nodiscard]] const std::filesystem::path& root() const { return root_; }

 private:
  std::filesystem::path root_;
};

}  // namespace truenorm
