// SPDX-License-Identifier: Apache-2.0
// Looks in the folders above, nearest first.
#include "runners/program/schema_path.hpp"

namespace truenorm {
namespace {

namespace fs = std::filesystem;

/// The schema in a folder, if there is one.
bool has_schema(const fs::path& folder, fs::path& schema) {
  std::error_code ignored;
  schema = folder / "schema" / "case.schema.json";
  return fs::is_regular_file(schema, ignored);
}

}  // namespace

std::string schema_path(const fs::path& file, const fs::path& cases) {
  const fs::path folder = fs::weakly_canonical(fs::absolute(file)).parent_path();
  fs::path schema;
  for (fs::path above = folder;; above = above.parent_path()) {
    if (has_schema(above, schema)) {
      return schema.lexically_relative(folder).generic_string();
    }
    if (above == above.parent_path()) break;
  }
  std::error_code error;
  const fs::path home = fs::canonical(cases, error);
  if (error || !has_schema(home, schema)) return {};
  const fs::path below = folder.lexically_relative(home.parent_path());
  if (below.empty() || *below.begin() == "..") return {};
  return schema.lexically_relative(folder).generic_string();
}

}  // namespace truenorm
