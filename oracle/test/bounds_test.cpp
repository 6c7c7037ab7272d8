// SPDX-License-Identifier: Apache-2.0
// Bounds by hand, against the oracle's truth at the corners, and claims that are wrong.
#include "oracle/bounds.hpp"

#include <array>
#include <cmath>
#include <limits>

#include "oracle/test/catch.hpp"
#include "oracle/test/random_question.hpp"
#include "oracle/truth.hpp"

namespace truenorm::twin {
namespace {

using Values = std::vector<double>;

Tensor tensor(const Shape& shape, const Values& values,
              const Format& format = float64) {
  return make_tensor(format, shape, values);
}

struct Layer {
  double gamma = 1;
  double beta = 0;
  double mean = 0;
  double variance = 1;
  double eps = 0;
};

/// batch_norm_inference of one channel with `count` elements.
Question layer_of(const Layer& layer, std::int64_t count = 1,
                  const Attributes& attributes = {}) {
  Attributes all = attributes;
  all["eps"] = layer.eps;
  return {*find_operator("batch_norm_inference"),
          Direction::forward,
          std::move(all),
          {{"x", Tensor(float32, {count, 1})},
           {"mean", tensor({1}, {layer.mean})},
           {"variance", tensor({1}, {layer.variance})},
           {"gamma", tensor({1}, {layer.gamma})},
           {"beta", tensor({1}, {layer.beta})}}};
}

Box box(double low, double high, const Format& format = float64) {
  return {tensor({1, 1}, {low}, format), tensor({1, 1}, {high}, format)};
}

/// The ends, which are rational.
std::pair<Rational, Rational> ends(const Question& layer, BoundKind kind,
                                   const Box& given) {
  const ExactBounds bounds = exact_bounds(layer, kind, given).front().value();
  REQUIRE(bounds.low.is_rational());
  REQUIRE(bounds.high.is_rational());
  return {bounds.low.a, bounds.high.a};
}

using Ends = std::pair<Rational, Rational>;

TEST_CASE("TorchLean's clamped negative variance gives scale 2 and offset 1",
          "[bounds]") {
  const Question layer = layer_of({2, 3, 1, -4, 1}, 1, {{"clamp_variance", true}});
  CHECK(ends(layer, BoundKind::interval, box(-1, 2)) == Ends{-1, 5});
  CHECK(ends(layer, BoundKind::first_derivative, box(-1, 2)) == Ends{-2, 4});
  CHECK(ends(layer, BoundKind::second_derivative, box(3, 3)) == Ends{6, 6});
  CHECK(ends(layer, BoundKind::affine_constants, box(5, 5)) == Ends{11, 11});
  const Box coefficients{tensor({1, 1, 2}, {1, -3}), tensor({1, 1, 2}, {1, -3})};
  const auto mapped = exact_bounds(layer, BoundKind::affine_coefficients, coefficients);
  CHECK(mapped.at(0).value().low.a == 2);
  CHECK(mapped.at(1).value().high.a == -6);
}

TEST_CASE("a negative scale swaps the ends, a zero one makes both the offset",
          "[bounds]") {
  // s = 2
  const Question negative = layer_of({-3, 1, 4, 4, 0});
  CHECK(ends(negative, BoundKind::interval, box(-2, 6)) == Ends{-2, 10});
  CHECK(ends(negative, BoundKind::first_derivative, box(-2, 6)) == Ends{-9, 3});
  const Question zero = layer_of({0, 7, 4, 4, 0});
  CHECK(ends(zero, BoundKind::interval, box(-2, 6)) == Ends{7, 7});
  CHECK(ends(zero, BoundKind::second_derivative, box(-2, 6)) == Ends{0, 0});
}

TEST_CASE("a layer without a value has no bounds, and none is judged", "[bounds]") {
  // The variance is negative and nothing clamps it; s = 0; an infinite variance.
  const double infinity = std::numeric_limits<double>::infinity();
  for (const Layer& layer :
       {Layer{2, 3, 1, -4, 1}, Layer{2, 3, 1, 0, 0}, Layer{2, 3, 1, infinity, 0}}) {
    const Question question = layer_of(layer);
    CHECK_FALSE(exact_bounds(question, BoundKind::interval, box(0, 1)).front());
    const BoundReport report =
        judge_bounds(question, BoundKind::interval, box(0, 1), box(0, 1));
    CHECK(report.undefined == 1);
    CHECK(report.elements == 0);
    CHECK(report.worst.empty());
  }
}

TEST_CASE("looseness is counted in ulps of the claim's format", "[bounds]") {
  // scale = 1/3, so y lies in [1/3, 2/3], whose ends no format has.
  const Question layer = layer_of({1, 0, 0, 9, 0});
  const double low = round_to_nearest(float16, Rational(1, 3));
  const double high = round_to_nearest(float16, Rational(2, 3));
  const double best_low = exact(low) <= Rational(1, 3) ? low : next_down(float16, low);
  const double best_high =
      exact(high) >= Rational(2, 3) ? high : next_up(float16, high);
  const auto judged = [&](double claimed_low, double claimed_high) {
    return judge_bounds(layer, BoundKind::interval, box(1, 2),
                        box(claimed_low, claimed_high, float16));
  };
  const BoundReport best = judged(best_low, best_high);
  CHECK(best.is_sound());
  CHECK(best.best_possible == 2);
  CHECK(best.max_looseness_ulps == 0);
  CHECK(best.worst.empty());

  double looser = best_low;
  for (int step = 0; step < 3; ++step) looser = next_down(float16, looser);
  const BoundReport loose = judged(looser, best_high);
  CHECK(loose.is_sound());
  CHECK(loose.best_possible == 1);
  CHECK(loose.max_looseness_ulps == 3);
  CHECK(loose.mean_looseness_ulps == 1.5);
  REQUIRE(loose.worst.size() == 1);
  CHECK(loose.worst[0].end == BoundEnd::low);
  CHECK(loose.worst[0].index == std::vector<std::int64_t>{0, 0});
  CHECK(loose.worst[0].exact == "3.33333333333333333333333333333e-01");
  CHECK(loose.worst[0].best == best_low);
  CHECK(loose.worst[0].claimed == looser);

  const BoundReport unsound = judged(best_low, next_down(float16, best_high));
  CHECK(unsound.unsound == 1);
  CHECK_FALSE(unsound.is_sound());
  REQUIRE(unsound.worst.size() == 1);
  CHECK_FALSE(unsound.worst[0].is_sound);
  CHECK(unsound.worst[0].end == BoundEnd::high);
  CHECK(unsound.worst[0].looseness_ulps < 0);
  CHECK(unsound.worst[0].looseness_ulps > -1);
}

TEST_CASE("an end that the claim meets exactly is sound and the best", "[bounds]") {
  const Question layer = layer_of({2, 3, 1, -4, 1}, 1, {{"clamp_variance", true}});
  const BoundReport exact_claim =
      judge_bounds(layer, BoundKind::interval, box(-1, 2), box(-1, 5, float8_e4m3fn));
  CHECK(exact_claim.is_sound());
  CHECK(exact_claim.best_possible == 2);
}

TEST_CASE("no finite end is sound beyond the format", "[bounds]") {
  const Question layer = layer_of({1, 0, 0, 1, 0});
  const BoundReport report = judge_bounds(layer, BoundKind::interval, box(-1e6, 1e6),
                                          box(-65504, 65504, float16));
  CHECK(report.unsound == 1);
  REQUIRE(report.worst.size() == 2);
  CHECK(std::isinf(report.worst[0].best));
  // Inward ends beyond the format have the largest number as their best.
  const BoundReport inward = judge_bounds(layer, BoundKind::interval, box(1e6, 1e6),
                                          box(65504, 65504, float16));
  CHECK(inward.unsound == 1);
  CHECK(inward.best_possible == 1);
}

/// What a QuestionError says is at fault.
template <typename Call>
std::string subject_of(const Call& call) {
  try {
    call();
  } catch (const QuestionError& error) {
    return error.subject();
  }
  return "no error";
}

TEST_CASE("what is no box, and what is no affine layer, is refused", "[bounds]") {
  const Question layer = layer_of({});
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  const auto judged = [&](const Question& question, const Box& given,
                          const Box& claimed, BoundKind kind = BoundKind::interval) {
    return subject_of([&] { (void)judge_bounds(question, kind, given, claimed); });
  };
  CHECK(judged(layer, box(0, 1), box(0, 1)) == "no error");
  CHECK(judged(layer, box(1, 0), box(0, 1)) == "box");
  CHECK(judged(layer, box(0, 1), box(1, 0)) == "claimed");
  CHECK(judged(layer, box(0, 1), box(-infinity, 1)) == "claimed");
  CHECK(judged(layer, box(0, 1), box(0, nan)) == "claimed");
  CHECK(judged(layer, box(nan, 1), box(0, 1)) == "box");
  const Box wrong_shape{tensor({1}, {0}), tensor({1}, {1})};
  CHECK(judged(layer, wrong_shape, box(0, 1)) == "box");
  CHECK(judged(layer, box(0, 1), wrong_shape) == "claimed");
  CHECK(judged(layer, box(0, 1), box(0, 1), BoundKind::affine_coefficients) == "box");
  const Box two_formats{tensor({1, 1}, {0}, float16), tensor({1, 1}, {1})};
  CHECK(judged(layer, box(0, 1), two_formats) == "claimed");
  CHECK(judged(layer_of({}, 1, {{"round_normalized", true}}), box(0, 1), box(0, 1)) ==
        "round_normalized");
  const Question other(*find_operator("layer_norm"), Direction::forward, {},
                       {{"x", Tensor(float32, {1, 1})}});
  CHECK(judged(other, box(0, 1), box(0, 1)) == "bounds");
}

TEST_CASE("kinds of bounds have names", "[bounds]") {
  for (const std::string_view word :
       {"interval", "affine_coefficients", "affine_constants", "first_derivative",
        "second_derivative"}) {
    CHECK(name(find_bound_kind(word).value()) == word);
  }
  CHECK_FALSE(find_bound_kind("third_derivative"));
}

/// RD and RU of the oracle's truth of y.
std::pair<double, double> enclosing(const Truth& truth, const Format& format) {
  const double rounded = truth.rounded;
  if (truth.tail_ulps == 0) return {rounded, rounded};
  return truth.tail_ulps > 0 ? std::pair{rounded, next_up(format, rounded)}
                             : std::pair{next_down(format, rounded), rounded};
}

Question with_x(const Question& question, const Tensor& x) {
  Tensors inputs = question.inputs();
  inputs.insert_or_assign("x", x);
  return {question.op(), Direction::forward, question.attributes(), std::move(inputs)};
}

TEST_CASE("claims made of the truth at the corners are the best, one step in unsound",
          "[bounds]") {
  std::int64_t judged_ends = 0;
  for_seeds_until(scaled_count(3000), 700, [&](std::uint64_t seed) {
    Dice dice(seed);
    const Question question =
        random_question(seed, float32, Content::finite, "batch_norm_inference");
    if (question.flag("round_normalized")) return std::int64_t{1};
    const Shape& shape = question.x().shape();
    const Tensor one = random_tensor(dice, float64, shape, Content::finite);
    const Tensor other = random_tensor(dice, float64, shape, Content::finite);
    Box given{one, other};
    for (std::int64_t i = 0; i < one.size(); ++i) {
      given.low.set(i, std::min(one[i], other[i]));
      given.high.set(i, std::max(one[i], other[i]));
    }
    const Format& format = formats()[seed % formats().size()];
    const std::vector<Truth> at_low = truth(with_x(question, given.low), "y", format);
    const std::vector<Truth> at_high = truth(with_x(question, given.high), "y", format);
    Box claimed{Tensor(format, shape), Tensor(format, shape)};
    std::int64_t held = 0;
    for (std::size_t i = 0; i < at_low.size(); ++i) {
      if (!at_low[i].is_finite || at_low[i].overflows || at_high[i].overflows) continue;
      const auto [low_of_low, high_of_low] = enclosing(at_low[i], format);
      const auto [low_of_high, high_of_high] = enclosing(at_high[i], format);
      const double low = std::min(low_of_low, low_of_high);
      const double high = std::max(high_of_low, high_of_high);
      if (!std::isfinite(low) || !std::isfinite(high)) continue;
      claimed.low.set(static_cast<std::int64_t>(i), low);
      claimed.high.set(static_cast<std::int64_t>(i), high);
      ++held;
    }
    const auto bounds = exact_bounds(question, BoundKind::interval, given);
    // Boxes with an end beyond the format, or without a value, are for other tests.
    if (held != static_cast<std::int64_t>(bounds.size())) return one.size() + 1;
    CAPTURE(text_of(question));
    const BoundReport best =
        judge_bounds(question, BoundKind::interval, given, claimed);
    CHECK(best.unsound == 0);
    CHECK(best.elements == held);
    CHECK(best.best_possible == 2 * held);
    judged_ends += 2 * held;
    // A step outwards is loose by that step, a step inwards unsound unless the box is
    // then empty.
    for (std::int64_t i = 0; i < one.size(); ++i) {
      Box looser = claimed;
      looser.low.set(i, next_down(format, claimed.low[i]));
      if (std::isfinite(looser.low[i])) {
        const BoundReport loose =
            judge_bounds(question, BoundKind::interval, given, looser);
        CHECK(loose.unsound == 0);
        CHECK(loose.best_possible == 2 * held - 1);
        CHECK(loose.max_looseness_ulps > 0);
        // The step may lie in the next binade, whose ulps are twice as long.
        CHECK(loose.max_looseness_ulps <= 2);
      }
      Box tighter = claimed;
      tighter.high.set(i, next_down(format, claimed.high[i]));
      if (tighter.high[i] >= tighter.low[i]) {
        CHECK(judge_bounds(question, BoundKind::interval, given, tighter).unsound == 1);
      }
      if (i == 3) break;
    }
    return one.size() + 1;
  });
  CHECK(judged_ends > 100);
}

}  // namespace
}  // namespace truenorm::twin
