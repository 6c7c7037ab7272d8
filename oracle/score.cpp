// SPDX-License-Identifier: Apache-2.0
// Scores of a whole output: its elements one by one, then the aggregates.
#include "oracle/score.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "oracle/attainable.hpp"
#include "oracle/element_score.hpp"
#include "oracle/evaluation.hpp"
#include "oracle/histogram.hpp"

namespace truenorm {
namespace {

constexpr std::size_t most_worst_elements = 5;

/// An element that may be among the worst: where it is, and how bad.
struct Candidate {
  std::int64_t group = 0;
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

std::vector<std::int64_t> coordinates(std::int64_t index, const Shape& shape) {
  std::vector<std::int64_t> place(shape.size());
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    place[axis] = index % shape[axis];
    index /= shape[axis];
  }
  return place;
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

/// The attainable error of the elements of the current group.
class GroupAttainable {
 public:
  GroupAttainable(Evaluation& evaluation, Quantity quantity, const Format& compute)
      : evaluation_(evaluation), quantity_(quantity), compute_(compute) {
    if (evaluation.has_finite_statistics()) {
      attainable_.emplace(evaluation.group(), evaluation.summary(),
                          unit_roundoff(compute));
    }
  }

  [[nodiscard]] const std::optional<Attainable>& statistics() const {
    return attainable_;
  }

  /// S of element i; where the statistics are not finite, a finite truth is beta itself.
  [[nodiscard]] Sensitivity sensitivity(std::int64_t i) const {
    const Affine affine = evaluation_.affine(i);
    if (!attainable_) {
      return {std::fabs(static_cast<long double>(affine.beta.value_or(0))), false};
    }
    switch (quantity_) {
      case Quantity::y:
        return attainable_->y(evaluation_.x(i), affine);
      case Quantity::mean:
        return attainable_->mean();
      case Quantity::rstd:
        return attainable_->rstd();
      case Quantity::scale:
        return attainable_->scale(affine);
      case Quantity::offset:
        return attainable_->offset(affine);
    }
    return {};
  }

  [[nodiscard]] AttainableUlps ulps(std::int64_t i, const Truth& truth,
                                    const Sensitivity& s) const {
    AttainableUlps result;
    result.unit_roundoff = unit_roundoff(compute_);
    result.sensitivity = std::ldexp(s.sum, -truth.ulp_exponent);
    if (!std::isfinite(result.sensitivity)) {
      throw OracleFault("the attainable error of an element is not finite");
    }
    const bool rounds_normalized =
        quantity_ == Quantity::y && evaluation_.group().form->rounds_normalized;
    if (rounds_normalized && truth.is_finite && attainable_) {
      result.roundings += rounding_of_normalized(i, truth);
    }
    return result;
  }

 private:
  /// Half an ulp of the normalized value, times gamma: a rounding that goes either way.
  [[nodiscard]] long double rounding_of_normalized(std::int64_t i,
                                                   const Truth& truth) const {
    const int ulp = evaluation_.settle_normalized(i).ulp_exponent;
    return std::ldexp(
        std::fabs(attainable_->effective_gamma(evaluation_.affine(i))) / 2,
        ulp - truth.ulp_exponent);
  }

  Evaluation& evaluation_;
  Quantity quantity_;
  const Format& compute_;
  std::optional<Attainable> attainable_;
};

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

bool has_scale(const Evaluation& evaluation) {
  return evaluation.scale_sign() == ScaleSign::positive ||
         evaluation.scale_sign() == ScaleSign::negative;
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
  Evaluation evaluation(question, form, quantity, answer.format());
  Tally tally;
  // The statistics of a group without elements are not scored.
  const bool is_scored = form.map.group_size() > 0 || form.spread == Spread::given;
  for (std::int64_t group = 0; is_scored && group < evaluation.groups(); ++group) {
    evaluation.load(group);
    const GroupAttainable attainable(evaluation, quantity, compute);
    const auto& statistics = attainable.statistics();
    const bool is_regular = statistics && has_scale(evaluation);
    if (is_regular) tally.add_conditioning(statistics->conditioning());
    const bool leaves_range = is_regular && statistics->leaves_range(compute);
    for (std::int64_t i = 0; i < evaluation.elements_per_group(); ++i) {
      const Truth truth = evaluation.settle(i);
      const Sensitivity sensitivity =
          truth.is_finite ? attainable.sensitivity(i) : Sensitivity{};
      const AttainableUlps ulps = attainable.ulps(i, truth, sensitivity);
      const std::int64_t index = evaluation.output_index(group, i);
      const double actual = answer[index];
      const ElementScore element =
          score_element(truth, actual, ulps, criteria.tolerance, answer.format());
      tally.add(truth, element, ulps,
                {group, i, index, truth.rounded, actual, element});
      if (truth.is_finite && sensitivity.is_capped) tally.add_blind();
      if (truth.is_finite && leaves_range) tally.add_range();
    }
  }
  Score result = tally.finish();
  for (const Candidate& candidate : tally.worst()) {
    evaluation.load(candidate.group);
    const auto as_double = [](const std::optional<long double>& value) {
      return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
    };
    result.worst.push_back({coordinates(candidate.output_index, answer.shape()),
                            evaluation.decimal(candidate.i), candidate.expected,
                            candidate.actual, as_double(candidate.score.error_ulps),
                            as_double(candidate.score.excess)});
  }
  return result;
}

}  // namespace truenorm
