// SPDX-License-Identifier: Apache-2.0
// Aggregates of SPEC 8.
#include "oracle/tally.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace truenorm {
namespace {

constexpr std::size_t most_worst_elements = 5;

bool is_worse(const Candidate& a, const Candidate& b) {
  const bool a_fails = a.score.special != SpecialClass::none;
  const bool b_fails = b.score.special != SpecialClass::none;
  if (a_fails != b_fails) return a_fails;
  const long double a_excess = a.score.excess.value_or(0);
  const long double b_excess = b.score.excess.value_or(0);
  if (a_excess != b_excess) return a_excess > b_excess;
  return a.output_index < b.output_index;
}

}  // namespace

void ErrorSums::add(const ElementScore& element) {
  if (!element.error_ulps) return;
  ++scored;
  errors += *element.error_ulps;
  magnitudes += std::fabs(*element.error_ulps);
  excesses += *element.excess;
}

void ErrorSums::add(const filter::LaneTally& lanes) {
  scored += lanes.count;
  for (const double value : lanes.errors) errors += value;
  for (const double value : lanes.magnitudes) magnitudes += value;
  for (const double value : lanes.excesses) excesses += value;
}

void ErrorSums::add(const ErrorSums& other) {
  errors += other.errors;
  magnitudes += other.magnitudes;
  excesses += other.excesses;
  scored += other.scored;
}

void Tally::add(const Truth& truth, const ElementScore& element,
                const AttainableUlps& attainable, const Candidate& candidate) {
  ++score_.count;
  count_level(truth.level);
  count_class(element);
  score_.passes = score_.passes && element.passes;
  score_.correctly_rounded += element.is_correctly_rounded ? 1 : 0;
  score_.faithful += element.is_faithful ? 1 : 0;
  if (element.error_ulps) {
    const long double magnitude = std::fabs(*element.error_ulps);
    largest_error_ = std::max(largest_error_, magnitude);
    largest_excess_ = std::max(largest_excess_, *element.excess);
    histogram_.add(static_cast<double>(magnitude));
  }
  if (truth.is_finite) add_precision(element, attainable);
  add_candidate(candidate);
}

void Tally::add(const filter::LaneTally& lanes) {
  histogram_.add_counted(lanes.count - lanes.exact, lanes.exact);
  score_.count += lanes.count;
  score_.settled.filter += lanes.count;
  score_.passes = score_.passes && lanes.passes;
  score_.correctly_rounded += lanes.correctly_rounded;
  score_.faithful += lanes.faithful;
  score_.blind += lanes.blind;
  largest_error_ = std::max<long double>(largest_error_, lanes.largest_error);
  largest_excess_ = std::max<long double>(largest_excess_, lanes.largest_excess);
  precision_ = std::min<long double>(precision_, lanes.precision);
  finest_ = std::max<long double>(finest_, 2.0L * lanes.finest);
  shows_no_precision_ = shows_no_precision_ || lanes.shows_no_precision;
}

void Tally::add_conditioning(long double conditioning) {
  const auto value = static_cast<double>(conditioning);
  score_.conditioning = std::max(score_.conditioning.value_or(0), value);
}

void Tally::add_candidate(const Candidate& candidate) {
  if (worst_.size() == most_worst_elements && !is_worse(candidate, worst_.back())) {
    return;
  }
  const auto place =
      std::upper_bound(worst_.begin(), worst_.end(), candidate, is_worse);
  worst_.insert(place, candidate);
  if (worst_.size() > most_worst_elements) worst_.pop_back();
}

double Tally::notable_excess() const {
  if (worst_.size() < most_worst_elements) return 0;
  const ElementScore& least = worst_.back().score;
  if (least.special != SpecialClass::none) {
    return std::numeric_limits<double>::infinity();
  }
  return static_cast<double>(least.excess.value_or(0));
}

void Tally::merge(Tally other) {
  const Score& score = other.score_;
  score_.count += score.count;
  score_.passes = score_.passes && score.passes;
  score_.correctly_rounded += score.correctly_rounded;
  score_.faithful += score.faithful;
  score_.blind += score.blind;
  score_.range += score.range;
  score_.settled.filter += score.settled.filter;
  score_.settled.refine += score.settled.refine;
  score_.settled.decide += score.settled.decide;
  score_.special.spurious_nan += score.special.spurious_nan;
  score_.special.spurious_inf += score.special.spurious_inf;
  score_.special.missed_nan += score.special.missed_nan;
  score_.special.missed_inf += score.special.missed_inf;
  score_.special.wrong_inf += score.special.wrong_inf;
  score_.special.nonfinite_kind += score.special.nonfinite_kind;
  score_.special.signed_zero += score.special.signed_zero;
  if (score.conditioning) add_conditioning(*score.conditioning);
  largest_error_ = std::max(largest_error_, other.largest_error_);
  largest_excess_ = std::max(largest_excess_, other.largest_excess_);
  histogram_.merge(std::move(other.histogram_));
  precision_ = std::min(precision_, other.precision_);
  finest_ = std::max(finest_, other.finest_);
  shows_no_precision_ = shows_no_precision_ || other.shows_no_precision_;
  for (const Candidate& candidate : other.worst_) add_candidate(candidate);
}

Score Tally::finish(const ErrorSums& sums) {
  if (sums.scored > 0) {
    const auto n = static_cast<long double>(sums.scored);
    score_.ulp = {static_cast<double>(largest_error_),
                  static_cast<double>(sums.magnitudes / n), histogram_.percentile(0.5),
                  histogram_.percentile(0.99), static_cast<double>(sums.errors / n)};
    score_.excess = {static_cast<double>(largest_excess_),
                     static_cast<double>(sums.excesses / n)};
  }
  score_.effective_bits = effective_bits();
  if (score_.count > 0) score_.grade = grade();
  return std::move(score_);
}

void Tally::count_level(Level level) {
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

void Tally::count_class(const ElementScore& element) {
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

/// What the element says of the precision b: |error| <= roundings + 2^-b S.
void Tally::add_precision(const ElementScore& element,
                          const AttainableUlps& attainable) {
  const long double sensitivity = attainable.sensitivity;
  finest_ = std::max(finest_, 2 * sensitivity);
  if (!element.error_ulps) return;
  const long double beyond = std::fabs(*element.error_ulps) - attainable.roundings;
  if (beyond <= 0) return;
  if (sensitivity == 0) shows_no_precision_ = true;
  precision_ = std::min(precision_, sensitivity / beyond);
}

std::optional<EffectiveBits> Tally::effective_bits() const {
  if (score_.count == 0) return std::nullopt;
  if (score_.special.failures() > 0 || shows_no_precision_) return EffectiveBits{};
  // Nothing of this output depends on the precision of a computation.
  if (finest_ == 0) return std::nullopt;
  if (precision_ >= finest_) {
    return EffectiveBits{static_cast<double>(std::log2(finest_)), true};
  }
  return EffectiveBits{static_cast<double>(std::log2(precision_)), false};
}

Grade Tally::grade() const {
  if (score_.special.failures() > 0) return Grade::unstable;
  if (score_.blind == score_.count) return Grade::undecided;
  if (score_.correctly_rounded == score_.count) return Grade::correct;
  if (score_.faithful == score_.count) return Grade::faithful;
  return largest_excess_ <= 4 ? Grade::stable : Grade::unstable;
}

}  // namespace truenorm
