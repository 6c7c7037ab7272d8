// SPDX-License-Identifier: Apache-2.0
// Scores of deliberately wrong answers against the same scores worked out a second time.
#include "oracle/test/score_twin.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
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
enum class Damage { none, few_ulps, relative, flush, sign, wild };

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
    case Damage::sign:
      return is_up ? rounded : -rounded;
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

/// Another question for each seed: operators, directions and contents by turns.
Question question_of(std::uint64_t seed, const Format& format) {
  constexpr std::array directions{Direction::forward, Direction::vjp, Direction::jvp};
  const std::size_t op = seed % operators().size();
  const std::uint64_t rest = seed / operators().size();
  const Content content =
      rest / directions.size() % 3 == 0 ? Content::special : Content::finite;
  return random_question(seed, format, content, operators()[op].name,
                         directions[rest % directions.size()]);
}

/// RN of the truth, as the exact twin has it.
double rounded_truth(const Extended& truth, const Format& format) {
  if (truth.is_number()) return round(format, truth.number()).nearest;
  if (truth.is_infinite()) return overflow_result(format, truth.sign() < 0);
  return std::numeric_limits<double>::quiet_NaN();
}

Tensor damaged_answer(std::mt19937_64& random, const Question& question,
                      const Evaluation& evaluation, std::string_view output,
                      const Format& format) {
  constexpr std::array kinds{Damage::none,  Damage::few_ulps, Damage::relative,
                             Damage::flush, Damage::sign,     Damage::wild};
  const Damage damage = kinds[random() % kinds.size()];
  const std::vector<OutputElement>& truths = evaluation.outputs.find(output)->second;
  Tensor answer(format, question.output_shape(output));
  for (std::int64_t i = 0; i < answer.size(); ++i) {
    const double rounded =
        rounded_truth(truths[static_cast<std::size_t>(i)].value, format);
    const double value = damaged(random, damage, rounded, format);
    answer.set(i, is_value_of(format, value)
                      ? value
                      : std::numeric_limits<double>::quiet_NaN());
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
  CHECK(score.blind == wanted.blind);
  CHECK(score.range == wanted.range);
}

void compare_classes(const Score& score, const Score& wanted) {
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
  const Format format =
      GENERATE(float8_e4m3fn, float8_e5m2, float16, bfloat16, float32, float64);
  for_seeds_until(scaled_count(12'000), 1, [&](std::uint64_t seed) {
    std::mt19937_64 random(seed);
    const Question question = question_of(seed, format);
    const Evaluation evaluation = evaluate(question);
    for (const std::string& output : question.outputs()) {
      const std::vector<Format> offered = question.output_formats(output);
      const Format& answer_format = offered[random() % offered.size()];
      const Tensor answer =
          damaged_answer(random, question, evaluation, output, answer_format);
      const Criteria criteria = random_criteria(random);
      CAPTURE(format.name, seed, text_of(question), output, answer_format.name);
      const Score found = score(question, output, answer, criteria);
      CHECK(passes(question, output, answer, criteria) == found.passes);
      const Score wanted =
          expected_score(question, evaluation, output, answer, criteria);
      compare_counts(found, wanted);
      if (!has_distances(truth(question, output, answer_format))) continue;
      compare_classes(found, wanted);
      compare_verdicts(found, wanted);
      compare_summaries(found, wanted);
    }
    return question.x().size() + 1;
  });
}

/// A number of the format at or next to the truth on its other side, if there is one.
std::optional<double> other_neighbour(const Truth& truth, const Format& format) {
  if (!truth.is_finite || truth.overflows || truth.tail_ulps == 0) return std::nullopt;
  const double neighbour = truth.tail_ulps > 0 ? next_up(format, truth.rounded)
                                               : next_down(format, truth.rounded);
  return std::isfinite(neighbour) ? std::optional(neighbour) : std::nullopt;
}

/// RN of the truths; `steps` away from it, beyond y's other neighbour at first, in every
/// third element that is a number.
Tensor answer_off_by(int steps, const std::vector<Truth>& truths, const Format& format,
                     const Shape& shape) {
  Tensor answer(format, shape);
  for (std::int64_t i = 0; i < answer.size(); ++i) {
    const Truth& truth = truths[static_cast<std::size_t>(i)];
    double value = truth.is_finite || format.has_infinity || std::isnan(truth.rounded)
                       ? truth.rounded
                       : overflow_result(format, truth.rounded < 0);
    const std::optional<double> neighbour = other_neighbour(truth, format);
    if (steps > 0 && i % 3 == 0 && neighbour) {
      const bool is_up = *neighbour > truth.rounded;
      value = *neighbour;
      for (int step = 1; step < steps; ++step) {
        const double next = is_up ? next_up(format, value) : next_down(format, value);
        if (std::isfinite(next)) value = next;
      }
    }
    answer.set(i, value);
  }
  return answer;
}

std::int64_t count_of_neighbours(const std::vector<Truth>& truths,
                                 const Format& format) {
  std::int64_t count = 0;
  for (std::size_t i = 0; i < truths.size(); i += 3) {
    if (other_neighbour(truths[i], format)) ++count;
  }
  return count;
}

/// The grade, or `undecided` where nothing of the output shows a digit.
Grade seen_grade(const Score& score, Grade grade) {
  return score.blind == score.count ? Grade::undecided : grade;
}

void check_correct(const Score& found) {
  CHECK(found.passes);
  CHECK(found.correctly_rounded == found.count);
  CHECK(found.faithful == found.count);
  CHECK(found.special.failures() == 0);
  CHECK(found.special.nonfinite_kind == 0);
  CHECK(found.special.signed_zero == 0);
  CHECK(found.grade.has_value() == (found.count > 0));
  if (found.grade) CHECK(*found.grade == seen_grade(found, Grade::correct));
  if (found.excess) CHECK(found.excess->max <= 1);
  if (found.ulp) CHECK(found.ulp->max <= 0.5);
}

void check_faithful(const Score& found, std::int64_t changed) {
  CHECK(found.passes);
  CHECK(found.correctly_rounded == found.count - changed);
  CHECK(found.faithful == found.count);
  CHECK(*found.grade == seen_grade(found, Grade::faithful));
  CHECK(found.excess->max <= 2);
  CHECK(found.ulp->max <= 1);
  CHECK(found.ulp->max >= 0.5 - absolute_error);
}

/// What one more step away from the truth may do to a score.
void check_no_better(const Score& further, const Score& nearer) {
  CHECK(further.correctly_rounded <= nearer.correctly_rounded);
  CHECK(further.faithful <= nearer.faithful);
  CHECK(further.ulp->max >= nearer.ulp->max);
  CHECK(further.excess->max >= nearer.excess->max);
  CHECK(further.passes <= nearer.passes);
  CHECK(*further.grade >= *nearer.grade);
  CHECK(further.blind == nearer.blind);
  // A class that fails has no bits to show; an error far beyond S has fewer than none.
  if (further.effective_bits && further.special.failures() == 0) {
    CHECK(further.effective_bits->bits <= nearer.effective_bits->bits);
  }
}

TEST_CASE("RN of the truth is correct, and every step away from it worse", "[twin]") {
  const Format format =
      GENERATE(float8_e4m3fn, float8_e5m2, float16, bfloat16, float32, float64);
  for_seeds_until(scaled_count(5'000), 500, [&](std::uint64_t seed) {
    const Question question = question_of(seed, format);
    for (const std::string& output : question.outputs()) {
      const Format answer_format = question.output_formats(output).front();
      CAPTURE(format.name, seed, text_of(question), output);
      const Shape shape = question.output_shape(output);
      const std::vector<Truth> truths = truth(question, output, answer_format);
      const auto score_off_by = [&](int steps) {
        return score(question, output,
                     answer_off_by(steps, truths, answer_format, shape), {});
      };
      Score nearer = score_off_by(0);
      check_correct(nearer);
      const std::int64_t changed = count_of_neighbours(truths, answer_format);
      if (changed == 0 || nearer.count == 0) continue;
      for (int steps = 1; steps <= 4; ++steps) {
        const Score further = score_off_by(steps);
        if (steps == 1) check_faithful(further, changed);
        check_no_better(further, nearer);
        nearer = further;
      }
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
