// SPDX-License-Identifier: Apache-2.0
// Results as data: what a run says of one output of one test on one runner.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "oracle/score.hpp"

namespace truenorm {

enum class Verdict {
  pass,
  fail,
  unsupported,
  crashed,
  timed_out,
  out_of_memory,
  protocol_error,
  runner_error,
  known_failure,
  unexpected_pass,
};

[[nodiscard]] std::string_view name(Verdict verdict);
[[nodiscard]] std::optional<Verdict> find_verdict(std::string_view name);

/// Every verdict, in the order in which reports list them.
[[nodiscard]] std::span<const Verdict> verdicts();

/// Whether an answer came back and was scored.
[[nodiscard]] bool is_scored(Verdict verdict);

/// What an unexpected pass is worth: nothing bad, or a failure (`--strict`).
enum class Strictness { lenient, strict };

/// Whether the verdict makes `truenorm run` exit with 1.
[[nodiscard]] bool fails_a_run(Verdict verdict, Strictness strictness);

struct Seconds {
  double oracle = 0;
  double answer = 0;
  double transport = 0;
};

struct Result {
  std::string test;  ///< full test name
  std::string op;
  std::string direction;
  std::string dtype;
  std::string runner;  ///< with its variant, as it was asked for
  std::string output;
  Verdict verdict = Verdict::pass;
  /// Of known_failure and unexpected_pass: what it would have been.
  std::optional<Verdict> actual;
  std::optional<Score> score;  ///< none where nothing came back to be scored
  /// Of a scored answer, by policy: whether another suite would accept it; none where
  /// that has no rule.
  std::map<std::string, std::optional<bool>> policies;
  Seconds seconds;
  std::string inputs_digest;
  /// Why, where there is no score (unsupported because ..., signal 11, ...), and what the
  /// runner wrote to stderr.
  std::string log;

  // Known while the run lasts; results.jsonl does not hold them.
  std::optional<Tolerance> tolerance;  ///< what the answer had to keep
  /// The CASE argument that selects this test alone; empty: the test's name.
  std::string selection;

  /// What came of it before `known` was looked at.
  [[nodiscard]] Verdict actual_verdict() const { return actual.value_or(verdict); }
};

/// The first line: which program, where, asked what.
struct RunRecord {
  std::string version;
  std::string host;
  std::vector<std::string> arguments;
};

/// A runner's hello, as far as reports need it.
struct RunnerRecord {
  std::string runner;  ///< with its variant, as it was asked for
  std::string version;
  std::string library;
  std::string library_version;
  std::string device;
  /// "float32" where the library takes eps and momentum as float32; else empty.
  std::string attribute_dtype;
};

/// The last line of a run that came to its end.
struct EndRecord {
  std::map<std::string, std::int64_t> verdicts;  ///< counts by name
  std::int64_t restarts = 0;
  double seconds = 0;
};

using Record = std::variant<RunRecord, RunnerRecord, Result, EndRecord>;

/// The runners that records speak of, in the order in which they first appear.
[[nodiscard]] std::vector<std::string> runners(const std::vector<Record>& records);

/// The runners of which nothing was judged: no result, or unsupported ones only.
[[nodiscard]] std::vector<std::string> unjudged_runners(
    const std::vector<Record>& records);

/// Whether `truenorm run` exits with 1: a failing verdict, or an unjudged runner.
[[nodiscard]] bool run_fails(const std::vector<Record>& records, Strictness strictness);

}  // namespace truenorm
