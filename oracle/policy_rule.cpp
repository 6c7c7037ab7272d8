// SPDX-License-Identifier: Apache-2.0
// Each rule as its suite's documentation or source has it.
#include "oracle/policy_rule.hpp"

#include <cmath>
#include <cstdlib>

namespace truenorm {
namespace {

/// oneDNN's tests take |expected| up to here for small: the error is an absolute one.
constexpr double small_size = 1e-5;

PolicyRule close(double relative, double absolute, bool nan_equals_nan) {
  return {PolicyRule::Kind::close, relative, absolute, 0, nan_equals_nan};
}

/// torch.testing.assert_close; the float8 formats have no defaults of their own.
std::optional<PolicyRule> torch_rule(const Format& format) {
  if (format == float16) return close(1e-3, 1e-5, false);
  if (format == bfloat16) return close(1.6e-2, 1e-5, false);
  if (format == float32) return close(1.3e-6, 1e-5, false);
  if (format == float64) return close(1e-7, 1e-7, false);
  return std::nullopt;
}

/// y in float32 and float16, which are all that WebNN has.
std::optional<PolicyRule> wpt_rule(const Question& question, std::string_view output,
                                   const Format& format) {
  if (output != "y" || (format != float32 && format != float16)) return std::nullopt;
  const std::string& op = question.op().name;
  const bool is_wide = format == float32;
  PolicyRule rule;
  rule.nan_equals_nan = true;
  if (op == "layer_norm") {
    rule.absolute = is_wide ? 1.0 / 1024 : 1.0 / 512;
    return rule;
  }
  rule.kind = PolicyRule::Kind::ulps;
  if (op == "batch_norm" || op == "batch_norm_inference") {
    rule.ulps = 6;
  } else if (op == "instance_norm") {
    rule.ulps = is_wide ? 840 : 8400;
  } else {
    return std::nullopt;
  }
  return rule;
}

std::optional<PolicyRule> benchdnn_rule(const Question& question,
                                        std::string_view output, const Format& format) {
  const std::string& op = question.op().name;
  const bool is_layer = op == "layer_norm";
  const bool is_other = op == "batch_norm" || op == "batch_norm_inference" ||
                        op == "group_norm" || op == "instance_norm";
  if (!is_layer && !is_other) return std::nullopt;
  PolicyRule rule;
  rule.kind = PolicyRule::Kind::relative;
  rule.nan_equals_nan = true;
  const bool is_of_parameter = output == "dgamma" || output == "dbeta";
  rule.relative = is_of_parameter ? 5e-6 : is_layer ? 5e-7 : 6e-7;
  if (format.precision_bits < 24) {
    rule.relative = std::ldexp(rule.relative, 24 - format.precision_bits);
  }
  return rule;
}

/// A value's place among all of its format, so that neighbours differ by 1.
std::int64_t place_of(const Format& format, double value) {
  const auto magnitude = static_cast<std::int64_t>(encode(format, std::fabs(value)));
  return std::signbit(value) ? -magnitude : magnitude;
}

}  // namespace

std::optional<PolicyRule> rule_of(const Policy& policy, const Question& question,
                                  std::string_view output, const Format& format) {
  if (policy.name == "onnx") return close(1e-3, 1e-7, true);
  if (policy.name == "torch") return torch_rule(format);
  if (policy.name == "wpt") return wpt_rule(question, output, format);
  if (policy.name == "benchdnn") return benchdnn_rule(question, output, format);
  return close(1e-2, 1e-2, false);
}

bool PolicyRule::passes(const Format& format, double expected, double actual) const {
  if (std::isnan(expected) || std::isnan(actual)) {
    return nan_equals_nan && std::isnan(expected) && std::isnan(actual);
  }
  if (expected == actual) return true;
  if (std::isinf(expected) || std::isinf(actual)) return false;
  const double difference = std::fabs(actual - expected);
  const double size = std::fabs(expected);
  switch (kind) {
    case Kind::close:
      return difference <= absolute + relative * size;
    case Kind::ulps:
      return std::abs(place_of(format, expected) - place_of(format, actual)) <= ulps;
    case Kind::relative:
      if (size > small_size) return difference <= relative * size;
      return difference <= relative || difference < 0x1p-23;
  }
  return false;
}

bool PolicyRule::passes_within(const Format& format, double distance,
                               double largest) const {
  // Where y is normal, ulp(y) <= 2^(1 - p) |y|, and |RN(y)| >= (1 - 2^-p) |y|; elsewhere
  // it is the smallest one.
  const double ulp_of_one = std::ldexp(1.0, 1 - format.precision_bits);
  const double of_truth = distance * ulp_of_one;
  if (!(of_truth <= 0.25)) return false;
  const double of_expected = of_truth * (1 + ulp_of_one);
  const double tiny = distance * smallest_subnormal(format);
  // |y| - |answer| <= |y|/4, and no RN(y) may overflow.
  const double largest_truth = largest * (1 + 2 * of_truth);
  if (!(largest_truth <= largest_finite(format))) return false;
  switch (kind) {
    case Kind::close: {
      const double farthest =
          std::ldexp(distance, ulp_exponent_of(format, largest_truth));
      return (of_expected <= relative && tiny <= absolute) || farthest <= absolute;
    }
    case Kind::ulps:
      // Below y's binade values lie twice as close.
      return 2 * distance <= static_cast<double>(ulps);
    case Kind::relative:
      return of_expected <= relative && tiny <= relative &&
             smallest_normal(format) <= small_size;
  }
  return false;
}

}  // namespace truenorm
