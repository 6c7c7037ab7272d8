// SPDX-License-Identifier: Apache-2.0
// What a runner's answers make of the laws.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "oracle/laws.hpp"
#include "runners/program/judge.hpp"
#include "runners/program/law_reports.hpp"
#include "runners/program/progress.hpp"
#include "runners/program/test_run.hpp"

namespace truenorm {
namespace {

/// As many rows of a test are asked alone.
constexpr std::size_t most_rows = 16;

/// What became of a law over all of a runner's answers.
struct Tally {
  std::int64_t statements = 0;
  std::int64_t compared = 0;
  std::int64_t violations = 0;
  double largest = 0;  ///< measured over allowed, or bits that differ
};

using Tallies = std::map<std::string_view, Tally>;

/// One runner, asked question after question.
class Asking {
 public:
  explicit Asking(StartedRunner& runner) : runner_(runner) {}

  /// The outputs that came back; none if nothing did.
  Tensors ask(const Question& question) {
    const std::vector<std::string> outputs = question.outputs();
    const std::string id = fmt::format("law-{}", ++requests_);
    Reply reply = runner_.supervisor->ask(make_request(id, question, outputs),
                                          expected_outputs(question, outputs));
    auto* answered = std::get_if<Answered>(&reply.outcome);
    if (answered == nullptr) {
      ++unanswered_[explanation(reply.outcome)];
      return {};
    }
    ++answers_;
    return std::move(answered->outputs);
  }

  [[nodiscard]] std::int64_t answers() const { return answers_; }
  [[nodiscard]] const std::map<std::string, std::int64_t>& unanswered() const {
    return unanswered_;
  }

 private:
  StartedRunner& runner_;
  std::int64_t requests_ = 0;
  std::int64_t answers_ = 0;
  std::map<std::string, std::int64_t> unanswered_;
};

std::vector<LawMeasure> measure(Asking& asking, const TestCase& test,
                                const Question& question) {
  Tensors answers;
  for (const Question& related : law_questions(question)) {
    for (auto& [output, tensor] : asking.ask(related)) {
      answers.emplace(output, std::move(tensor));
    }
  }
  if (answers.empty()) return {};
  std::vector<LawMeasure> measures =
      measure_laws(question, answers, test.criteria("y"));
  std::vector<Question> rows = single_rows(question);
  if (rows.size() > 1) {
    std::vector<Tensors> row_answers(rows.size());
    for (std::size_t row = 0; row < std::min(rows.size(), most_rows); ++row) {
      row_answers[row] = asking.ask(rows[row]);
    }
    measures.push_back(measure_batch_invariance(question, answers, row_answers));
  }
  return measures;
}

void print_measure(const LawMeasure& measure) {
  fmt::print("  {:<20} {:<60} measured {:.4g}, allowed {:.4g}{}\n", measure.law,
             measure.statement, measure.measured, measure.allowed,
             measure.passes ? "" : ", BROKEN at " + measure.worst);
}

Tallies ask_all(StartedRunner& runner, Asking& asking,
                const std::vector<TestCase>& tests) {
  Tallies tallies;
  Progress progress(tests.size());
  for (const TestCase& test : tests) {
    const Question question = question_for(test, runner.supervisor->hello());
    const std::vector<LawMeasure> measures = measure(asking, test, question);
    const bool is_broken = std::any_of(measures.begin(), measures.end(),
                                       [](const LawMeasure& m) { return !m.passes; });
    if (tests.size() == 1 || is_broken) {
      fmt::print("{}: {}\n", runner.choice.name, test.name);
    }
    for (const LawMeasure& each : measures) {
      Tally& tally = tallies[each.law];
      ++tally.statements;
      tally.compared += each.compared;
      tally.violations += each.passes ? 0 : 1;
      tally.largest = std::max(tally.largest, each.measured);
      if (tests.size() == 1 || !each.passes) print_measure(each);
    }
    progress.step();
  }
  return tallies;
}

/// Whether the runner keeps every law, and was asked at least one.
bool print_runner(StartedRunner& runner, const std::vector<TestCase>& tests) {
  Asking asking(runner);
  const Tallies tallies = ask_all(runner, asking, tests);
  fmt::print("{:<30} {:>10} {:>11} {:>10} {:>12}\n", "law (" + runner.choice.name + ")",
             "statements", "comparisons", "broken", "largest");
  std::int64_t broken = 0;
  for (const auto& [law, tally] : tallies) {
    broken += tally.violations;
    fmt::print("{:<30} {:>10} {:>11} {:>10} {:>12.4g}\n", law, tally.statements,
               tally.compared, tally.violations, tally.largest);
  }
  for (const auto& [why, count] : asking.unanswered()) {
    fmt::print("{} not answered: {}\n", count, why);
  }
  fmt::print("{} answers, {} laws broken\n", asking.answers(), broken);
  return broken == 0 && asking.answers() > 0;
}

}  // namespace

bool print_runners_laws(const std::vector<TestCase>& tests,
                        const std::vector<std::string>& runners,
                        const SupervisorLimits& limits) {
  bool all_hold = true;
  for (StartedRunner& runner : start_runners(choose_runners(runners), limits)) {
    all_hold = print_runner(runner, tests) && all_hold;
  }
  return all_hold;
}

}  // namespace truenorm
