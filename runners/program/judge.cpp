// SPDX-License-Identifier: Apache-2.0
// Verdicts: of the process, of the score, and of what was known before.
#include "runners/program/judge.hpp"

#include <chrono>

#include "oracle/policies.hpp"

namespace truenorm {
namespace {

struct VerdictOf {
  Verdict operator()(const Answered&) const { return Verdict::pass; }
  Verdict operator()(const Unsupported&) const { return Verdict::unsupported; }
  Verdict operator()(const RunnerError&) const { return Verdict::runner_error; }
  Verdict operator()(const ProtocolViolation&) const { return Verdict::protocol_error; }
  Verdict operator()(const Crashed&) const { return Verdict::crashed; }
  Verdict operator()(const TimedOut&) const { return Verdict::timed_out; }
  Verdict operator()(const OutOfMemory&) const { return Verdict::out_of_memory; }
};

void append_line(std::string& log, const std::string& line) {
  if (line.empty()) return;
  if (!log.empty() && log.back() != '\n') log += '\n';
  log += line;
}

void add_policies(Result& result, const Question& question, const Tensor& answer) {
  const std::vector<std::optional<bool>> verdicts =
      policy_verdicts(question, result.output, answer, *result.score);
  for (std::size_t k = 0; k < verdicts.size(); ++k) {
    result.policies.emplace(policies()[k].name, verdicts[k]);
  }
}

void score_output(Result& result, const TestCase& test, const Question& question,
                  const Tensor& answer) {
  const auto start = std::chrono::steady_clock::now();
  result.score = score(question, result.output, answer, test.criteria(result.output));
  add_policies(result, question, answer);
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
  result.seconds.oracle = spent.count();
  result.verdict = result.score->passes ? Verdict::pass : Verdict::fail;
}

/// Whether the known entry covers how badly the output failed.
bool covers(const Known& known, const Result& result) {
  if (known.verdict != name(result.verdict)) return false;
  if (!known.limit_excess) return true;
  return result.score && result.score->special.failures() == 0 &&
         (!result.score->excess || result.score->excess->max <= *known.limit_excess);
}

void apply_known(Result& result, const TestCase& test,
                 const std::string& library_version) {
  for (const Known& known : test.known) {
    if (!known.matches(result.runner, library_version, result.dtype, result.direction,
                       result.output)) {
      continue;
    }
    if (result.verdict == Verdict::pass) {
      result.actual = Verdict::pass;
      result.verdict = Verdict::unexpected_pass;
      append_line(result.log, "known to fail: " + known.because);
      return;
    }
    if (covers(known, result)) {
      result.actual = result.verdict;
      result.verdict = Verdict::known_failure;
      append_line(result.log, "known: " + known.because +
                                  (known.link.empty() ? "" : " (" + known.link + ")"));
      return;
    }
  }
}

}  // namespace

Question question_for(const TestCase& test, const protocol::Hello& hello) {
  if (hello.attribute_dtype.empty()) return test.question;
  const std::optional<Format> format = find_format(hello.attribute_dtype);
  if (!format) return test.question;
  Attributes attributes = test.question.attributes();
  for (auto& [attribute, value] : attributes) {
    if (auto* real = std::get_if<Rational>(&value)) {
      *real = exact(round_to_nearest(*format, *real));
    }
  }
  return {test.question.op(), test.question.direction(), std::move(attributes),
          test.question.inputs(), test.question.zero_scale_gradient()};
}

std::vector<Result> judge(const TestCase& test, const Question& question,
                          const std::string& runner, const protocol::Hello& hello,
                          const Reply& reply) {
  std::vector<Result> results;
  for (const std::string& output : test.outputs) {
    Result result;
    result.test = test.name;
    result.op = question.op().name;
    result.direction = name(question.direction());
    result.dtype = test.dtype();
    result.runner = runner;
    result.output = output;
    result.inputs_digest = test.inputs_digest;
    result.selection = test.place.file + test.name.substr(test.name.find('#'));
    result.tolerance = test.criteria(output).tolerance;
    result.seconds.answer = reply.timing.answer_seconds;
    result.seconds.transport = reply.timing.transport_seconds;
    result.verdict = std::visit(VerdictOf{}, reply.outcome);
    append_line(result.log, explanation(reply.outcome));
    if (const auto* answered = std::get_if<Answered>(&reply.outcome)) {
      const auto answer = answered->outputs.find(output);
      if (answer == answered->outputs.end()) {
        result.verdict = Verdict::unsupported;
        append_line(result.log, "the library does not expose " + output);
      } else {
        score_output(result, test, question, answer->second);
      }
    }
    append_line(result.log, reply.log);
    apply_known(result, test, hello.library_version);
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace truenorm
