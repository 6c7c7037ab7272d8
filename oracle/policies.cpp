// SPDX-License-Identifier: Apache-2.0
// Each rule as its suite's documentation or source has it.
#include "oracle/policies.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "oracle/truth.hpp"

namespace truenorm {
namespace {

constexpr std::array<Policy, 5> all{{
    {"onnx", "numpy.testing.assert_allclose, rtol 1e-3, atol 1e-7, NaN equal to NaN"},
    {"torch", "torch.testing.assert_close with the defaults of each dtype"},
    {"wpt", "WebNN's tests: ulps between bit patterns; layer_norm: an absolute error"},
    {"benchdnn", "oneDNN's tests: a relative error, an absolute one below 1e-5"},
    {"kernelbench", "torch.allclose, rtol 1e-2, atol 1e-2"},
}};

/// A rule for one element.
struct Rule {
  enum class Kind { close, ulps, relative } kind = Kind::close;
  double relative = 0;  ///< of |expected|; the limit of Kind::relative
  double absolute = 0;
  std::int64_t ulps = 0;
  bool nan_equals_nan = false;
};

Rule close(double relative, double absolute, bool nan_equals_nan) {
  return {Rule::Kind::close, relative, absolute, 0, nan_equals_nan};
}

/// torch.testing.assert_close; the float8 formats have no defaults of their own.
std::optional<Rule> torch_rule(const Format& format) {
  if (format == float16) return close(1e-3, 1e-5, false);
  if (format == bfloat16) return close(1.6e-2, 1e-5, false);
  if (format == float32) return close(1.3e-6, 1e-5, false);
  if (format == float64) return close(1e-7, 1e-7, false);
  return std::nullopt;
}

/// y in float32 and float16, which are all that WebNN has.
std::optional<Rule> wpt_rule(const Question& question, std::string_view output,
                             const Format& format) {
  if (output != "y" || (format != float32 && format != float16)) return std::nullopt;
  const std::string& op = question.op().name;
  const bool is_wide = format == float32;
  Rule rule;
  rule.nan_equals_nan = true;
  if (op == "layer_norm") {
    rule.absolute = is_wide ? 1.0 / 1024 : 1.0 / 512;
    return rule;
  }
  rule.kind = Rule::Kind::ulps;
  if (op == "batch_norm" || op == "batch_norm_inference") {
    rule.ulps = 6;
  } else if (op == "instance_norm") {
    rule.ulps = is_wide ? 840 : 8400;
  } else {
    return std::nullopt;
  }
  return rule;
}

std::optional<Rule> benchdnn_rule(const Question& question, std::string_view output,
                                  const Format& format) {
  const std::string& op = question.op().name;
  const bool is_layer = op == "layer_norm";
  const bool is_other = op == "batch_norm" || op == "batch_norm_inference" ||
                        op == "group_norm" || op == "instance_norm";
  if (!is_layer && !is_other) return std::nullopt;
  Rule rule;
  rule.kind = Rule::Kind::relative;
  rule.nan_equals_nan = true;
  const bool is_of_parameter = output == "dgamma" || output == "dbeta";
  rule.relative = is_of_parameter ? 5e-6 : is_layer ? 5e-7 : 6e-7;
  if (format.precision_bits < 24) {
    rule.relative = std::ldexp(rule.relative, 24 - format.precision_bits);
  }
  return rule;
}

std::optional<Rule> rule_of(const Policy& policy, const Question& question,
                            std::string_view output, const Format& format) {
  if (policy.name == "onnx") return close(1e-3, 1e-7, true);
  if (policy.name == "torch") return torch_rule(format);
  if (policy.name == "wpt") return wpt_rule(question, output, format);
  if (policy.name == "benchdnn") return benchdnn_rule(question, output, format);
  return close(1e-2, 1e-2, false);
}

/// A value's place among all of its format, so that neighbours differ by 1.
std::int64_t place_of(const Format& format, double value) {
  const auto magnitude = static_cast<std::int64_t>(encode(format, std::fabs(value)));
  return std::signbit(value) ? -magnitude : magnitude;
}

bool passes(const Rule& rule, const Format& format, double expected, double actual) {
  if (std::isnan(expected) || std::isnan(actual)) {
    return rule.nan_equals_nan && std::isnan(expected) && std::isnan(actual);
  }
  if (expected == actual) return true;
  if (std::isinf(expected) || std::isinf(actual)) return false;
  const double difference = std::fabs(actual - expected);
  const double size = std::fabs(expected);
  switch (rule.kind) {
    case Rule::Kind::close:
      return difference <= rule.absolute + rule.relative * size;
    case Rule::Kind::ulps:
      return std::abs(place_of(format, expected) - place_of(format, actual)) <=
             rule.ulps;
    case Rule::Kind::relative:
      if (size > 1e-5) return difference <= rule.relative * size;
      return difference <= rule.relative || difference < 0x1p-23;
  }
  return false;
}

}  // namespace

std::span<const Policy> policies() { return all; }

const Policy* find_policy(std::string_view policy_name) {
  const auto* const found =
      std::find_if(all.begin(), all.end(),
                   [&](const Policy& policy) { return policy.name == policy_name; });
  return found == all.end() ? nullptr : found;
}

std::vector<double> expected_values(const Question& question, std::string_view output,
                                    const Format& format) {
  std::vector<double> values;
  for (const Truth& truth : truth(question, output, format)) {
    values.push_back(truth.rounded);
  }
  return values;
}

std::optional<bool> accepts(const Policy& policy, const Question& question,
                            std::string_view output, std::span<const double> expected,
                            const Tensor& answer) {
  const std::optional<Rule> rule = rule_of(policy, question, output, answer.format());
  if (!rule) return std::nullopt;
  for (std::int64_t i = 0; i < answer.size(); ++i) {
    if (!passes(*rule, answer.format(), expected[static_cast<std::size_t>(i)],
                answer[i])) {
      return false;
    }
  }
  return true;
}

}  // namespace truenorm
