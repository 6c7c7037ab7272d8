// SPDX-License-Identifier: Apache-2.0
// truenorm truth: certified values, no library involved.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <set>

#include "cases/suggestion.hpp"
#include "runners/program/commands.hpp"
#include "runners/program/progress.hpp"
#include "runners/program/test_selection.hpp"
#include "runners/program/truth_report.hpp"
#include "runners/program/usage_error.hpp"

namespace truenorm {
namespace {

struct TruthArguments {
  TestFilter filter;
  std::set<std::string, std::less<>> outputs;  ///< none: those that a test asks for
  bool has_stages = false;
  bool is_json = false;
};

/// Every output must be one that some test has.
void check_outputs(const std::set<std::string, std::less<>>& outputs,
                   const std::vector<TestCase>& tests) {
  std::set<std::string, std::less<>> known;
  for (const TestCase& test : tests) {
    for (std::string& output : test.question.outputs()) known.insert(std::move(output));
  }
  for (const std::string& output : outputs) {
    if (known.contains(output)) continue;
    throw UsageError(fmt::format(
        "--output {}: no selected test has it{}; they have {}", output,
        suggestion(output, {known.begin(), known.end()}), fmt::join(known, ", ")));
  }
}

std::vector<std::string> outputs_of(const TestCase& test,
                                    const std::set<std::string, std::less<>>& chosen) {
  if (chosen.empty()) return test.outputs;
  std::vector<std::string> outputs = test.question.outputs();
  std::erase_if(outputs,
                [&](const std::string& name) { return !chosen.contains(name); });
  return outputs;
}

void print_truth(const TestCase& test, const std::vector<std::string>& outputs,
                 const TruthArguments& arguments) {
  TruthReport report{test.name, {}, std::nullopt};
  for (const std::string& output : outputs) {
    report.outputs.push_back(output_truth(test.question, output));
  }
  if (arguments.has_stages) report.stages = stages(test.question);
  fmt::print("{}\n", arguments.is_json ? json_line(report) : tables(report));
  std::fflush(stdout);
}

ExitStatus print_truths(const TruthArguments& arguments) {
  if (arguments.filter.cases.empty()) {
    throw UsageError(
        "truenorm truth: name what to compute: a file, a folder, FILE#case or "
        "FILE#case[dtype,direction]; `truenorm list cases` has names");
  }
  const std::vector<TestCase> tests = select_tests(arguments.filter);
  check_outputs(arguments.outputs, tests);
  // Where the results go to the same terminal, they are the progress.
  std::optional<Progress> progress;
  if (isatty(STDOUT_FILENO) == 0) progress.emplace(tests.size());
  for (const TestCase& test : tests) {
    const std::vector<std::string> outputs = outputs_of(test, arguments.outputs);
    if (!outputs.empty()) print_truth(test, outputs, arguments);
    if (progress) progress->step();
  }
  return ExitStatus::good;
}

}  // namespace

void add_truth_command(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<TruthArguments>();
  CLI::App* command = app.add_subcommand("truth", "Print certified values");
  command->add_option("CASE", arguments->filter.cases,
                      "files, folders, FILE#case, FILE#case[dtype,direction]");
  command
      ->add_option("--output", arguments->outputs,
                   "this output of the tests that have it (those that a test asks for)")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
  command->add_flag("--stages", arguments->has_stages,
                    "the named intermediates as well");
  command->add_flag("--json", arguments->is_json, "one JSON object a line for a test");
  command->footer(
      "Of each element: the truth to 30 digits, the truth rounded to the output's "
      "dtype "
      "as a hex float\nand as a decimal, truth minus rounded in ulps, and the level "
      "that "
      "settled it.");
  command->callback([arguments, &action] {
    action = [arguments] { return print_truths(*arguments); };
  });
}

}  // namespace truenorm
