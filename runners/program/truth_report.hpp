// SPDX-License-Identifier: Apache-2.0
// What `truenorm truth` tells of a test: its true values, for programs and for people.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "oracle/stages.hpp"
#include "oracle/truth.hpp"

namespace truenorm {

/// One output, whole.
///
/// values   row-major; truths are settled in `format`, texts have 30 significant digits
struct OutputTruth {
  std::string name;
  Format format;
  Shape shape;
  std::vector<Truth> truths;
  std::vector<std::string> texts;
};

/// The true values of an output, in the dtype that its runners prefer.
[[nodiscard]] OutputTruth output_truth(const Question& question,
                                       const std::string& output);

struct TruthReport {
  std::string test;  ///< its full name
  std::vector<OutputTruth> outputs;
  std::optional<std::vector<Stage>> stages;  ///< none if nobody asked for them
};

/// One line, without its end, as truth.schema.json says.
[[nodiscard]] std::string json_line(const TruthReport& report);

/// How many elements of a tensor a person gets to see.
inline constexpr std::size_t most_elements_shown = 64;

/// The test's name, then a table for each output and stage, with at most
/// most_elements_shown rows; where there are more, a line says so.
[[nodiscard]] std::string tables(const TruthReport& report);

/// The value with as few significant digits as tell it from every other of the format,
/// or nan, inf, -inf.
[[nodiscard]] std::string shortest_decimal(const Format& format, double value);

}  // namespace truenorm
