// SPDX-License-Identifier: Apache-2.0
// SPEC 6 and 8: distances, classes, and what is counted of them.
#include "oracle/test/score_twin.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "oracle/test/attainable_twin.hpp"

namespace truenorm::twin {
namespace {

using Real = long double;

constexpr Real infinity = std::numeric_limits<Real>::infinity();

bool is_same(double left, double right) {
  return left == right || (std::isnan(left) && std::isnan(right));
}

/// Where there are no infinities, NaN is the overflow.
bool is_overflow(double actual, const Format& format) {
  return format.has_infinity ? std::isinf(actual) : std::isnan(actual);
}

/// What an overflow counts as: 2^(emax + 1), or 480 in float8_e4m3fn.
mpq_class overflow_magnitude(const Format& format) {
  const mpq_class beyond = power_of_two(format.emax + 1);
  const mpq_class ulp = power_of_two(format.emax - format.precision_bits + 1);
  return format.has_infinity ? beyond : mpq_class(beyond - ulp);
}

/// An overflow's sign is its own, but that a NaN has none and takes the truth's.
int sign_of_overflow(double actual, const Quadratic& y) {
  if (std::isnan(actual)) return sign(y) < 0 ? -1 : 1;
  return actual < 0 ? -1 : 1;
}

/// A truth that is a number, and the answer to it.
struct Pair {
  const Quadratic& y;
  Rounding rounding;
  double actual;
  const Format& format;

  [[nodiscard]] bool overflows() const { return is_overflow(actual, format); }
  /// Of the answer against the truth; -0 has the sign of what rounds to it.
  [[nodiscard]] bool has_other_sign() const {
    return std::signbit(actual) != (sign(y) < 0);
  }
};

/// actual - y in ulps, exactly until the last conversion.
Real distance_ulps(const Pair& pair) {
  mpq_class number = pair.overflows() ? overflow_magnitude(pair.format) *
                                            sign_of_overflow(pair.actual, pair.y)
                                      : rational_of(pair.actual);
  const bool overflows_rightly =
      pair.overflows() && pair.rounding.overflows &&
      sign_of_overflow(pair.actual, pair.y) == sign(pair.y) &&
      compare(sign(pair.y) < 0 ? negate(pair.y) : pair.y, abs(number)) >= 0;
  if (overflows_rightly) return 0;
  const Quadratic difference = add({number, 0, 0}, negate(pair.y));
  return std::ldexp(approximate(difference),
                    -static_cast<int>(pair.rounding.ulp_exponent));
}

bool flushes(const Tolerance& tolerance, const Pair& pair) {
  const mpq_class smallest = power_of_two(pair.format.emin);
  return tolerance.flush_to_zero && pair.actual == 0 && compare(pair.y, smallest) < 0 &&
         compare(pair.y, -smallest) > 0;
}

bool is_within(const Tolerance& tolerance, const Pair& pair, Real error, Real excess) {
  if (std::isinf(pair.actual) && pair.has_other_sign()) return false;
  if (flushes(tolerance, pair)) return true;
  return (!tolerance.limit_ulps || std::fabs(error) <= *tolerance.limit_ulps) &&
         (!tolerance.limit_excess || excess <= *tolerance.limit_excess);
}

/// The class of an element that does not pass; null for an ordinary error.
std::int64_t* class_of(SpecialCounts& counts, const Pair& pair) {
  if (std::isnan(pair.actual)) return &counts.spurious_nan;
  if (std::isinf(pair.actual)) {
    return pair.rounding.overflows ? &counts.wrong_inf : &counts.spurious_inf;
  }
  return pair.rounding.overflows ? &counts.missed_inf : nullptr;
}

/// The special value that a truth is, as the format has it.
double special_value(const Extended& value, const Format& format) {
  if (value.is_nan()) return std::numeric_limits<double>::quiet_NaN();
  return overflow_result(format, value.sign() < 0);
}

/// The score of an output, gathered element by element.
class Tally {
 public:
  Tally(const Format& format, const Criteria& criteria, Real unit_roundoff)
      : format_(format), criteria_(criteria), u_(unit_roundoff) {}

  void judge_special(const OutputElement& truth, double actual) {
    ++score_.count;
    const bool is_degenerate = truth.meets_nonfinite_input || truth.meets_zero_scale;
    bool is_right = !std::isfinite(actual);
    // Inputs finite and the root of a negative: only NaN agrees.
    if (!is_degenerate && truth.value.is_nan()) is_right = std::isnan(actual);
    if (!is_right) {
      ++(truth.value.is_nan() ? score_.special.missed_nan : score_.special.missed_inf);
      score_.passes = false;
      return;
    }
    if (!is_same(actual, special_value(truth.value, format_))) {
      ++score_.special.nonfinite_kind;
    }
    ++score_.correctly_rounded;
    ++score_.faithful;
  }

  /// values   S and roundings in the output's own unit
  void judge(const OutputElement& truth, double actual, Real S, Real rounding_on_way) {
    ++score_.count;
    const Pair pair{truth.value.number(), round(format_, truth.value.number()), actual,
                    format_};
    const auto ulp = static_cast<int>(pair.rounding.ulp_exponent);
    const Real S_ulps = std::ldexp(S, -ulp);
    const Real roundings = 0.5L + std::ldexp(rounding_on_way, -ulp);
    ceiling_ = std::max(ceiling_, std::log2(2 * S_ulps));
    if (is_stray(truth, pair)) {
      ++(std::isnan(actual) ? score_.special.spurious_nan
                            : score_.special.spurious_inf);
      score_.passes = false;
      return;
    }
    count_neighbours(pair);
    const Real error = distance_ulps(pair);
    const Real excess = std::fabs(error) / (roundings + u_ * S_ulps);
    if (!is_within(criteria_.tolerance, pair, error, excess)) {
      score_.passes = false;
      if (std::int64_t* counter = class_of(score_.special, pair)) {
        ++*counter;
        return;
      }
    }
    add_error(error, excess);
    add_precision(std::fabs(error) - roundings, S_ulps);
  }

  void add_blind() { ++score_.blind; }
  void add_range() { ++score_.range; }
  void add_conditioning(Real conditioning) {
    score_.conditioning =
        std::max(score_.conditioning.value_or(0), static_cast<double>(conditioning));
  }

  [[nodiscard]] Score finish() {
    if (!magnitudes_.empty()) {
      const auto n = static_cast<Real>(magnitudes_.size());
      score_.ulp = {*std::max_element(magnitudes_.begin(), magnitudes_.end()),
                    static_cast<double>(sum_ / n), percentile(magnitudes_, 0.5),
                    percentile(magnitudes_, 0.99),
                    static_cast<double>(signed_sum_ / n)};
      score_.excess = {static_cast<double>(excess_max_),
                       static_cast<double>(excess_sum_ / n)};
    }
    if (score_.count > 0) {
      score_.effective_bits = effective_bits();
      score_.grade = grade();
    }
    return score_;
  }

 private:
  /// Where an input is not finite or s = 0, overflow explains no answer to a number.
  [[nodiscard]] bool is_stray(const OutputElement& truth, const Pair& pair) const {
    if (std::isfinite(pair.actual)) return false;
    const bool is_degenerate = truth.meets_nonfinite_input || truth.meets_zero_scale;
    return !pair.overflows() || (is_degenerate && !pair.rounding.overflows);
  }

  void count_neighbours(const Pair& pair) {
    const Rounding& rounding = pair.rounding;
    if (is_same(pair.actual, rounding.nearest)) ++score_.correctly_rounded;
    if (is_same(pair.actual, rounding.down) || is_same(pair.actual, rounding.up)) {
      ++score_.faithful;
    }
    if (pair.actual == 0 && rounding.nearest == 0 && pair.has_other_sign()) {
      ++score_.special.signed_zero;
    }
  }

  void add_error(Real error, Real excess) {
    magnitudes_.push_back(static_cast<double>(std::fabs(error)));
    sum_ += std::fabs(error);
    signed_sum_ += error;
    excess_sum_ += excess;
    excess_max_ = std::max(excess_max_, excess);
  }

  void add_precision(Real beyond, Real S_ulps) {
    if (beyond <= 0) return;
    if (S_ulps == 0) is_zero_bits_ = true;
    bits_ = std::min(bits_, std::log2(S_ulps / beyond));
  }

  [[nodiscard]] std::optional<EffectiveBits> effective_bits() const {
    if (score_.special.failures() > 0 || is_zero_bits_) return EffectiveBits{0, false};
    if (ceiling_ == -infinity) return std::nullopt;
    const bool at_least = bits_ >= ceiling_;
    return EffectiveBits{static_cast<double>(at_least ? ceiling_ : bits_), at_least};
  }

  [[nodiscard]] Grade grade() const {
    if (score_.special.failures() > 0) return Grade::unstable;
    if (score_.blind == score_.count) return Grade::undecided;
    if (score_.correctly_rounded == score_.count) return Grade::correct;
    if (score_.faithful == score_.count) return Grade::faithful;
    return excess_max_ <= 4 ? Grade::stable : Grade::unstable;
  }

  const Format& format_;
  const Criteria& criteria_;
  Real u_;
  Score score_;
  std::vector<double> magnitudes_;
  Real sum_ = 0;
  Real signed_sum_ = 0;
  Real excess_sum_ = 0;
  Real excess_max_ = 0;
  Real bits_ = infinity;
  Real ceiling_ = -infinity;
  bool is_zero_bits_ = false;
};

/// Whether q + eps or the sum of squares of a group leaves [2^(emin + p), 2^emax].
bool leaves_range(const Question& question, const Symbols& s, const Format& compute) {
  const Real low = std::ldexp(Real{1}, compute.emin + compute.precision_bits);
  const Real high = std::ldexp(Real{1}, compute.emax);
  const auto leaves = [&](Real value) { return value < low || value > high; };
  if (!s.has_numbers) return false;
  if (leaves(s.q_plus_eps)) return true;
  // Given statistics square nothing, and a sum of zeros is exact.
  return !has_given_statistics(question) && s.sum_of_squares != 0 &&
         leaves(s.sum_of_squares);
}

/// max(<|x|>, |mean|)/s; with a given mean every element is a group of its own.
Real conditioning_of(const Question& question, const Symbols& s) {
  Real of_x = s.mean_magnitude;
  if (has_given_statistics(question)) {
    of_x = 0;
    for (const std::size_t at : s.members) {
      const double x = question.x()[static_cast<std::int64_t>(at)];
      of_x = std::max(of_x, std::fabs(static_cast<Real>(x)));
    }
  }
  return std::max(of_x, s.mu) * s.r;
}

/// The groups of which the output speaks.
std::vector<std::size_t> groups_behind(const AttainableTwin& attainable,
                                       std::string_view output, std::size_t count) {
  std::vector<std::size_t> groups;
  if (output != "dgamma" && output != "dbeta") {
    for (std::size_t number = 0; number < attainable.groups().size(); ++number) {
      groups.push_back(number);
    }
    return groups;
  }
  for (std::size_t i = 0; i < count; ++i) {
    for (const std::size_t number : attainable.sources(output, i)) {
      groups.push_back(number);
    }
  }
  return groups;
}

bool is_statistic_of_nothing(const Evaluation& evaluation, std::string_view output,
                             std::size_t index) {
  const bool is_statistic =
      output == "mean" || output == "variance" || output == "rstd" || output == "norm";
  return is_statistic && evaluation.groups[index].size == 0;
}

/// 4 (½ulp + u S) > |dgamma|
bool is_drowned(const Quadratic& dgamma, const Format& format, Real u, Real S) {
  const Real half_ulp =
      std::ldexp(0.5L, static_cast<int>(round(format, dgamma).ulp_exponent));
  return 4 * (half_ulp + u * S) > std::fabs(approximate(dgamma));
}

}  // namespace

double percentile(std::vector<double> values, double fraction) {
  std::sort(values.begin(), values.end());
  const auto needed = static_cast<std::size_t>(
      std::ceil(fraction * static_cast<double>(values.size())));
  const double value = values.at(std::max<std::size_t>(needed, 1) - 1);
  if (value == 0 || std::isinf(value)) return value;
  const double octave = std::exp2(std::floor(std::log2(value)));
  return octave * (std::floor(value / octave * 64) + 1) / 64;
}

Score expected_score(const Question& question, const Evaluation& evaluation,
                     std::string_view output, const Tensor& answer,
                     const Criteria& criteria) {
  const Format& format = answer.format();
  const bool is_double = question.x().format() == float64;
  const Format compute = criteria.compute.value_or(is_double ? float64 : float32);
  const Real u = std::ldexp(1.0L, -compute.precision_bits);
  const AttainableTwin attainable(question, evaluation, u);
  const std::vector<OutputElement>& truths = evaluation.outputs.find(output)->second;
  Tally tally(format, criteria, u);
  for (const std::size_t number : groups_behind(attainable, output, truths.size())) {
    const Symbols& s = attainable.groups()[number];
    if (s.has_numbers) tally.add_conditioning(conditioning_of(question, s));
  }
  for (std::size_t i = 0; i < truths.size(); ++i) {
    if (is_statistic_of_nothing(evaluation, output, i)) continue;
    const double actual = answer[static_cast<std::int64_t>(i)];
    if (!truths[i].value.is_number()) {
      tally.judge_special(truths[i], actual);
      continue;
    }
    const Reach reach = attainable.reach(output, i);
    tally.judge(truths[i], actual, reach.S, attainable.rounding_on_the_way(output, i));
    const bool is_blind =
        reach.is_capped || (output == "dgamma" &&
                            is_drowned(truths[i].value.number(), format, u, reach.S));
    if (is_blind) tally.add_blind();
    const std::vector<std::size_t> sources = attainable.sources(output, i);
    const bool is_out_of_range =
        std::any_of(sources.begin(), sources.end(), [&](std::size_t number) {
          return leaves_range(question, attainable.groups()[number], compute);
        });
    if (is_out_of_range) tally.add_range();
  }
  return tally.finish();
}

}  // namespace truenorm::twin
