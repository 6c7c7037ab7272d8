// SPDX-License-Identifier: Apache-2.0
// Finds the files that CASE arguments name, and keeps the tests that they select.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <unordered_map>

#include "cases/document.hpp"
#include "cases/reader.hpp"
#include "cases/suggestion.hpp"

namespace truenorm {
namespace {

namespace fs = std::filesystem;

/// A file to be read, and what of it is wanted.
struct Selected {
  fs::path path;
  std::string file_name;  ///< as in test names
  std::string selector;   ///< case or case[dtype,direction]; empty: every test
};

class Selection {
 public:
  Selection(fs::path home, TagFilter wants, std::function<void(Reading)> take)
      : home_(std::move(home)), wants_(std::move(wants)), take_(std::move(take)) {}

  void add(const std::string& argument) {
    std::error_code ignored;
    if (fs::is_directory(argument, ignored)) {
      add_folder(argument);
    } else if (fs::exists(argument, ignored)) {
      read({argument, fs::path(argument).filename().generic_string(), {}});
    } else {
      add_test(argument);
    }
  }

  /// Tells of tests that were selected twice.
  void finish() { take_({{}, std::move(repetitions_)}); }

 private:
  void report(const std::string& file, std::string message) {
    take_({{}, {{{file, 1, 1}, Severity::error, std::move(message)}}});
  }

  void add_folder(const fs::path& folder) {
    std::error_code error;
    std::vector<fs::path> files;
    for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end;
         at.increment(error)) {
      std::error_code ignored;
      if (at->path().extension() == ".yaml" && at->is_regular_file(ignored)) {
        files.push_back(at->path());
      }
    }
    if (error) {
      report(folder.generic_string(), "cannot be listed: " + error.message());
      return;
    }
    if (files.empty()) {
      report(folder.generic_string(), "the folder has no .yaml file");
      return;
    }
    std::vector<Selected> selected;
    selected.reserve(files.size());
    for (const fs::path& file : files) {
      selected.push_back({file, file.lexically_relative(folder).generic_string(), {}});
    }
    std::sort(
        selected.begin(), selected.end(),
        [](const Selected& a, const Selected& b) { return a.file_name < b.file_name; });
    for (const Selected& file : selected) read(file);
  }

  void add_test(const std::string& argument) {
    const std::size_t hash = argument.rfind('#');
    if (hash == std::string::npos) {
      report(argument, "no such file or folder");
      return;
    }
    const std::string file = argument.substr(0, hash);
    const std::string selector = argument.substr(hash + 1);
    std::error_code ignored;
    if (fs::is_regular_file(file, ignored)) {
      read({file, fs::path(file).filename().generic_string(), selector});
    } else if (!home_.empty() && fs::is_regular_file(home_ / file, ignored)) {
      read({home_ / file, file, selector});
    } else {
      report(file, "no such file");
    }
  }

  void read(const Selected& selected) {
    const std::string display_name = selected.path.generic_string();
    const auto yaml = contents(selected.path, display_name);
    if (!yaml) return;
    Reading read = read_cases(*yaml, selected.file_name, display_name,
                              {.folder = selected.path.parent_path(), .wants = wants_});
    const bool has_errors = read.has_errors();
    // A file that several arguments name has its errors told once.
    if (!files_told_.insert(display_name).second) read.diagnostics.clear();
    if (!selected.selector.empty()) {
      const std::vector<TestCase> all = std::move(read.tests);
      read.tests = chosen(all, selected.selector);
      // What is missing from a file with errors is missing because of them.
      if (read.tests.empty() && !has_errors) {
        report(display_name, missing(all, selected.selector));
      }
    }
    for (const TestCase& test : read.tests) note_name(test);
    take_(std::move(read));
  }

  std::optional<std::string> contents(const fs::path& path,
                                      const std::string& display_name) {
    std::error_code error;
    if (!fs::is_regular_file(path, error)) {
      report(display_name, "not a file");
      return std::nullopt;
    }
    const std::uintmax_t size = fs::file_size(path, error);
    if (!error && size > largest_file_bytes) {
      report(display_name, fmt::format("the file is larger than {} MiB",
                                       largest_file_bytes / (1 << 20)));
      return std::nullopt;
    }
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    if (error || !stream || (size > 0 && !text)) {
      report(display_name, "the file cannot be read");
      return std::nullopt;
    }
    return std::move(text).str();
  }

  static std::vector<TestCase> chosen(const std::vector<TestCase>& tests,
                                      const std::string& selector) {
    std::vector<TestCase> kept;
    for (const TestCase& test : tests) {
      const bool is_chosen =
          test.case_name == selector || test.name == test.file + "#" + selector;
      if (is_chosen) kept.push_back(test);
    }
    return kept;
  }

  static std::string missing(const std::vector<TestCase>& tests,
                             const std::string& selector) {
    std::vector<std::string_view> known;
    for (const TestCase& test : tests) {
      const std::string_view after_hash =
          std::string_view(test.name).substr(test.file.size() + 1);
      const bool names_one_test = selector.find('[') != std::string::npos;
      known.push_back(names_one_test ? after_hash : test.case_name);
    }
    return fmt::format("the file has no test '{}'{}", selector,
                       suggestion(selector, known));
  }

  void note_name(const TestCase& test) {
    const auto [earlier, is_new] = places_.emplace(test.name, test.place);
    if (is_new) return;
    const Place& other = earlier->second;
    repetitions_.push_back(
        {test.place, Severity::error,
         fmt::format("the test '{}' is selected twice, also from {}:{}", test.name,
                     other.file, other.line)});
  }

  fs::path home_;
  TagFilter wants_;
  std::function<void(Reading)> take_;
  std::set<std::string> files_told_;
  std::unordered_map<std::string, Place> places_;  ///< by the name of the test
  std::vector<Diagnostic> repetitions_;
};

}  // namespace

void read_selection(const std::vector<std::string>& arguments, const fs::path& home,
                    const TagFilter& wants, const std::function<void(Reading)>& take) {
  Selection selection(home, wants, take);
  for (const std::string& argument : arguments) selection.add(argument);
  selection.finish();
}

}  // namespace truenorm
