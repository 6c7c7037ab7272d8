// SPDX-License-Identifier: Apache-2.0
// The oracle against its rational twin: every element of every output, all formats.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include "oracle/test/catch.hpp"
#include "oracle/test/random_question.hpp"
#include "oracle/test/twin_rational.hpp"
#include "oracle/truth.hpp"

namespace truenorm::twin {
namespace {

/// What SPEC 6 says of the element, where it says one thing.
std::optional<Origin> expected_origin(const Question& question,
                                      const OutputElement& element) {
  if (element.meets_nonfinite_input || element.meets_zero_scale) {
    return Origin::degenerate;
  }
  if (element.value.is_number()) return Origin::regular;
  // An overflow of the rounded x-hat is named by no rule.
  if (question.op().find_attribute("round_normalized") != nullptr &&
      question.flag("round_normalized")) {
    return std::nullopt;
  }
  return Origin::undefined;
}

/// The error allowed by Truth and by the twin's own conversion to double.
bool is_same_tail(double left, double right) {
  if (left == right) return true;
  return std::fabs(left - right) <= 0x1p-20 * std::max(1.0, std::fabs(right));
}

/// Equal, signed NaNs among themselves too.
bool is_same_float(double left, double right) {
  if (std::isnan(left) && std::isnan(right)) {
    return std::signbit(left) == std::signbit(right);
  }
  return left == right;
}

/// What the truth has wrong; nothing if it is right.
std::string fault_in(const Truth& truth, const OutputElement& wanted,
                     const Format& format) {
  if (wanted.value.is_nan()) {
    return !truth.is_finite && std::isnan(truth.rounded) ? "" : "is NaN";
  }
  if (wanted.value.is_infinite()) {
    const bool is_same = std::isinf(truth.rounded) &&
                         std::signbit(truth.rounded) == (wanted.value.sign() < 0);
    return !truth.is_finite && is_same ? "" : "is an infinity";
  }
  if (!truth.is_finite) return "is finite";
  const Rounding rounding = round(format, wanted.value.number());
  if (truth.overflows != rounding.overflows) {
    return rounding.overflows ? "overflows" : "does not overflow";
  }
  if (!is_same_float(truth.rounded, rounding.nearest)) {
    return "rounds to " + hex_float(rounding.nearest);
  }
  if (truth.ulp_exponent != rounding.ulp_exponent) {
    return "has the ulp 2^" + std::to_string(rounding.ulp_exponent);
  }
  if (!is_same_tail(truth.tail_ulps, rounding.tail_ulps)) {
    return "has the tail " + hex_float(rounding.tail_ulps);
  }
  return "";
}

std::string shown(const Truth& truth) {
  return hex_float(truth.rounded) + " + " + hex_float(truth.tail_ulps) + " * 2^" +
         std::to_string(truth.ulp_exponent) + (truth.is_finite ? "" : ", not finite") +
         ", origin " + std::to_string(static_cast<int>(truth.origin)) + ", level " +
         std::string(name(truth.level));
}

/// What is wrong with the truth of an element; nothing if it is right.
std::string fault_in(const Question& question, const Truth& truth,
                     const OutputElement& wanted, const Format& format) {
  std::string fault = fault_in(truth, wanted, format);
  const std::optional<Origin> origin = expected_origin(question, wanted);
  if (fault.empty() && origin && truth.origin != *origin) {
    fault = "has the origin " + std::to_string(static_cast<int>(*origin));
  }
  if (fault.empty() && (truth.level == Level::special) == truth.is_finite) {
    fault = "is special exactly if it is not finite";
  }
  return fault;
}

/// SPEC 6: the statistics of a group without elements are not scored.
bool is_scored(const Question& question, std::string_view output,
               const OutputElement& element, const Evaluation& evaluation) {
  constexpr std::array statistics{"mean", "variance", "rstd", "norm"};
  const bool is_statistic =
      question.direction() == Direction::forward &&
      std::find(statistics.begin(), statistics.end(), output) != statistics.end();
  return !is_statistic || evaluation.groups[element.group].size > 0;
}

/// Compares every element of every output; how many there were.
std::int64_t examine(const Question& question) {
  const Evaluation evaluation = evaluate(question);
  REQUIRE(question.outputs().size() == evaluation.outputs.size());
  std::int64_t count = 0;
  for (const std::string& output : question.outputs()) {
    const std::vector<OutputElement>& wanted = evaluation.outputs.at(output);
    for (const Format& format : question.output_formats(output)) {
      const std::vector<Truth> truths = truth(question, output, format);
      REQUIRE(truths.size() == wanted.size());
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (!is_scored(question, output, wanted[i], evaluation)) continue;
        const std::string fault = fault_in(question, truths[i], wanted[i], format);
        if (!fault.empty()) {
          FAIL_CHECK(text_of(question)
                     << "\n"
                     << output << "[" << i << "] in " << format.name << ": "
                     << shown(truths[i]) << ", but it " << fault);
          return count;
        }
        ++count;
      }
    }
  }
  return count;
}

/// How many elements of an operator in a direction to compare, by the format of x.
struct Quota {
  Format format;
  Content content;
  std::int64_t elements;
};

const std::array quotas{Quota{float16, Content::finite, 7'500},
                        Quota{bfloat16, Content::finite, 7'500},
                        Quota{float32, Content::finite, 7'500},
                        Quota{float64, Content::finite, 2'500},
                        Quota{float8_e4m3fn, Content::finite, 3'000},
                        Quota{float8_e5m2, Content::finite, 3'000},
                        Quota{float16, Content::special, 1'500},
                        Quota{bfloat16, Content::special, 1'500},
                        Quota{float32, Content::special, 1'500},
                        Quota{float64, Content::special, 1'000},
                        Quota{float8_e4m3fn, Content::special, 750},
                        Quota{float8_e5m2, Content::special, 750}};

std::int64_t examine_quota(const OperatorSpec& op, Direction direction,
                           const Quota& quota) {
  std::int64_t examined = 0;
  for_seeds_until(scaled_count(quota.elements), 1, [&](std::uint64_t seed) {
    CAPTURE(op.name, name(direction), quota.format.name, seed);
    const std::int64_t count =
        examine(random_question(seed, quota.format, quota.content, op.name, direction));
    examined += count;
    // An empty question is progress too.
    return count + 1;
  });
  return examined;
}

void examine_direction(Direction direction) {
  for (const OperatorSpec& op : operators()) {
    std::int64_t examined = 0;
    for (const Quota& quota : quotas) examined += examine_quota(op, direction, quota);
    WARN(op.name << " " << name(direction) << ": " << examined << " elements compared");
  }
}

TEST_CASE("every forward truth equals its rational twin", "[twin]") {
  examine_direction(Direction::forward);
}

TEST_CASE("every gradient's truth equals its rational twin", "[twin]") {
  examine_direction(Direction::vjp);
}

TEST_CASE("every tangent's truth equals its rational twin", "[twin]") {
  examine_direction(Direction::jvp);
}

TEST_CASE("a normalized value that rounds to 0 times an infinite gamma is NaN",
          "[twin]") {
  const Question question(
      *find_operator("batch_norm_inference"), Direction::forward,
      {{"eps", Rational(0)}, {"round_normalized", true}},
      {{"x", make_tensor(float16, {1, 1}, std::vector<double>{1})},
       {"mean", make_tensor(float16, {1}, std::vector<double>{0})},
       {"variance", make_tensor(float32, {1}, std::vector<double>{0x1p100})},
       {"gamma",
        make_tensor(float16, {1},
                    std::vector<double>{std::numeric_limits<double>::infinity()})}});
  CHECK(std::isnan(truth(question, "y", float16).front().rounded));
}

TEST_CASE("scale depends on no mean, and an infinite variance is no finite input",
          "[twin]") {
  const auto scale = [](double mean, double variance, Attributes attributes) {
    const Question question(
        *find_operator("batch_norm_inference"), Direction::forward,
        std::move(attributes),
        {{"x", make_tensor(float32, {1, 1}, std::vector<double>{1})},
         {"mean", make_tensor(float32, {1}, std::vector<double>{mean})},
         {"variance", make_tensor(float32, {1}, std::vector<double>{variance})}});
    return truth(question, "scale", float32).front();
  };
  const double infinity = std::numeric_limits<double>::infinity();
  const Attributes plain{{"eps", Rational(1)}};
  const Attributes clamped{{"eps", Rational(1)}, {"clamp_variance", true}};
  CHECK(scale(infinity, -3, plain).origin == Origin::undefined);
  CHECK(scale(infinity, 3, plain).origin == Origin::regular);
  CHECK(scale(0, -infinity, clamped).rounded == 1);
  CHECK(scale(0, -infinity, clamped).origin == Origin::degenerate);
}

TEST_CASE("empty tensors have empty truths", "[twin]") {
  const OperatorSpec& op = *find_operator("layer_norm");
  for (const Shape& shape : {Shape{0}, Shape{3, 0}, Shape{0, 3}}) {
    const Question question(op, Direction::forward, {},
                            {{"x", Tensor(float32, shape)}});
    CHECK(truth(question, "y", float32).empty());
    CHECK(truth(question, "mean", float32).size() ==
          static_cast<std::size_t>(element_count(question.output_shape("mean"))));
  }
}

}  // namespace
}  // namespace truenorm::twin
