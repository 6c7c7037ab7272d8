// SPDX-License-Identifier: Apache-2.0
// The oracle against its rational twin: every element of every output, all formats.
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
  if (truth.rounded != rounding.nearest) {
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

/// Compares every element of every output; how many there were.
std::int64_t examine(const Question& question) {
  const Evaluation evaluation = evaluate(question);
  std::int64_t count = 0;
  for (const std::string& output : question.outputs()) {
    const std::vector<OutputElement>& wanted = evaluation.outputs.at(output);
    for (const Format& format : question.output_formats(output)) {
      const std::vector<Truth> truths = truth(question, output, format);
      REQUIRE(truths.size() == wanted.size());
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        std::string fault = fault_in(truths[i], wanted[i], format);
        const std::optional<Origin> origin = expected_origin(question, wanted[i]);
        if (fault.empty() && origin && truths[i].origin != *origin) {
          fault = "has the origin " + std::to_string(static_cast<int>(*origin));
        }
        if (fault.empty() &&
            (truths[i].level == Level::special) == truths[i].is_finite) {
          fault = "is special exactly if it is not finite";
        }
        if (!fault.empty()) {
          FAIL_CHECK(text_of(question)
                     << "\n"
                     << output << "[" << i << "] in " << format.name << ": "
                     << shown(truths[i]) << ", but it " << fault);
          return count;
        }
      }
      count += static_cast<std::int64_t>(wanted.size());
    }
  }
  return count;
}

void examine_many(const Format& format, Content content, std::int64_t elements) {
  for_seeds_until(scaled_count(elements), 1, [&](std::uint64_t seed) {
    CAPTURE(seed);
    return examine(random_question(seed, format, content)) + 1;
  });
}

TEST_CASE("every truth of finite float16 inputs equals its rational twin", "[twin]") {
  examine_many(float16, Content::finite, 40'000);
}

TEST_CASE("every truth of finite bfloat16 inputs equals its rational twin", "[twin]") {
  examine_many(bfloat16, Content::finite, 40'000);
}

TEST_CASE("every truth of finite float32 inputs equals its rational twin", "[twin]") {
  examine_many(float32, Content::finite, 40'000);
}

TEST_CASE("every truth of finite float64 inputs equals its rational twin", "[twin]") {
  examine_many(float64, Content::finite, 20'000);
}

TEST_CASE("NaN and infinities go through every formula as IEEE 754 says", "[twin]") {
  for (const Format& format : {float16, bfloat16, float32, float64}) {
    examine_many(format, Content::special, 8'000);
  }
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
