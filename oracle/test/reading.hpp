// SPDX-License-Identifier: Apache-2.0
// A question read once: inputs as doubles, attributes as what a formula asks of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "oracle/question.hpp"
#include "oracle/test/twin_members.hpp"

namespace truenorm::twin {

enum class ScaleMode { inside, outside, floor, floor_inside };
enum class Power { one, two, infinity };

/// What the formulas of SPEC 2 to 4 need of a question, which must outlive it.
///
/// values   an input that is absent is an empty vector; every given one has elements
struct Reading {
  explicit Reading(const Question& question_read);

  const Question& question;
  Members members;

  ScaleMode scale_mode = ScaleMode::inside;
  Power power = Power::two;
  double gamma_offset = 0;
  bool clamps_variance = false;
  bool rounds_normalized = false;
  bool is_mean_of_squares = true;  ///< else a plain sum: m of SPEC 4 is 1

  std::vector<double> x;
  std::vector<double> gamma;
  std::vector<double> beta;
  std::vector<double> mean;
  std::vector<double> variance;
  std::vector<double> dy;
  std::vector<double> tangent_x;
  std::vector<double> tangent_gamma;
  std::vector<double> tangent_beta;
  std::vector<double> tangent_mean;
  std::vector<double> tangent_variance;
};

/// The elements of an input, or of none.
[[nodiscard]] std::vector<double> values_of(const Question& question,
                                            std::string_view input);

}  // namespace truenorm::twin
