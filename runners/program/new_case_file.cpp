// SPDX-License-Identifier: Apache-2.0
// Relative paths, and files that are made or refused, never changed.
#include "runners/program/new_case_file.hpp"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include "runners/program/usage_error.hpp"

namespace truenorm {

std::string schema_line(const std::filesystem::path& file,
                        const std::filesystem::path& cases) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path home = fs::canonical(cases, error);
  const fs::path schema = home / "schema" / "case.schema.json";
  if (error || !fs::exists(schema, error)) return {};
  const fs::path folder = fs::weakly_canonical(fs::absolute(file)).parent_path();
  const fs::path below = folder.lexically_relative(home.parent_path());
  if (below.empty() || *below.begin() == "..") return {};
  return "# yaml-language-server: $schema=" +
         schema.lexically_relative(folder).generic_string() + "\n";
}

void write_new_file(const std::filesystem::path& file, const std::string& text) {
  const auto refuse = [&] {
    throw UsageError("--out " + file.string() + ": " +
                     std::generic_category().message(errno));
  };
  // x: the system itself sees to it that no other file is lost.
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream(
      std::fopen(file.c_str(), "wx"), &std::fclose);
  if (!stream) refuse();
  if (std::fwrite(text.data(), 1, text.size(), stream.get()) != text.size() ||
      std::fflush(stream.get()) != 0) {
    refuse();
  }
}

}  // namespace truenorm
