// SPDX-License-Identifier: Apache-2.0
// The program: parses the command line and turns every ending into an exit status.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <exception>
#include <filesystem>

#include "runners/program/commands.hpp"
#include "runners/program/usage_error.hpp"

int main(int count, char** words) {
  using truenorm::ExitStatus;
  const std::vector<std::string> arguments(words + 1, words + count);
  CLI::App app("Judges normalization layers against certified truth.", "truenorm");
  app.set_version_flag("--version", "truenorm " TRUENORM_VERSION);
  app.require_subcommand(1);
  truenorm::Action action;
  truenorm::add_run_command(app, arguments, action);
  truenorm::add_lint_command(app, action);
  truenorm::add_list_command(app, action);
  truenorm::add_truth_command(app, action);
  truenorm::add_laws_command(app, action);
  truenorm::add_mutants_command(app, action);
  truenorm::add_new_command(app, action);
  try {
    app.parse(count, words);
    return static_cast<int>(action());
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
      return app.exit(error);
    }
    fmt::print(stderr, "truenorm: {}\n", error.what());
    return static_cast<int>(ExitStatus::unusable_input);
  } catch (const truenorm::UsageError& error) {
    fmt::print(stderr, "{}\n", error.what());
    return static_cast<int>(ExitStatus::unusable_input);
  } catch (const std::exception& error) {
    fmt::print(stderr, "truenorm: our own fault, please report it: {}\n", error.what());
    return static_cast<int>(ExitStatus::own_fault);
  }
}
