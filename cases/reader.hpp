// SPDX-License-Identifier: Apache-2.0
// The reader of case files: YAML in, tests and diagnostics out.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cases/tensor_recipe.hpp"
#include "cases/test_case.hpp"

namespace truenorm {

enum class Severity { warning, error };

struct Diagnostic {
  Place place;
  Severity severity = Severity::error;
  std::string message;
};

/// FILE:LINE:COLUMN: error: message
[[nodiscard]] std::string text(const Diagnostic& diagnostic);

/// What reading gives: every test that could be read, and everything that is wrong.
struct Reading {
  std::vector<TestCase> tests;
  std::vector<Diagnostic> diagnostics;  ///< in the order of the files

  [[nodiscard]] bool has_errors() const;
};

/// Whether tests are to be made of a case with these tags; empty: of every case. One that
/// is left out is checked all the same, but for what its tensors would show.
using TagFilter = std::function<bool(const std::vector<std::string>& tags)>;

/// What a reader may do, and for which cases.
struct ReadingOptions {
  /// Where the text stands: it holds the files that the text may name. None: no files.
  std::optional<std::filesystem::path> folder = {};
  TagFilter wants = {};
  /// Of the file's tensors together; what else its tests hold counts with them.
  std::int64_t limit_elements = largest_element_count;
};

/// Reads the text of one case file.
///
/// values   file_name stands in test names; display_name, the path as the user gave it,
///          in diagnostics
/// result   all errors of the file at once; nothing is thrown for bad content
[[nodiscard]] Reading read_cases(std::string_view yaml, const std::string& file_name,
                                 const std::string& display_name,
                                 const ReadingOptions& options = {});

/// Reads what CASE arguments select: a file, a folder (every .yaml below it, sorted), a
/// test FILE#case[dtype,direction], or FILE#case for all its tests. Hands over what each
/// file gives before the next is read, so that the tensors of all need not be held at once.
///
/// values   FILE in test names is relative to the folder given, or the file's own name.
///          A FILE# that does not exist is also looked for in `home`, so that the names
///          of tests that were read from there select them again
/// result   a path that does not exist, a case that the file does not have, a folder
///          without .yaml files, or two tests of one name are errors; the last are told
///          at the end
void read_selection(const std::vector<std::string>& arguments,
                    const std::filesystem::path& home, const TagFilter& wants,
                    const std::function<void(Reading)>& take);

}  // namespace truenorm
