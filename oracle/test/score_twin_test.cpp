// SPDX-License-Identifier: Apache-2.0
// Scores of deliberately wrong answers against the same scores worked out a second time.
#include "oracle/test/score_twin.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>

#include "oracle/test/catch.hpp"
#include "oracle/test/random_question.hpp"

namespace truenorm::twin {
namespace {

constexpr double relative_error = 1e-9;
/// As precisely as Truth has its tail.
constexpr double absolute_error = 0x1p-20;
constexpr double limit_ulps = 1.5;

bool is_near(double left, double right) {
  if (left == right) return true;
  return std::fabs(left - right) <= relative_error * std::fabs(right) + absolute_error;
}

/// A value on an edge of the histogram's bins may count on either side.
bool is_near_edge(double left, double right) {
  return is_near(left, right) || std::fabs(left - right) <= right / 32;
}

/// How an answer departs from the truth.
enum class Damage { none, few_ulps, relative, flush, wild };

double damaged(std::mt19937_64& random, Damage damage, double rounded,
               const Format& format) {
  const double infinity = std::numeric_limits<double>::infinity();
  const bool is_up = random() % 2 == 0;
  switch (damage) {
    case Damage::none:
      return rounded;
    case Damage::few_ulps: {
      double value = rounded;
      for (std::uint64_t steps = random() % 5; steps > 0 && std::isfinite(value);
           --steps) {
        value = is_up ? next_up(format, value) : next_down(format, value);
      }
      return value;
    }
    case Damage::relative: {
      const auto depth = static_cast<int>(random() % 30);
      const double factor = 1 + std::ldexp(is_up ? 1.0 : -1.0, -1 - depth);
      return round_to_nearest(format, rounded * factor);
    }
    case Damage::flush:
      return std::fabs(rounded) < 2 * smallest_normal(format)
                 ? std::copysign(0.0, is_up ? 1.0 : -1.0)
                 : rounded;
    case Damage::wild:
      break;
  }
  const std::array strange{std::numeric_limits<double>::quiet_NaN(),
                           infinity,
                           -infinity,
                           0.0,
                           -0.0,
                           largest_finite(format),
                           -largest_finite(format),
                           1.0};
  return random() % 4 == 0 ? strange[random() % strange.size()] : rounded;
}

Tensor damaged_answer(std::mt19937_64& random, const Question& question,
                      const Evaluation& evaluation, std::string_view output,
                      const Format& format) {
  constexpr std::array kinds{Damage::none, Damage::few_ulps, Damage::relative,
                             Damage::flush, Damage::wild};
  const Damage damage = kinds[random() % kinds.size()];
  const std::vector<OutputElement>& truths = evaluation.outputs.find(output)->second;
  Tensor answer(format, question.output_shape(output));
  for (std::int64_t i = 0; i < answer.size(); ++i) {
    const Extended& truth = truths[static_cast<std::size_t>(i)].value;
    double rounded = std::numeric_limits<double>::quiet_NaN();
    if (truth.is_number()) rounded = round(format, truth.number()).nearest;
    if (truth.is_infinite()) {
      rounded = std::copysign(std::numeric_limits<double>::infinity(), truth.sign());
    }
    answer.set(i, damaged(random, damage, rounded, format));
  }
  return answer;
}

Criteria random_criteria(std::mt19937_64& random) {
  Criteria criteria;
  if (random() % 4 == 0) criteria.tolerance.limit_ulps = limit_ulps;
  if (random() % 4 == 0) criteria.tolerance.limit_excess.reset();
  criteria.tolerance.flush_to_zero = random() % 3 == 0;
  if (random() % 4 == 0) criteria.compute = formats()[random() % formats().size()];
  return criteria;
}

void compare_counts(const Score& score, const Score& wanted) {
  CHECK(score.count == wanted.count);
  CHECK(score.correctly_rounded == wanted.correctly_rounded);
  CHECK(score.faithful == wanted.faithful);
  CHECK(score.special.spurious_nan == wanted.special.spurious_nan);
  CHECK(score.special.spurious_inf == wanted.special.spurious_inf);
  CHECK(score.special.missed_nan == wanted.special.missed_nan);
  CHECK(score.special.missed_inf == wanted.special.missed_inf);
  CHECK(score.special.wrong_inf == wanted.special.wrong_inf);
  CHECK(score.special.nonfinite_kind == wanted.special.nonfinite_kind);
  CHECK(score.special.signed_zero == wanted.special.signed_zero);
}

/// Whether a limit lies so near to what was measured that a rounding decides.
bool is_at_limit(const Score& score) {
  return score.ulp && (std::fabs(score.ulp->max - limit_ulps) < absolute_error ||
                       std::fabs(score.excess->max - 4) < absolute_error);
}

void compare_verdicts(const Score& score, const Score& wanted) {
  if (is_at_limit(wanted)) return;
  CHECK(score.passes == wanted.passes);
  CHECK(score.grade == wanted.grade);
}

/// Whether a truth lies so far beyond the format that its distance leaves binary64.
bool has_distances(const std::vector<Truth>& truths) {
  return std::none_of(truths.begin(), truths.end(),
                      [](const Truth& truth) { return std::isinf(truth.tail_ulps); });
}

void compare_summaries(const Score& score, const Score& wanted) {
  REQUIRE(score.ulp.has_value() == wanted.ulp.has_value());
  REQUIRE(score.excess.has_value() == wanted.excess.has_value());
  if (score.ulp) {
    CHECK(is_near(score.ulp->max, wanted.ulp->max));
    CHECK(is_near(score.ulp->mean, wanted.ulp->mean));
    CHECK((score.ulp->bias == wanted.ulp->bias ||
           std::fabs(score.ulp->bias - wanted.ulp->bias) <=
               relative_error * wanted.ulp->mean + absolute_error));
    CHECK(is_near_edge(score.ulp->p50, wanted.ulp->p50));
    CHECK(is_near_edge(score.ulp->p99, wanted.ulp->p99));
    CHECK(is_near(score.excess->max, wanted.excess->max));
    CHECK(is_near(score.excess->mean, wanted.excess->mean));
  }
  CHECK(score.blind == wanted.blind);
  CHECK(score.range == wanted.range);
  REQUIRE(score.conditioning.has_value() == wanted.conditioning.has_value());
  if (score.conditioning) CHECK(is_near(*score.conditioning, *wanted.conditioning));
  REQUIRE(score.effective_bits.has_value() == wanted.effective_bits.has_value());
  if (score.effective_bits) {
    CHECK(std::fabs(score.effective_bits->bits - wanted.effective_bits->bits) <= 1e-6);
    CHECK(score.effective_bits->at_least == wanted.effective_bits->at_least);
  }
  CHECK(score.settled.filter + score.settled.refine + score.settled.decide <=
        score.count);
}

TEST_CASE("scores of damaged answers equal those worked out a second time", "[twin]") {
  const Format format = GENERATE(float16, bfloat16, float32, float64);
  for_seeds_until(scaled_count(12'000), 1, [&](std::uint64_t seed) {
    CAPTURE(format.name, seed);
    std::mt19937_64 random(seed);
    const Question question = random_question(seed, format, Content::finite);
    const Evaluation evaluation = evaluate(question);
    for (const std::string& output : question.outputs()) {
      const std::vector<Format> offered = question.output_formats(output);
      const Format& answer_format = offered[random() % offered.size()];
      const Tensor answer =
          damaged_answer(random, question, evaluation, output, answer_format);
      const Criteria criteria = random_criteria(random);
      CAPTURE(output, answer_format.name);
      const Score found = score(question, output, answer, criteria);
      const Score wanted =
          expected_score(question, evaluation, output, answer, criteria);
      compare_counts(found, wanted);
      compare_verdicts(found, wanted);
      if (has_distances(truth(question, output, answer_format))) {
        compare_summaries(found, wanted);
      }
    }
    return question.x().size() + 1;
  });
}

TEST_CASE("an answer that is RN of the truth is correct with nothing in excess of 1",
          "[twin]") {
  for_seeds_until(scaled_count(5'000), 500, [&](std::uint64_t seed) {
    CAPTURE(seed);
    const Question question = random_question(seed, float32, Content::special);
    for (const std::string& output : question.outputs()) {
      const Format format = question.output_formats(output).front();
      Tensor answer(format, question.output_shape(output));
      const std::vector<Truth> truths = truth(question, output, format);
      for (std::int64_t i = 0; i < answer.size(); ++i) {
        answer.set(i, truths[static_cast<std::size_t>(i)].rounded);
      }
      const Score found = score(question, output, answer, {});
      CHECK(found.passes);
      CHECK(found.correctly_rounded == found.count);
      CHECK(found.faithful == found.count);
      CHECK(found.special.nonfinite_kind == 0);
      CHECK(found.special.signed_zero == 0);
      if (found.excess) CHECK(found.excess->max <= 1);
      if (found.ulp) CHECK(found.ulp->max <= 0.5);
    }
    return question.x().size() + 1;
  });
}

TEST_CASE("an eps beyond the range of doubles can be scored", "[twin]") {
  const Question question(
      *find_operator("layer_norm"), Direction::forward,
      {{"eps", truenorm::power_of_two(1100)}},
      {{"x", make_tensor(float64, {2}, std::vector<double>{1, 2})}});
  Tensor answer(float64, {2});
  answer.set(0, truth(question, "y", float64)[0].rounded);
  answer.set(1, truth(question, "y", float64)[1].rounded);
  CHECK(score(question, "y", answer, {}).passes);
}

TEST_CASE("percentiles are upper edges of bins, 64 an octave", "[twin]") {
  CHECK(percentile({0, 0, 0}, 0.5) == 0);
  CHECK(percentile({1}, 0.5) == 1 + 1.0 / 64);
  CHECK(percentile({0.75, 3, 3}, 0.5) == 3 + 2.0 / 64);
  CHECK(percentile({0.75, 3, 3, 3}, 0.25) == 0.75 + 1.0 / 128);
}

}  // namespace
}  // namespace truenorm::twin
