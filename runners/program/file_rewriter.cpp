// SPDX-License-Identifier: Apache-2.0
// Writes beside the file first: whoever stops in between leaves the old one whole.
#include "runners/program/file_rewriter.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "cases/canonical_form.hpp"
#include "runners/program/installation.hpp"
#include "runners/program/schema_path.hpp"
#include "runners/program/usage_error.hpp"

namespace truenorm {
namespace {

namespace fs = std::filesystem;

std::string contents(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (!stream) throw UsageError(fmt::format("{}: cannot be read", path.string()));
  return text;
}

void replace(const fs::path& path, const std::string& text) {
  fs::path beside = path;
  beside += ".new";
  std::error_code error;
  {
    std::ofstream stream(beside, std::ios::binary | std::ios::trunc);
    stream << text;
    stream.flush();
    if (!stream) {
      fs::remove(beside, error);
      throw UsageError(fmt::format("{}: cannot be written", beside.string()));
    }
  }
  fs::permissions(beside, fs::status(path).permissions(), error);
  fs::rename(beside, path, error);
  if (error) {
    std::error_code ignored;
    fs::remove(beside, ignored);
    throw UsageError(
        fmt::format("{}: cannot be replaced: {}", path.string(), error.message()));
  }
}

}  // namespace

Rewriting rewrite_canonically(const std::string& path) {
  // Through a link to the file that it names.
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  if (error) throw UsageError(fmt::format("{}: {}", path, error.message()));
  const std::string written = contents(real);
  const std::optional<std::string> canonical =
      canonical_form(written, schema_path(real, installed_cases()));
  if (!canonical) return Rewriting::impossible;
  if (*canonical == written) return Rewriting::unchanged;
  replace(real, *canonical);
  return Rewriting::rewritten;
}

}  // namespace truenorm
