// SPDX-License-Identifier: Apache-2.0
// truenorm run: puts runners to the test.
#include <fmt/core.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string_view>
#include <thread>

#include "reports/junit.hpp"
#include "reports/results_file.hpp"
#include "reports/terminal.hpp"
#include "runners/program/commands.hpp"
#include "runners/program/output_folder.hpp"
#include "runners/program/progress.hpp"
#include "runners/program/test_run.hpp"
#include "runners/program/test_selection.hpp"
#include "runners/program/usage_error.hpp"

namespace truenorm {
namespace {

constexpr std::size_t most_failures_shown = 20;

struct RunArguments {
  TestFilter filter;
  std::vector<std::string> runners;
  std::string out = "truenorm-out";
  std::string shard;
  std::size_t jobs = std::max(1U, std::thread::hardware_concurrency());
  double timeout_seconds = 60;
  std::uint64_t memory_bytes = 0;  ///< 0: the default
  bool is_strict = false;

  [[nodiscard]] Strictness strictness() const {
    return is_strict ? Strictness::strict : Strictness::lenient;
  }
};

/// The number that the whole text writes; 0 if it writes none.
std::size_t positive(std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

/// I/N, both from 1.
void read_shard(std::string_view shard, TestFilter& filter) {
  const auto slash = shard.find('/');
  if (slash != std::string_view::npos) {
    filter.shard = positive(shard.substr(0, slash));
    filter.shards = positive(shard.substr(slash + 1));
  }
  if (slash == std::string_view::npos || filter.shard < 1 ||
      filter.shard > filter.shards) {
    throw UsageError("--shard " + std::string(shard) +
                     ": must be I/N with 1 <= I <= N");
  }
}

SupervisorLimits limits_of(const RunArguments& arguments) {
  SupervisorLimits limits;
  limits.request = std::chrono::milliseconds(
      static_cast<std::int64_t>(std::ceil(arguments.timeout_seconds * 1000)));
  if (arguments.memory_bytes != 0) limits.memory_bytes = arguments.memory_bytes;
  return limits;
}

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

Color color_of_stdout() {
  const bool is_wanted =
      std::getenv("NO_COLOR") == nullptr && isatty(STDOUT_FILENO) == 1;
  return is_wanted ? Color::always : Color::never;
}

RunnerRecord record_of(const StartedRunner& runner) {
  const protocol::Hello& hello = runner.supervisor->hello();
  return {runner.choice.name,    hello.version, hello.library,
          hello.library_version, hello.device,  hello.attribute_dtype};
}

/// Where results go as they come: the file, and what the reports at the end are made of.
class Recorder {
 public:
  explicit Recorder(const std::filesystem::path& file) : writer_(file) {}

  void record(Record entry) {
    writer_.write(entry);
    records_.push_back(std::move(entry));
  }

  [[nodiscard]] const std::vector<Record>& records() const { return records_; }

 private:
  ResultsWriter writer_;
  std::vector<Record> records_;
};

EndRecord end_record(const std::vector<Record>& records) {
  EndRecord end;
  for (const Record& record : records) {
    if (const auto* result = std::get_if<Result>(&record)) {
      ++end.verdicts[std::string(name(result->verdict))];
    }
  }
  return end;
}

void write_file(const std::filesystem::path& file, const std::string& content) {
  std::ofstream stream(file, std::ios::binary);
  stream << content;
  stream.close();
  if (!stream) throw UsageError(file.string() + ": cannot be written");
}

void print_report(const std::vector<Record>& records, Strictness strictness) {
  const Color color = color_of_stdout();
  std::size_t failures = 0;
  for (const Record& record : records) {
    const auto* result = std::get_if<Result>(&record);
    if (result == nullptr || !fails_a_run(result->verdict, strictness)) continue;
    if (failures++ < most_failures_shown) {
      fmt::print("{}\n", failure_text(*result, color));
    }
  }
  if (failures > most_failures_shown) {
    fmt::print("... and {} more failures; results.jsonl has them all\n\n",
               failures - most_failures_shown);
  }
  fmt::print("{}\n{}\n", summary_table(records, color),
             closing_line(records, strictness));
}

ExitStatus run(const RunArguments& arguments, const std::vector<std::string>& words) {
  const auto start = std::chrono::steady_clock::now();
  const std::vector<TestCase> tests = select_tests(arguments.filter);
  const SupervisorLimits limits = limits_of(arguments);
  std::vector<StartedRunner> runners =
      start_runners(choose_runners(arguments.runners), limits);

  const std::filesystem::path folder = arguments.out;
  prepare_output_folder(folder);
  Recorder recorder(folder / "results.jsonl");
  recorder.record(RunRecord{TRUENORM_VERSION, host_name(), words});
  for (const StartedRunner& runner : runners) recorder.record(record_of(runner));

  std::int64_t restarts = 0;
  {
    Progress progress(tests.size() * runners.size());
    restarts = run_tests(tests, std::move(runners), {limits, arguments.jobs},
                         [&](const std::vector<Result>& results) {
                           for (const Result& result : results) recorder.record(result);
                           progress.step();
                         });
  }
  EndRecord end = end_record(recorder.records());
  end.restarts = restarts;
  end.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  recorder.record(end);
  write_file(folder / "junit.xml",
             junit_xml(recorder.records(), arguments.strictness()));
  print_report(recorder.records(), arguments.strictness());
  return run_fails(recorder.records(), arguments.strictness()) ? ExitStatus::failure
                                                               : ExitStatus::good;
}

}  // namespace

void add_run_command(CLI::App& app, const std::vector<std::string>& words,
                     Action& action) {
  auto arguments = std::make_shared<RunArguments>();
  CLI::App* command = app.add_subcommand("run", "Put runners to the test");
  const auto repeatable = [](CLI::Option* option) {
    return option->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->allow_extra_args(false);
  };
  command->add_option(
      "CASE", arguments->filter.cases,
      "files, folders, FILE#case, FILE#case[dtype,direction]; none: the "
      "cases that came with the program, except those tagged full");
  repeatable(
      command->add_option("--runner", arguments->runners,
                          "a name from `list runners`, NAME:VARIANT, or the path "
                          "of a program (reference)"));
  repeatable(command->add_option("--op", arguments->filter.operators,
                                 "only tests of this operator"));
  repeatable(command->add_option("--dtype", arguments->filter.dtypes,
                                 "only tests whose x has this dtype"));
  repeatable(
      command->add_option("--tag", arguments->filter.tags, "only tests with this tag"));
  command->add_option("--filter", arguments->filter.glob,
                      "only tests whose name matches; * and ? are wild");
  command->add_option("--out", arguments->out, "folder for the results")
      ->capture_default_str();
  command->add_option("--jobs", arguments->jobs, "tests in flight")
      ->check(CLI::Range(1, 1024));
  command->add_option("--timeout", arguments->timeout_seconds, "seconds for an answer")
      ->check(CLI::Range(0.001, 1e6))
      ->capture_default_str();
  command
      ->add_option("--memory", arguments->memory_bytes,
                   "resident memory of a runner, such as 4GB (half of the machine's)")
      ->transform(CLI::AsSizeValue(false));
  command->add_option("--shard", arguments->shard, "I/N: every Nth test, from the Ith");
  command->add_flag("--strict", arguments->is_strict,
                    "an unexpected pass fails the run");
  command->callback([arguments, words, &action] {
    action = [arguments, words] {
      if (arguments->runners.empty()) arguments->runners = {"reference"};
      if (!arguments->shard.empty()) read_shard(arguments->shard, arguments->filter);
      return run(*arguments, words);
    };
  });
}

}  // namespace truenorm
