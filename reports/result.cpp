// SPDX-License-Identifier: Apache-2.0
// Names of verdicts, and what verdicts mean for a whole run.
#include "reports/result.hpp"

#include <algorithm>
#include <array>

namespace truenorm {

namespace {

constexpr std::array all_verdicts{Verdict::pass,           Verdict::fail,
                                  Verdict::unsupported,    Verdict::crashed,
                                  Verdict::timed_out,      Verdict::out_of_memory,
                                  Verdict::protocol_error, Verdict::runner_error,
                                  Verdict::known_failure,  Verdict::unexpected_pass};

void add_if_new(std::vector<std::string>& names, const std::string& name) {
  if (std::ranges::find(names, name) == names.end()) names.push_back(name);
}

}  // namespace

std::string_view name(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return "pass";
    case Verdict::fail:
      return "fail";
    case Verdict::unsupported:
      return "unsupported";
    case Verdict::crashed:
      return "crashed";
    case Verdict::timed_out:
      return "timed_out";
    case Verdict::out_of_memory:
      return "out_of_memory";
    case Verdict::protocol_error:
      return "protocol_error";
    case Verdict::runner_error:
      return "runner_error";
    case Verdict::known_failure:
      return "known_failure";
    case Verdict::unexpected_pass:
      return "unexpected_pass";
  }
  return "";
}

std::span<const Verdict> verdicts() { return all_verdicts; }

std::optional<Verdict> find_verdict(std::string_view name_to_find) {
  for (const Verdict verdict : all_verdicts) {
    if (name(verdict) == name_to_find) return verdict;
  }
  return std::nullopt;
}

bool is_scored(Verdict verdict) {
  return verdict == Verdict::pass || verdict == Verdict::fail;
}

bool fails_a_run(Verdict verdict, Strictness strictness) {
  switch (verdict) {
    case Verdict::pass:
    case Verdict::unsupported:
    case Verdict::known_failure:
      return false;
    case Verdict::unexpected_pass:
      return strictness == Strictness::strict;
    case Verdict::fail:
    case Verdict::crashed:
    case Verdict::timed_out:
    case Verdict::out_of_memory:
    case Verdict::protocol_error:
    case Verdict::runner_error:
      return true;
  }
  return true;
}

std::vector<std::string> runners(const std::vector<Record>& records) {
  std::vector<std::string> names;
  for (const Record& record : records) {
    if (const auto* runner = std::get_if<RunnerRecord>(&record)) {
      add_if_new(names, runner->runner);
    } else if (const auto* result = std::get_if<Result>(&record)) {
      add_if_new(names, result->runner);
    }
  }
  return names;
}

std::vector<std::string> unjudged_runners(const std::vector<Record>& records) {
  std::vector<std::string> names = runners(records);
  for (const Record& record : records) {
    const auto* result = std::get_if<Result>(&record);
    if (result != nullptr && result->verdict != Verdict::unsupported) {
      std::erase(names, result->runner);
    }
  }
  return names;
}

bool run_fails(const std::vector<Record>& records, Strictness strictness) {
  const bool has_failure = std::ranges::any_of(records, [&](const Record& record) {
    const auto* result = std::get_if<Result>(&record);
    return result != nullptr && fails_a_run(result->verdict, strictness);
  });
  return has_failure || !unjudged_runners(records).empty();
}

}  // namespace truenorm
