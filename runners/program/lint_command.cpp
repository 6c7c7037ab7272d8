// SPDX-License-Identifier: Apache-2.0
// truenorm lint: every error and warning of case files, without asking a library.
#include <fmt/core.h>
#include <tbb/parallel_for.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <set>

#include "cases/lint.hpp"
#include "cases/reader.hpp"
#include "runners/program/catch_claims.hpp"
#include "runners/program/commands.hpp"
#include "runners/program/file_rewriter.hpp"
#include "runners/program/installation.hpp"

namespace truenorm {
namespace {

/// The warnings about all cases, in their order.
std::vector<Diagnostic> warnings_about(const std::vector<TestCase>& tests) {
  const std::vector<TestsOfCase> cases = by_case(tests);
  std::vector<std::vector<Diagnostic>> by_index(cases.size());
  tbb::parallel_for(std::size_t{0}, cases.size(), [&](std::size_t k) {
    by_index[k] = lint(cases[k]);
    const std::vector<Diagnostic> claims = check_catches(cases[k]);
    by_index[k].insert(by_index[k].end(), claims.begin(), claims.end());
  });
  std::vector<Diagnostic> all;
  for (const std::vector<Diagnostic>& warnings : by_index) {
    all.insert(all.end(), warnings.begin(), warnings.end());
  }
  return all;
}

/// Brings every file that reads without errors into canonical form, and says which it
/// changed.
void fix(const std::set<std::string>& files) {
  for (const std::string& file : files) {
    switch (rewrite_canonically(file)) {
      case Rewriting::unchanged:
        break;
      case Rewriting::rewritten:
        fmt::print("{}: rewritten in canonical form\n", file);
        break;
      case Rewriting::impossible:
        fmt::print("{}: left as it is: to move its lines would change its meaning\n",
                   file);
        break;
    }
  }
}

/// Argument by argument: unlike a run, lint may be given two files of one name.
void read_each(const std::vector<std::string>& cases,
               const std::function<void(const Reading&)>& take) {
  for (const std::string& argument : cases) {
    read_selection({argument}, installed_cases(), {}, take);
  }
}

/// The files of the selection that have tests and no error.
std::set<std::string> sound_files(const std::vector<std::string>& cases) {
  std::set<std::string> with_tests;
  std::set<std::string> with_errors;
  read_each(cases, [&](const Reading& reading) {
    for (const TestCase& test : reading.tests) with_tests.insert(test.place.file);
    for (const Diagnostic& diagnostic : reading.diagnostics) {
      if (diagnostic.severity != Severity::error) continue;
      with_errors.insert(diagnostic.place.file);
    }
  });
  for (const std::string& file : with_errors) with_tests.erase(file);
  return with_tests;
}

struct LintArguments {
  std::vector<std::string> cases;
  bool is_to_fix = false;
};

ExitStatus lint_cases(const LintArguments& arguments) {
  // Before anything is told: its places are those of the new lines.
  if (arguments.is_to_fix) fix(sound_files(arguments.cases));
  std::size_t tests = 0;
  std::size_t errors = 0;
  std::size_t warnings = 0;
  const auto tell = [&](const std::vector<Diagnostic>& diagnostics) {
    for (const Diagnostic& diagnostic : diagnostics) {
      fmt::print("{}\n", text(diagnostic));
      ++(diagnostic.severity == Severity::error ? errors : warnings);
    }
  };
  read_each(arguments.cases, [&](const Reading& reading) {
    tests += reading.tests.size();
    tell(reading.diagnostics);
    tell(warnings_about(reading.tests));
  });
  fmt::print("{} tests, {} errors, {} warnings\n", tests, errors, warnings);
  return errors > 0 ? ExitStatus::unusable_input : ExitStatus::good;
}

}  // namespace

void add_lint_command(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<LintArguments>();
  CLI::App* command = app.add_subcommand(
      "lint", "Say what is wrong with case files, and what looks wrong");
  command->add_option("CASE", arguments->cases, "files, folders, FILE#case")
      ->required();
  command->add_flag("--fix", arguments->is_to_fix,
                    "rewrite the files without errors in canonical form first");
  command->callback([arguments, &action] {
    action = [arguments] { return lint_cases(*arguments); };
  });
}

}  // namespace truenorm
