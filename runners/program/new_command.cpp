// SPDX-License-Identifier: Apache-2.0
// truenorm new: a case file to start from, or one cut out of a wrong answer.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cases/canonical_form.hpp"
#include "runners/program/captured_case.hpp"
#include "runners/program/case_skeleton.hpp"
#include "runners/program/commands.hpp"
#include "runners/program/installation.hpp"
#include "runners/program/new_case_file.hpp"
#include "runners/program/schema_path.hpp"
#include "runners/program/usage_error.hpp"

namespace truenorm {
namespace {

struct NewArguments {
  CaseSkeletonChoice skeleton;
  std::vector<std::string> captured;  ///< the request's file and the answer's
  CapturedCaseChoice cut;
  bool has_zero_gradient = false;
  std::string out;
};

std::string new_case(NewArguments arguments) {
  if (arguments.captured.empty()) {
    if (arguments.skeleton.op.empty()) {
      throw UsageError("truenorm new: say --op OPERATOR, or --from-answer");
    }
    return case_skeleton(arguments.skeleton);
  }
  arguments.cut.name = arguments.skeleton.name;
  arguments.cut.about = arguments.skeleton.about;
  return captured_case(
      read_captured_answer(arguments.captured[0], arguments.captured[1],
                           arguments.has_zero_gradient ? ZeroScaleGradient::zero
                                                       : ZeroScaleGradient::undefined),
      arguments.cut);
}

ExitStatus write_new_case(const NewArguments& arguments) {
  // What goes to stdout is taken to end in a file here.
  const std::filesystem::path file = arguments.out.empty() ? "new.yaml" : arguments.out;
  if (!arguments.out.empty() && std::filesystem::exists(file)) {
    throw UsageError("--out " + arguments.out + ": there is a file of that name");
  }
  std::string text = editor_line(schema_path(file, installed_cases()));
  if (!text.empty()) text += "\n";
  text += new_case(arguments);
  if (arguments.out.empty()) {
    fmt::print("{}", text);
  } else {
    write_new_file(file, text);
  }
  return ExitStatus::good;
}

CLI::Option* add_list(CLI::App& command, const std::string& name,
                      std::vector<std::string>& values, const std::string& about) {
  return command.add_option(name, values, about)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
}

void add_skeleton_options(CLI::App& command, CaseSkeletonChoice& choice) {
  CLI::Option* op = command.add_option("--op", choice.op, "the operator of a new case");
  const auto of_new = [&](CLI::Option* option) { option->needs(op); };
  of_new(add_list(command, "--dtype", choice.dtypes, "a dtype (float32)"));
  of_new(add_list(command, "--direction", choice.directions,
                  "forward, vjp or jvp (forward)"));
  of_new(command.add_option("--shape", choice.shape, "of x: 4,768")->delimiter(','));
  of_new(add_list(command, "--attribute", choice.attributes, "NAME=VALUE"));
  of_new(command.add_option("--dialect", choice.dialect,
                            "the library whose defaults hold, of `list dialects`"));
  of_new(command.add_option("--bug", choice.bug, "link to the report"));
  of_new(add_list(command, "--library", choice.libraries, "one that has the bug"));
  of_new(command.add_option("--symptom", choice.symptom,
                            "wrong_value, nan, inf, crash or refused"));
  of_new(add_list(command, "--catches", choice.catches,
                  "a mutant, of `list mutants` (some that the case notices)"));
}

void add_capture_options(CLI::App& command, NewArguments& arguments) {
  CLI::Option* captured =
      command
          .add_option("--from-answer", arguments.captured,
                      "REQUEST and ANSWER: ID.request.safetensors and the answer to it")
          ->expected(2)
          ->excludes("--op");
  command
      .add_option("--output", arguments.cut.output,
                  "of the answer (y, or the first that fails)")
      ->needs(captured);
  command
      .add_option("--element", arguments.cut.element,
                  "its flat index in the output (the worst)")
      ->needs(captured);
  command
      .add_flag("--zero-gradient", arguments.has_zero_gradient,
                "gradients are 0 where s = 0")
      ->needs(captured);
}

}  // namespace

void add_new_command(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<NewArguments>();
  CLI::App* command =
      app.add_subcommand("new", "Write a case: one to start from, or from an answer");
  add_skeleton_options(*command, arguments->skeleton);
  add_capture_options(*command, *arguments);
  command->add_option("--name", arguments->skeleton.name, "of the case: [a-z0-9-]+");
  command->add_option("--about", arguments->skeleton.about, "what it is about");
  command->add_option("--out", arguments->out,
                      "a file that does not exist yet (standard output)");
  command->callback([arguments, &action] {
    action = [arguments] { return write_new_case(*arguments); };
  });
}

}  // namespace truenorm
