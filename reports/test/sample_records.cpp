// SPDX-License-Identifier: Apache-2.0
// The fixed run, record by record.
#include "reports/test/sample_records.hpp"

#include <limits>

namespace truenorm {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

Score good_score() {
  Score score;
  score.count = 96;
  score.ulp = UlpSummary{0.5, 0.25, 0.2421875, 0.4921875, -0.001};
  score.excess = ExcessSummary{0.96, 0.5};
  score.effective_bits = EffectiveBits{24.5, true};
  score.correctly_rounded = 95;
  score.faithful = 96;
  score.grade = Grade::faithful;
  score.settled = {94, 2, 0};
  score.conditioning = 1.25;
  score.worst = {
      {{1, 7}, "1.00000005960464477539062500000e+00", 1.0, 0x1.000002p+0, 0.5, 0.96}};
  return score;
}

Score cancelled_score() {
  Score score;
  score.count = 3;
  score.passes = false;
  score.ulp = UlpSummary{4342201, 2171100.5, 4342201, 4342201, 0};
  score.excess = ExcessSummary{1234567.5, 617283.75};
  score.effective_bits = EffectiveBits{2.3125, false};
  score.grade = Grade::unstable;
  score.settled = {3, 0, 0};
  score.conditioning = 5016.97;
  score.worst = {{{0},
                  "-1.22474487139158904909864203735e+00",
                  -0x1.398848p+0,
                  -0x1.6a09aap-1,
                  4342201,
                  1234567.5},
                 {{2},
                  "1.22474487139158904909864203735e+00",
                  0x1.398848p+0,
                  0x1.6a09aap-1,
                  -4342201,
                  1234567.5}};
  return score;
}

Score score_with_nan() {
  Score score;
  score.count = 4;
  score.passes = false;
  score.effective_bits = EffectiveBits{0, false};
  score.grade = Grade::unstable;
  score.special.spurious_nan = 3;
  score.special.missed_inf = 1;
  score.settled = {0, 4, 0};
  score.conditioning = not_a_number;
  score.worst = {
      {{0, 0}, "2.50000000000000000000000000000e-01", 0.25, not_a_number, {}, {}},
      {{0, 1}, "7.00000000000000000000000000000e+04", infinity, 65504, {}, {}}};
  return score;
}

Score infinite_score() {
  Score score = good_score();
  score.passes = false;
  score.ulp = UlpSummary{infinity, infinity, 0, infinity, -infinity};
  score.excess = ExcessSummary{infinity, infinity};
  score.effective_bits = EffectiveBits{-infinity, false};
  score.grade = Grade::unstable;
  score.conditioning = infinity;
  score.worst = {{{}, "0", 0, -infinity, -infinity, infinity}};
  return score;
}

Result result(const std::string& runner, const std::string& op, const std::string& name,
              const std::string& dtype, Verdict verdict) {
  Result made;
  made.test = op + "/sample.yaml#" + name + "[" + dtype + ",forward]";
  made.op = op;
  made.direction = "forward";
  made.dtype = dtype;
  made.runner = runner;
  made.output = "y";
  made.verdict = verdict;
  made.seconds = {0.25, 0.5, 0.125};
  made.inputs_digest = "0123456789abcdef";
  made.tolerance = Tolerance{};
  return made;
}

Result scored(Result result, const Score& score) {
  result.score = score;
  result.policies = {{"onnx", true}, {"torch", score.passes}, {"wpt", std::nullopt}};
  return result;
}

Result logged(Result result, const std::string& log) {
  result.log = log;
  return result;
}

Result actually(Result result, Verdict verdict) {
  result.actual = verdict;
  return result;
}

std::vector<Record> records_of_torch() {
  const std::string torch = "torch";
  std::vector<Record> records;
  for (const char* dtype : {"float64", "float32", "bfloat16"}) {
    records.emplace_back(scored(
        result(torch, "layer_norm", "plain", dtype, Verdict::pass), good_score()));
  }
  Result statistic = scored(
      result(torch, "layer_norm", "plain", "float32", Verdict::pass), good_score());
  statistic.output = "rstd";
  statistic.score->effective_bits = EffectiveBits{22.0625, false};
  records.emplace_back(statistic);

  Result cancelled =
      scored(result(torch, "layer_norm", "cancellation", "float32", Verdict::fail),
             cancelled_score());
  cancelled.selection = "cases/it's/sample.yaml#cancellation[float32,forward]";
  cancelled.tolerance = Tolerance{2, 4, false};
  records.emplace_back(cancelled);

  records.emplace_back(
      scored(result(torch, "layer_norm", "overflow", "float16", Verdict::fail),
             score_with_nan()));
  records.emplace_back(scored(
      result(torch, "rms_norm", "huge", "float64", Verdict::fail), infinite_score()));
  records.emplace_back(
      scored(result(torch, "rms_norm", "empty", "float64", Verdict::pass), Score()));
  records.emplace_back(
      logged(result(torch, "rms_norm", "plain", "float16", Verdict::unsupported),
             "rms_norm needs a newer version\nWarning: this line is not the reason"));
  records.emplace_back(
      logged(result(torch, "rms_norm", "tiny", "float16", Verdict::unsupported),
             "rms_norm needs a newer version"));
  Result gradient =
      logged(result(torch, "layer_norm", "plain", "float32", Verdict::unsupported),
             "vjp is not offered");
  gradient.test = "layer_norm/sample.yaml#plain[float32,vjp]";
  gradient.direction = "vjp";
  gradient.output = "dgamma";
  records.emplace_back(gradient);
  records.emplace_back(
      actually(scored(result(torch, "batch_norm_inference", "eps-outside-sqrt",
                             "float32", Verdict::known_failure),
                      cancelled_score()),
               Verdict::fail));
  records.emplace_back(
      actually(logged(result(torch, "batch_norm_inference", "zero-batch", "float32",
                             Verdict::known_failure),
                      "signal 8"),
               Verdict::crashed));
  records.emplace_back(actually(scored(result(torch, "batch_norm_inference", "mended",
                                              "float16", Verdict::unexpected_pass),
                                       good_score()),
                                Verdict::pass));
  return records;
}

std::vector<Record> records_of_broken() {
  const std::string broken = "/opt/my runners/broken";
  std::vector<Record> records;
  records.emplace_back(
      logged(result(broken, "layer_norm", "plain", "float32", Verdict::crashed),
             "signal 11\n\x1b[31mred\x1b[0m <&> ]]> \xff\xfe \"caf\xc3\xa9\"\r\n"));
  records.emplace_back(
      logged(result(broken, "layer_norm", "slow", "float32", Verdict::timed_out),
             "no answer in 60 s"));
  records.emplace_back(
      logged(result(broken, "layer_norm", "big", "float32", Verdict::out_of_memory),
             "4.1 GiB resident, 4 GiB allowed"));
  records.emplace_back(
      logged(result(broken, "layer_norm", "shape", "float32", Verdict::protocol_error),
             "y: shape [2], not [3]"));
  records.emplace_back(
      logged(result(broken, "layer_norm", "refuses", "float32", Verdict::runner_error),
             "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12"));
  return records;
}

}  // namespace

Result sample_result() {
  Result made = result("torch:compile", "layer_norm", "numbers", "float32",
                       Verdict::known_failure);
  made.actual = Verdict::fail;
  made.seconds = {1.5, 2.25, 0.1};
  made.log = "two\nlines";
  Score score;
  score.count = 101;
  score.passes = false;
  score.ulp = UlpSummary{1.1, 2.2, 3.3, 4.4, -5.5};
  score.excess = ExcessSummary{6.6, 7.7};
  score.effective_bits = EffectiveBits{8.8, true};
  score.correctly_rounded = 102;
  score.faithful = 103;
  score.blind = 104;
  score.range = 105;
  score.grade = Grade::stable;
  score.special = {201, 202, 203, 204, 205, 206, 207};
  score.settled = {301, 302, 303};
  score.conditioning = 9.9;
  score.worst = {{{4, 5}, "1.1e-45", 0x1p-149, -0x1p-1074, 1e300, 0.1},
                 {{}, "nan", not_a_number, -0.0, {}, {}}};
  return scored(made, score);
}

std::vector<Record> sample_records() {
  std::vector<Record> records{
      RunRecord{"0.1.0", "Linux x86-64", {"run", "--runner", "torch", "a \"case\""}},
      RunnerRecord{"torch", "0.1.0", "PyTorch", "2.1.0", "cpu", ""},
      RunnerRecord{"/opt/my runners/broken", "1", "broken", "", "", "float32"},
      RunnerRecord{"silent", "1", "silence", "4.33", "cpu", ""}};
  for (const Record& record : records_of_torch()) records.push_back(record);
  for (const Record& record : records_of_broken()) records.push_back(record);
  EndRecord end;
  for (const Record& record : records) {
    if (const auto* result = std::get_if<Result>(&record)) {
      ++end.verdicts[std::string(name(result->verdict))];
    }
  }
  end.restarts = 3;
  end.seconds = 61.5;
  records.emplace_back(end);
  return records;
}

}  // namespace truenorm
