// SPDX-License-Identifier: Apache-2.0
// Scores of a whole output: its elements one by one, then the aggregates.
#include "oracle/score.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "oracle/attainable.hpp"
#include "oracle/coordinates.hpp"
#include "oracle/element_score.hpp"
#include "oracle/evaluation.hpp"
#include "oracle/histogram.hpp"

namespace truenorm {
namespace {

constexpr std::size_t most_worst_elements = 5;

/// An element that may be among the worst: where it is, and how bad.
struct Candidate {
  std::int64_t block = 0;
  std::int64_t i = 0;
  std::int64_t output_index = 0;
  double expected = 0;
  double actual = 0;
  ElementScore score;
};

bool is_worse(const Candidate& a, const Candidate& b) {
  const bool a_fails = a.score.special != SpecialClass::none;
  const bool b_fails = b.score.special != SpecialClass::none;
  if (a_fails != b_fails) return a_fails;
  const long double a_excess = a.score.excess.value_or(0);
  const long double b_excess = b.score.excess.value_or(0);
  if (a_excess != b_excess) return a_excess > b_excess;
  return a.output_index < b.output_index;
}

long double unit_roundoff(const Format& compute) {
  return std::ldexp(1.0L, -compute.precision_bits);
}

/// Gathers the scores of an output, element after element.
class Tally {
 public:
  void add(const Truth& truth, const ElementScore& element,
           const AttainableUlps& attainable, const Candidate& candidate) {
    ++score_.count;
    count_level(truth.level);
    count_class(element);
    score_.passes = score_.passes && element.passes;
    score_.correctly_rounded += element.is_correctly_rounded ? 1 : 0;
    score_.faithful += element.is_faithful ? 1 : 0;
    if (element.error_ulps) add_error(*element.error_ulps, *element.excess);
    if (truth.is_finite) add_precision(element, attainable);
    keep_if_worst(candidate);
  }
  void add_blind() { ++score_.blind; }
  void add_range() { ++score_.range; }
  void add_conditioning(long double conditioning) {
    const auto value = static_cast<double>(conditioning);
    score_.conditioning = std::max(score_.conditioning.value_or(0), value);
  }

  [[nodiscard]] const std::vector<Candidate>& worst() const { return worst_; }

  [[nodiscard]] Score finish() {
    if (scored_ > 0) {
      const auto n = static_cast<long double>(scored_);
      score_.ulp = {static_cast<double>(largest_error_),
                    static_cast<double>(sum_of_magnitudes_ / n),
                    histogram_.percentile(0.5), histogram_.percentile(0.99),
                    static_cast<double>(sum_of_errors_ / n)};
      score_.excess = {static_cast<double>(largest_excess_),
                       static_cast<double>(sum_of_excesses_ / n)};
    }
    score_.effective_bits = effective_bits();
    if (score_.count > 0) score_.grade = grade();
    return std::move(score_);
  }

 private:
  void count_level(Level level) {
    switch (level) {
      case Level::filter:
        ++score_.settled.filter;
        break;
      case Level::refine:
        ++score_.settled.refine;
        break;
      case Level::decide:
        ++score_.settled.decide;
        break;
      case Level::special:
        break;
    }
  }

  void count_class(const ElementScore& element) {
    SpecialCounts& counts = score_.special;
    counts.nonfinite_kind += element.differs_in_kind ? 1 : 0;
    counts.signed_zero += element.differs_in_zero_sign ? 1 : 0;
    switch (element.special) {
      case SpecialClass::none:
        break;
      case SpecialClass::spurious_nan:
        ++counts.spurious_nan;
        break;
      case SpecialClass::spurious_inf:
        ++counts.spurious_inf;
        break;
      case SpecialClass::missed_nan:
        ++counts.missed_nan;
        break;
      case SpecialClass::missed_inf:
        ++counts.missed_inf;
        break;
      case SpecialClass::wrong_inf:
        ++counts.wrong_inf;
        break;
    }
  }

  void add_error(long double error_ulps, long double excess) {
    const long double magnitude = std::fabs(error_ulps);
    ++scored_;
    largest_error_ = std::max(largest_error_, magnitude);
    sum_of_magnitudes_ += magnitude;
    sum_of_errors_ += error_ulps;
    histogram_.add(static_cast<double>(magnitude));
    largest_excess_ = std::max(largest_excess_, excess);
    sum_of_excesses_ += excess;
  }

  /// What the element says of the precision b: |error| <= roundings + 2^-b S.
  void add_precision(const ElementScore& element, const AttainableUlps& attainable) {
    const long double sensitivity = attainable.sensitivity;
    finest_bits_ = std::max(finest_bits_, std::log2(2 * sensitivity));
    if (!element.error_ulps) return;
    const long double beyond = std::fabs(*element.error_ulps) - attainable.roundings;
    if (beyond <= 0) return;
    if (sensitivity == 0) shows_no_precision_ = true;
    bits_ = std::min(bits_, std::log2(sensitivity / beyond));
  }

  [[nodiscard]] std::optional<EffectiveBits> effective_bits() const {
    if (score_.count == 0) return std::nullopt;
    if (score_.special.failures() > 0 || shows_no_precision_) return EffectiveBits{};
    // Nothing of this output depends on the precision of a computation.
    if (std::isinf(finest_bits_)) return std::nullopt;
    if (bits_ >= finest_bits_)
      return EffectiveBits{static_cast<double>(finest_bits_), true};
    return EffectiveBits{static_cast<double>(bits_), false};
  }

  [[nodiscard]] Grade grade() const {
    if (score_.special.failures() > 0) return Grade::unstable;
    if (score_.blind == score_.count) return Grade::undecided;
    if (score_.correctly_rounded == score_.count) return Grade::correct;
    if (score_.faithful == score_.count) return Grade::faithful;
    return largest_excess_ <= 4 ? Grade::stable : Grade::unstable;
  }

  void keep_if_worst(const Candidate& candidate) {
    if (worst_.size() == most_worst_elements && !is_worse(candidate, worst_.back())) {
      return;
    }
    const auto place =
        std::upper_bound(worst_.begin(), worst_.end(), candidate, is_worse);
    worst_.insert(place, candidate);
    if (worst_.size() > most_worst_elements) worst_.pop_back();
  }

  Score score_;
  std::int64_t scored_ = 0;
  long double largest_error_ = 0;
  long double sum_of_magnitudes_ = 0;
  long double sum_of_errors_ = 0;
  long double largest_excess_ = 0;
  long double sum_of_excesses_ = 0;
  Histogram histogram_;
  long double bits_ = std::numeric_limits<long double>::infinity();
  long double finest_bits_ = -std::numeric_limits<long double>::infinity();
  bool shows_no_precision_ = false;
  std::vector<Candidate> worst_;
};

/// S of the current block's element i, in ulps of its truth.
AttainableUlps attainable_ulps(Evaluation& evaluation, std::int64_t i,
                               const Truth& truth, const Sensitivity& s,
                               long double u) {
  AttainableUlps result;
  result.unit_roundoff = u;
  result.sensitivity = std::ldexp(s.sum, -truth.ulp_exponent);
  if (!std::isfinite(result.sensitivity)) {
    throw OracleFault("the attainable error of an element is not finite");
  }
  if (truth.is_finite) {
    result.roundings +=
        std::ldexp(evaluation.rounding_on_the_way(i), -truth.ulp_exponent);
  }
  return result;
}

/// The truth as a number, if it is one.
long double number_of(const Truth& truth, const Format& format, Evaluation& evaluation,
                      std::int64_t i) {
  if (!truth.is_finite) return 0;
  // Far beyond the format, or below it, the tail leaves binary64.
  if (truth.tail_ulps != 0 && !std::isnormal(truth.tail_ulps)) {
    return evaluation.approximate(i);
  }
  const long double base =
      truth.overflows ? std::copysign(overflow_threshold(format), truth.rounded)
                      : static_cast<long double>(truth.rounded);
  return base +
         std::ldexp(static_cast<long double>(truth.tail_ulps), truth.ulp_exponent);
}

/// SPEC 8: whether a gradient across groups is lost in what is attainable.
bool is_drowned(long double value, int ulp_exponent, const AttainableUlps& attainable) {
  return 4 * (attainable.roundings +
              attainable.unit_roundoff * attainable.sensitivity) >
         std::fabs(std::ldexp(value, -ulp_exponent));
}

void check_answer(const Question& question, std::string_view output,
                  const Tensor& answer) {
  const std::vector<Format> formats = question.output_formats(output);
  if (std::find(formats.begin(), formats.end(), answer.format()) == formats.end()) {
    throw std::invalid_argument(std::string(output) + " came as " +
                                std::string(answer.format().name));
  }
  if (answer.shape() != question.output_shape(output)) {
    throw std::invalid_argument(std::string(output) + " came in the shape " +
                                shape_text(answer.shape()));
  }
}

}  // namespace

std::string_view name(Grade grade) {
  switch (grade) {
    case Grade::correct:
      return "correct";
    case Grade::faithful:
      return "faithful";
    case Grade::stable:
      return "stable";
    case Grade::unstable:
      return "unstable";
    case Grade::undecided:
      return "undecided";
  }
  return {};
}

Score score(const Question& question, std::string_view output, const Tensor& answer,
            const Criteria& criteria) {
  check_answer(question, output, answer);
  const CanonicalForm form = lower(question);
  const Quantity quantity = quantity_of(question, output);
  const Format input_format = question.x().format();
  const Format compute =
      criteria.compute.value_or(input_format == float64 ? float64 : float32);
  const long double u = unit_roundoff(compute);
  const auto evaluation = evaluate(question, form, quantity, u);
  Tally tally;
  const std::int64_t blocks = evaluation->is_scored() ? evaluation->blocks() : 0;
  for (std::int64_t block = 0; block < blocks; ++block) {
    evaluation->load(block);
    if (const auto conditioning = evaluation->conditioning()) {
      tally.add_conditioning(*conditioning);
    }
    const bool leaves_range = evaluation->leaves_range(compute);
    for (std::int64_t i = 0; i < evaluation->block_size(); ++i) {
      const Truth truth = evaluation->settle(i, answer.format());
      const long double value = number_of(truth, answer.format(), *evaluation, i);
      const Sensitivity sensitivity =
          truth.is_finite ? evaluation->sensitivity(i, value) : Sensitivity{};
      const AttainableUlps ulps =
          attainable_ulps(*evaluation, i, truth, sensitivity, u);
      const std::int64_t index = evaluation->output_index(block, i);
      const double actual = answer[index];
      const ElementScore element =
          score_element(truth, actual, ulps, criteria.tolerance, answer.format());
      tally.add(truth, element, ulps,
                {block, i, index, truth.rounded, actual, element});
      const bool is_blind =
          sensitivity.is_capped ||
          (quantity == Quantity::dgamma && is_drowned(value, truth.ulp_exponent, ulps));
      if (truth.is_finite && is_blind) tally.add_blind();
      if (truth.is_finite && leaves_range) tally.add_range();
    }
  }
  Score result = tally.finish();
  for (const Candidate& candidate : tally.worst()) {
    evaluation->load(candidate.block);
    const auto as_double = [](const std::optional<long double>& value) {
      return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
    };
    result.worst.push_back({coordinates(candidate.output_index, answer.shape()),
                            evaluation->decimal(candidate.i), candidate.expected,
                            candidate.actual, as_double(candidate.score.error_ulps),
                            as_double(candidate.score.excess)});
  }
  return result;
}

}  // namespace truenorm
