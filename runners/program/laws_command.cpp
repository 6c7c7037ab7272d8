// SPDX-License-Identifier: Apache-2.0
// truenorm laws: the laws of the specification, proven on cases and asked of others.
#include <CLI/CLI.hpp>
#include <memory>

#include "runners/program/commands.hpp"
#include "runners/program/law_reports.hpp"
#include "runners/program/test_selection.hpp"
#include "runners/program/usage_error.hpp"

namespace truenorm {
namespace {

struct LawsArguments {
  TestFilter filter;
  std::vector<std::string> runners;
  std::string bounds;
  double timeout_seconds = 60;
};

ExitStatus run_laws(const LawsArguments& arguments) {
  if (!arguments.runners.empty() && !arguments.bounds.empty()) {
    throw UsageError(
        "--bounds judges a verifier and --runner a library: one at a time");
  }
  const std::vector<TestCase> tests = select_tests(arguments.filter);
  bool holds = false;
  if (!arguments.bounds.empty()) {
    holds = print_claims(arguments.bounds, tests);
  } else if (!arguments.runners.empty()) {
    SupervisorLimits limits;
    limits.request = std::chrono::milliseconds(
        static_cast<std::int64_t>(arguments.timeout_seconds * 1000));
    holds = print_runners_laws(tests, arguments.runners, limits);
  } else {
    holds = print_proofs(tests);
  }
  return holds ? ExitStatus::good : ExitStatus::failure;
}

}  // namespace

void add_laws_command(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<LawsArguments>();
  CLI::App* command = app.add_subcommand(
      "laws", "Prove the laws of the specification, or ask them of a runner");
  command->add_option(
      "CASE", arguments->filter.cases,
      "files, folders, FILE#case, FILE#case[dtype,direction]; none: the "
      "cases that came with the program, except those tagged full");
  command
      ->add_option(
          "--runner", arguments->runners,
          "a name from `list runners`, NAME:VARIANT, or the path of a program: "
          "ask its answers instead of the oracle")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
  command->add_option("--bounds", arguments->bounds,
                      "a file of bounds that a verifier claims, to be judged instead");
  command->add_option("--timeout", arguments->timeout_seconds, "seconds for an answer")
      ->check(CLI::Range(0.001, 1e6))
      ->capture_default_str();
  command->callback(
      [arguments, &action] { action = [arguments] { return run_laws(*arguments); }; });
}

}  // namespace truenorm
