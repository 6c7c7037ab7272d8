// SPDX-License-Identifier: Apache-2.0
// Brings case files into canonical form, where they lie.
#pragma once

#include <string>

namespace truenorm {

enum class Rewriting {
  unchanged,   ///< the file has canonical form
  rewritten,   ///< it has now
  impossible,  ///< its layout cannot change without its meaning: see canonical_form
};

/// values   a case file that reads without errors; its first line is to name its schema
///          for editors, where it has a schema_path
/// throws   UsageError if the file cannot be read or written; it is then as it was
Rewriting rewrite_canonically(const std::string& path);

}  // namespace truenorm
