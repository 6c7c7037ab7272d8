// SPDX-License-Identifier: Apache-2.0
// truenorm mutants: which cases would notice which mistakes.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "runners/program/commands.hpp"
#include "runners/program/kill_matrix.hpp"
#include "runners/program/test_selection.hpp"
#include "runners/program/usage_error.hpp"

namespace truenorm {
namespace {

/// FILE#case, whose tests differ in dtype and direction.
std::string case_of(const TestCase& test) { return test.file + "#" + test.case_name; }

struct CaseTally {
  bool is_asked = false;
  std::set<std::string_view> killed;
};

/// The cases that kill a mutant, in their order.
std::vector<std::string> killers(const std::vector<TestCase>& tests,
                                 const KillMatrix& matrix, std::size_t mutant) {
  std::vector<std::string> cases;
  for (std::size_t test = 0; test < tests.size(); ++test) {
    if (matrix.fate(mutant, test) != Fate::killed) continue;
    std::string name = case_of(tests[test]);
    if (cases.empty() || cases.back() != name) cases.push_back(std::move(name));
  }
  return cases;
}

void print_mutants(const std::vector<TestCase>& tests, const KillMatrix& matrix) {
  fmt::print("{:<36} {:<12} {:>6} {:>6} {:>6}  {}\n", "mutant", "formula", "asked",
             "killed", "cases", "what it does");
  for (std::size_t k = 0; k < mutants().size(); ++k) {
    const Mutant& mutant = mutants()[k];
    fmt::print("{:<36} {:<12} {:>6} {:>6} {:>6}  {}\n", mutant.name, mutant.formula,
               matrix.asked(k), matrix.kills(k), killers(tests, matrix, k).size(),
               mutant.about);
  }
}

void print_json(const std::vector<TestCase>& tests, const KillMatrix& matrix) {
  for (std::size_t k = 0; k < mutants().size(); ++k) {
    const nlohmann::ordered_json line{{"mutant", mutants()[k].name},
                                      {"formula", mutants()[k].formula},
                                      {"asked", matrix.asked(k)},
                                      {"killed", matrix.kills(k)},
                                      {"killed_by", killers(tests, matrix, k)}};
    fmt::print("{}\n", line.dump());
  }
}

std::map<std::string, CaseTally> tally_cases(const std::vector<TestCase>& tests,
                                             const KillMatrix& matrix) {
  std::map<std::string, CaseTally> cases;
  for (std::size_t test = 0; test < tests.size(); ++test) {
    CaseTally& tally = cases[case_of(tests[test])];
    for (std::size_t k = 0; k < mutants().size(); ++k) {
      const Fate fate = matrix.fate(k, test);
      tally.is_asked = tally.is_asked || fate != Fate::not_asked;
      if (fate == Fate::killed) tally.killed.insert(mutants()[k].name);
    }
  }
  return cases;
}

struct MutantsArguments {
  TestFilter filter;
  std::string policy;
  bool as_json = false;
};

/// The policy of that name; null for none.
const Policy* chosen_policy(const std::string& name) {
  if (name.empty()) return nullptr;
  const Policy* policy = find_policy(name);
  if (policy != nullptr) return policy;
  std::string known;
  for (const Policy& each : policies()) {
    known += (known.empty() ? "" : ", ") + std::string(each.name);
  }
  throw UsageError(fmt::format("no policy '{}'; there are {}", name, known));
}

/// Prints the matrix from both sides, by mutants and by cases.
void print_matrix(const std::vector<TestCase>& tests, const KillMatrix& matrix) {
  print_mutants(tests, matrix);
  const std::map<std::string, CaseTally> cases = tally_cases(tests, matrix);
  std::size_t idle = 0;
  for (const auto& [name, tally] : cases) {
    if (!tally.killed.empty()) continue;
    if (idle++ == 0) fmt::print("\ncases that kill no mutant\n");
    fmt::print("  {}{}\n", name,
               tally.is_asked ? "" : ": nothing that a mutant changes");
  }
  fmt::print("\n{} mutants, {} tests of {} cases; {} cases kill none\n",
             mutants().size(), tests.size(), cases.size(), idle);
}

ExitStatus run_mutants(const MutantsArguments& arguments) {
  const std::vector<TestCase> tests = select_tests(arguments.filter);
  const KillMatrix matrix(tests, mutants(), chosen_policy(arguments.policy));
  arguments.as_json ? print_json(tests, matrix) : print_matrix(tests, matrix);
  std::size_t survivors = 0;
  for (std::size_t k = 0; k < mutants().size(); ++k) {
    if (matrix.asked(k) == 0 || matrix.kills(k) > 0) continue;
    ++survivors;
    fmt::print(stderr, "survives: {}\n", mutants()[k].name);
  }
  return survivors == 0 ? ExitStatus::good : ExitStatus::failure;
}

}  // namespace

void add_mutants_command(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<MutantsArguments>();
  CLI::App* command = app.add_subcommand(
      "mutants", "Answer cases as each mutant would, and see which cases notice");
  command->add_option(
      "CASE", arguments->filter.cases,
      "files, folders, FILE#case, FILE#case[dtype,direction]; none: the "
      "cases that came with the program, except those tagged full");
  command->add_option(
      "--policy", arguments->policy,
      "judge by another suite's rule, of `list policies`, instead of ours");
  command->add_flag("--json", arguments->as_json, "an object a line for each mutant");
  command->callback([arguments, &action] {
    action = [arguments] { return run_mutants(*arguments); };
  });
}

}  // namespace truenorm
