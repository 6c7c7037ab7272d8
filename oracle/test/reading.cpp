// SPDX-License-Identifier: Apache-2.0
// Attributes that an operator does not have keep their neutral value.
#include "oracle/test/reading.hpp"

#include <stdexcept>

namespace truenorm::twin {
namespace {

bool has(const Question& question, std::string_view attribute) {
  return question.op().find_attribute(attribute) != nullptr;
}

ScaleMode scale_mode_of(const Question& question) {
  const std::string& mode = question.choice("eps_mode");
  if (mode == "inside") return ScaleMode::inside;
  if (mode == "outside") return ScaleMode::outside;
  if (mode == "floor") return ScaleMode::floor;
  if (mode == "floor_inside") return ScaleMode::floor_inside;
  throw std::logic_error("an eps_mode that SPEC 2 does not have");
}

Power power_of(const Question& question) {
  if (!has(question, "p")) return Power::two;
  const std::string& p = question.choice("p");
  if (p == "1") return Power::one;
  return p == "2" ? Power::two : Power::infinity;
}

}  // namespace

std::vector<double> values_of(const Question& question, std::string_view input) {
  std::vector<double> values;
  const Tensor* tensor = question.input(input);
  if (tensor == nullptr) return values;
  values.reserve(static_cast<std::size_t>(tensor->size()));
  for (std::int64_t i = 0; i < tensor->size(); ++i) values.push_back((*tensor)[i]);
  return values;
}

Reading::Reading(const Question& question_read)
    : question(question_read),
      members(members_of(question)),
      scale_mode(scale_mode_of(question)),
      power(power_of(question)),
      x(values_of(question, "x")),
      gamma(values_of(question, "gamma")),
      beta(values_of(question, "beta")),
      mean(values_of(question, "mean")),
      variance(values_of(question, "variance")),
      dy(values_of(question, "dy")),
      tangent_x(values_of(question, "tangent_x")),
      tangent_gamma(values_of(question, "tangent_gamma")),
      tangent_beta(values_of(question, "tangent_beta")),
      tangent_mean(values_of(question, "tangent_mean")),
      tangent_variance(values_of(question, "tangent_variance")) {
  const Spread spread = question.op().spread;
  is_mean_of_squares = spread == Spread::variance || spread == Spread::mean_square;
  if (has(question, "gamma_offset")) {
    gamma_offset = static_cast<double>(question.integer("gamma_offset"));
  }
  if (has(question, "clamp_variance")) {
    clamps_variance = question.flag("clamp_variance");
  }
  if (has(question, "round_normalized")) {
    rounds_normalized = question.flag("round_normalized");
  }
}

}  // namespace truenorm::twin
