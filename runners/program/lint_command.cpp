// SPDX-License-Identifier: Apache-2.0
// truenorm lint: every error and warning of case files, without running anything.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cases/lint.hpp"
#include "cases/reader.hpp"
#include "runners/program/commands.hpp"
#include "runners/program/installation.hpp"

namespace truenorm {
namespace {

ExitStatus lint_cases(const std::vector<std::string>& cases) {
  Reading reading = read_selection(cases, installed_cases().string());
  const std::vector<Diagnostic> warnings = lint(reading.tests);
  reading.diagnostics.insert(reading.diagnostics.end(), warnings.begin(),
                             warnings.end());
  std::size_t errors = 0;
  for (const Diagnostic& diagnostic : reading.diagnostics) {
    fmt::print("{}\n", text(diagnostic));
    if (diagnostic.severity == Severity::error) ++errors;
  }
  fmt::print("{} tests, {} errors, {} warnings\n", reading.tests.size(), errors,
             reading.diagnostics.size() - errors);
  return errors > 0 ? ExitStatus::unusable_input : ExitStatus::good;
}

}  // namespace

void add_lint_command(CLI::App& app, Action& action) {
  auto cases = std::make_shared<std::vector<std::string>>();
  CLI::App* command = app.add_subcommand("lint", "Check case files");
  command->add_option("CASE", *cases, "files, folders, FILE#case")->required();
  command->callback(
      [cases, &action] { action = [cases] { return lint_cases(*cases); }; });
}

}  // namespace truenorm
