// SPDX-License-Identifier: Apache-2.0
// A file that is made or refused, never changed.
#include "runners/program/new_case_file.hpp"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include "runners/program/usage_error.hpp"

namespace truenorm {

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
