// SPDX-License-Identifier: Apache-2.0
// Records to lines of results.jsonl.
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "oracle/format.hpp"
#include "reports/consistency.hpp"
#include "reports/results_file.hpp"

namespace truenorm {

namespace {

// Keys keep the order in which they are added.
using Json = nlohmann::ordered_json;

// JSON has no words of its own for these, and the library would write null.
Json real(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value;
}

Json real_or_null(const std::optional<double>& value) {
  return value ? real(*value) : Json(nullptr);
}

Json ulp_json(const UlpSummary& ulp) {
  return {{"max", real(ulp.max)},
          {"mean", real(ulp.mean)},
          {"p50", real(ulp.p50)},
          {"p99", real(ulp.p99)},
          {"bias", real(ulp.bias)}};
}

Json excess_json(const ExcessSummary& excess) {
  return {{"max", real(excess.max)}, {"mean", real(excess.mean)}};
}

Json bits_json(const EffectiveBits& bits) {
  return {{"bits", real(bits.bits)}, {"at_least", bits.at_least}};
}

Json special_json(const SpecialCounts& special) {
  return {{"spurious_nan", special.spurious_nan},
          {"spurious_inf", special.spurious_inf},
          {"missed_nan", special.missed_nan},
          {"missed_inf", special.missed_inf},
          {"wrong_inf", special.wrong_inf},
          {"nonfinite_kind", special.nonfinite_kind},
          {"signed_zero", special.signed_zero}};
}

Json settled_json(const SettledCounts& settled) {
  return {{"filter", settled.filter},
          {"refine", settled.refine},
          {"decide", settled.decide}};
}

Json worst_json(const std::vector<WorstElement>& worst) {
  Json list = Json::array();
  for (const WorstElement& element : worst) {
    list.push_back({{"index", element.index},
                    {"truth", element.truth},
                    {"expected", hex_float(element.expected)},
                    {"actual", hex_float(element.actual)},
                    {"ulp", real_or_null(element.error_ulps)},
                    {"excess", real_or_null(element.excess)}});
  }
  return list;
}

void add_score(Json& line, const Score& score) {
  const Json null;
  line["count"] = score.count;
  line["ulp"] = score.ulp ? ulp_json(*score.ulp) : null;
  line["excess"] = score.excess ? excess_json(*score.excess) : null;
  line["effective_bits"] =
      score.effective_bits ? bits_json(*score.effective_bits) : null;
  line["correctly_rounded"] = score.correctly_rounded;
  line["faithful"] = score.faithful;
  line["blind"] = score.blind;
  line["range"] = score.range;
  line["grade"] = score.grade ? Json(name(*score.grade)) : null;
  line["special"] = special_json(score.special);
  line["settled"] = settled_json(score.settled);
  line["conditioning"] = real_or_null(score.conditioning);
  line["worst"] = worst_json(score.worst);
}

Json policies_json(const Result& result) {
  if (!result.score) return nullptr;
  Json policies = Json::object();
  for (const auto& [policy, accepts] : result.policies) {
    policies[policy] = accepts ? Json(*accepts) : Json(nullptr);
  }
  return policies;
}

void add_no_score(Json& line) {
  for (const char* key :
       {"count", "ulp", "excess", "effective_bits", "correctly_rounded", "faithful",
        "blind", "range", "grade", "special", "settled", "conditioning", "worst"}) {
    line[key] = nullptr;
  }
}

Json json(const RunRecord& run) {
  return {{"type", "run"},
          {"version", run.version},
          {"host", run.host},
          {"arguments", run.arguments}};
}

Json json(const RunnerRecord& runner) {
  Json attribute_dtype;
  if (!runner.attribute_dtype.empty()) attribute_dtype = runner.attribute_dtype;
  return {{"type", "runner"},
          {"runner", runner.runner},
          {"version", runner.version},
          {"library", runner.library},
          {"library_version", runner.library_version},
          {"device", runner.device},
          {"attribute_dtype", attribute_dtype}};
}

Json json(const Result& result) {
  if (const std::string fault = contradiction(result); !fault.empty()) {
    throw std::invalid_argument(result.test + ": " + fault);
  }
  Json line = {{"type", "result"},        {"case", result.test},
               {"op", result.op},         {"direction", result.direction},
               {"dtype", result.dtype},   {"runner", result.runner},
               {"output", result.output}, {"verdict", name(result.verdict)}};
  if (result.actual) line["actual"] = name(*result.actual);
  if (result.score) {
    add_score(line, *result.score);
  } else {
    add_no_score(line);
  }
  line["diagnosis"] = Json::array();
  line["policies"] = policies_json(result);
  line["seconds"] = {{"oracle", real(result.seconds.oracle)},
                     {"answer", real(result.seconds.answer)},
                     {"transport", real(result.seconds.transport)}};
  line["inputs_digest"] = result.inputs_digest;
  line["log"] = result.log;
  return line;
}

Json json(const EndRecord& end) {
  return {{"type", "end"},
          {"verdicts", Json(end.verdicts)},
          {"restarts", end.restarts},
          {"seconds", real(end.seconds)}};
}

}  // namespace

std::string json_line(const Record& record) {
  const Json line = std::visit([](const auto& held) { return json(held); }, record);
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace truenorm
