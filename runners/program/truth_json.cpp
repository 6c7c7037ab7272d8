// SPDX-License-Identifier: Apache-2.0
// True values as a line of JSON.
#include <nlohmann/json.hpp>

#include "runners/program/truth_report.hpp"

namespace truenorm {
namespace {

// Keys keep the order in which they are added.
using Json = nlohmann::ordered_json;

Json output_json(const OutputTruth& output) {
  Json rounded = Json::array();
  Json settled = Json::array();
  for (const Truth& truth : output.truths) {
    rounded.push_back(hex_float(truth.rounded));
    settled.push_back(name(truth.level));
  }
  return {{"dtype", output.format.name},
          {"shape", output.shape},
          {"truth", output.texts},
          {"rounded", std::move(rounded)},
          {"settled", std::move(settled)}};
}

}  // namespace

std::string json_line(const TruthReport& report) {
  Json outputs = Json::object();
  for (const OutputTruth& output : report.outputs) {
    outputs[output.name] = output_json(output);
  }
  Json line{{"case", report.test}, {"outputs", std::move(outputs)}};
  if (report.stages) {
    Json& stages = line["stages"] = Json::object();
    for (const Stage& stage : *report.stages) {
      stages[stage.name] = {{"shape", stage.shape}, {"truth", stage.truth}};
    }
  }
  return line.dump();
}

}  // namespace truenorm
