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
#include "runners/program/policy_comparison.hpp"
#include "runners/program/progress.hpp"
#include "runners/program/test_selection.hpp"
#include "runners/program/usage_error.hpp"

namespace truenorm {
namespace {

/// FILE#case, whose tests differ in dtype and direction.
std::string case_of(const TestCase& test) { return test.file + "#" + test.case_name; }

struct CaseTally {
  bool is_asked = false;
  std::string excuse;  ///< why the case need not kill a mutant, if it says so
  std::set<std::string_view> killed;
};

/// The judge whose fates are printed: the policy that was named, or else us.
std::size_t shown_judge(const KillMatrix& matrix) { return matrix.judges().size() - 1; }

/// The cases that kill a mutant, in their order.
std::vector<std::string> killers(const std::vector<TestCase>& tests,
                                 const KillMatrix& matrix, std::size_t mutant) {
  const std::size_t judge = shown_judge(matrix);
  std::vector<std::string> cases;
  for (std::size_t test = 0; test < tests.size(); ++test) {
    if (matrix.fate(mutant, test, judge) != Fate::killed) continue;
    std::string name = case_of(tests[test]);
    if (cases.empty() || cases.back() != name) cases.push_back(std::move(name));
  }
  return cases;
}

void print_mutants(const std::vector<TestCase>& tests, const KillMatrix& matrix) {
  const std::size_t judge = shown_judge(matrix);
  const bool has_policy = matrix.judges()[judge] != ours;
  const auto passed = [&](const auto& text) {
    return has_policy ? fmt::format(" {:>7}", text) : "";
  };
  fmt::print("{:<36} {:<12} {:>6} {:>6} {:>6}{}  {}\n", "mutant", "formula", "asked",
             "killed", "cases", passed("through"), "what it does");
  for (std::size_t k = 0; k < mutants().size(); ++k) {
    const Mutant& mutant = mutants()[k];
    fmt::print("{:<36} {:<12} {:>6} {:>6} {:>6}{}  {}\n", mutant.name, mutant.formula,
               matrix.asked(k, judge), matrix.kills(k, judge),
               killers(tests, matrix, k).size(), passed(let_through(matrix, k, judge)),
               mutant.about);
  }
}

void print_json(const std::vector<TestCase>& tests, const KillMatrix& matrix) {
  const std::size_t judge = shown_judge(matrix);
  for (std::size_t k = 0; k < mutants().size(); ++k) {
    nlohmann::ordered_json line{{"mutant", mutants()[k].name},
                                {"formula", mutants()[k].formula},
                                {"asked", matrix.asked(k, judge)},
                                {"killed", matrix.kills(k, judge)},
                                {"killed_by", killers(tests, matrix, k)}};
    if (matrix.judges()[judge] != ours) {
      line["let_through"] = let_through(matrix, k, judge);
    }
    fmt::print("{}\n", line.dump());
  }
}

void print_policies(const KillMatrix& matrix) {
  fmt::print("{:<12} {:>15} {:>8} {:>8} {:>8} {:>8} {:>12} {:>13}\n", "judge",
             "mutants: killed", "survive", "no rule", "answers", "killed",
             "let through", "false alarms");
  for (const PolicyComparison& sum : compare_policies(matrix)) {
    fmt::print("{:<12} {:>15} {:>8} {:>8} {:>8} {:>8} {:>12} {:>13}\n",
               judge_name(sum.judge), sum.mutants_killed, sum.mutants_survive,
               sum.mutants_without_rule, sum.answers, sum.killed, sum.let_through,
               sum.false_alarms);
  }
}

void print_policies_json(const KillMatrix& matrix) {
  for (const PolicyComparison& sum : compare_policies(matrix)) {
    const nlohmann::ordered_json line{
        {"judge", judge_name(sum.judge)},
        {"mutants_killed", sum.mutants_killed},
        {"mutants_survive", sum.mutants_survive},
        {"mutants_without_rule", sum.mutants_without_rule},
        {"answers", sum.answers},
        {"killed", sum.killed},
        {"let_through", sum.let_through},
        {"false_alarms", sum.false_alarms}};
    fmt::print("{}\n", line.dump());
  }
}

std::map<std::string, CaseTally> tally_cases(const std::vector<TestCase>& tests,
                                             const KillMatrix& matrix) {
  const std::size_t judge = shown_judge(matrix);
  std::map<std::string, CaseTally> cases;
  for (std::size_t test = 0; test < tests.size(); ++test) {
    CaseTally& tally = cases[case_of(tests[test])];
    if (tests[test].catches_nothing) tally.excuse = tests[test].about;
    for (std::size_t k = 0; k < mutants().size(); ++k) {
      const Fate fate = matrix.fate(k, test, judge);
      tally.is_asked = tally.is_asked || fate != Fate::not_asked;
      if (fate == Fate::killed) tally.killed.insert(mutants()[k].name);
    }
  }
  return cases;
}

struct MutantsArguments {
  TestFilter filter;
  std::string policy;
  bool compares_policies = false;
  bool as_json = false;
};

Judge policy_of_name(const std::string& name) {
  const Policy* policy = find_policy(name);
  if (policy != nullptr) return policy;
  std::string known;
  for (const Policy& each : policies()) {
    known += (known.empty() ? "" : ", ") + std::string(each.name);
  }
  throw UsageError(fmt::format("no policy '{}'; there are {}", name, known));
}

std::vector<Judge> chosen_judges(const MutantsArguments& arguments) {
  std::vector<Judge> judges{ours};
  if (arguments.compares_policies) {
    for (const Policy& policy : policies()) judges.push_back(&policy);
  } else if (!arguments.policy.empty()) {
    judges.push_back(policy_of_name(arguments.policy));
  }
  return judges;
}

/// Prints the matrix from both sides, by mutants and by cases.
void print_matrix(const std::vector<TestCase>& tests, const KillMatrix& matrix) {
  print_mutants(tests, matrix);
  const std::map<std::string, CaseTally> cases = tally_cases(tests, matrix);
  std::size_t idle = 0;
  for (const auto& [name, tally] : cases) {
    if (!tally.killed.empty()) continue;
    if (idle++ == 0) fmt::print("\ncases that kill no mutant\n");
    if (!tally.excuse.empty()) {
      fmt::print("  {}, and need not: {}\n", name, tally.excuse);
    } else {
      fmt::print("  {}{}\n", name,
                 tally.is_asked ? "" : ": nothing that a mutant changes");
    }
  }
  fmt::print("\n{} mutants, {} tests of {} cases; {} cases kill none\n",
             mutants().size(), tests.size(), cases.size(), idle);
}

/// Whether a mutant that was asked passes every test; says which.
bool has_survivors(const KillMatrix& matrix) {
  const std::size_t judge = shown_judge(matrix);
  bool has_one = false;
  for (std::size_t k = 0; k < mutants().size(); ++k) {
    if (matrix.asked(k, judge) == 0 || matrix.kills(k, judge) > 0) continue;
    has_one = true;
    fmt::print(stderr, "survives: {}\n", mutants()[k].name);
  }
  return has_one;
}

ExitStatus run_mutants(const MutantsArguments& arguments) {
  const std::vector<Judge> judges = chosen_judges(arguments);
  const std::vector<TestCase> tests = select_tests(arguments.filter);
  Progress progress(tests.size());
  const KillMatrix matrix(tests, mutants(), judges, [&] { progress.step(); });
  if (arguments.compares_policies) {
    arguments.as_json ? print_policies_json(matrix) : print_policies(matrix);
    return ExitStatus::good;
  }
  if (arguments.as_json) {
    print_json(tests, matrix);
  } else {
    print_matrix(tests, matrix);
    if (judges.size() > 1) {
      fmt::print("\n");
      print_policies(matrix);
    }
  }
  return has_survivors(matrix) ? ExitStatus::failure : ExitStatus::good;
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
  CLI::Option* policy = command->add_option(
      "--policy", arguments->policy,
      "judge by another suite's rule, of `list policies`, and compare with ours");
  command
      ->add_flag("--policies", arguments->compares_policies,
                 "only the comparison, of every policy with ours")
      ->excludes(policy);
  command->add_flag("--json", arguments->as_json,
                    "an object a line for each mutant, or for each policy");
  command->callback([arguments, &action] {
    action = [arguments] { return run_mutants(*arguments); };
  });
}

}  // namespace truenorm
