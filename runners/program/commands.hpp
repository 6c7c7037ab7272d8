// SPDX-License-Identifier: Apache-2.0
// The subcommands: each adds its options to the command line and a way to run it.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace truenorm {

/// Exit statuses of the program.
enum class ExitStatus { good = 0, failure = 1, unusable_input = 2, own_fault = 3 };

/// What the chosen subcommand does, once the arguments are parsed.
using Action = std::function<ExitStatus()>;

/// `arguments` are the program's, for the record of the run.
void add_run_command(CLI::App& app, const std::vector<std::string>& arguments,
                     Action& action);
void add_lint_command(CLI::App& app, Action& action);
void add_list_command(CLI::App& app, Action& action);
void add_truth_command(CLI::App& app, Action& action);
void add_laws_command(CLI::App& app, Action& action);
void add_mutants_command(CLI::App& app, Action& action);
void add_new_command(CLI::App& app, Action& action);

}  // namespace truenorm
