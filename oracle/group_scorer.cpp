// SPDX-License-Identifier: Apache-2.0
// A block goes through the filter; what that leaves goes to the exact levels.
#include "oracle/group_scorer.hpp"

#include <cmath>
#include <limits>

#include "oracle/filter/truth_filter.hpp"

namespace truenorm {
namespace {

/// What SPEC 8 needs of an element, in ulps of its truth.
AttainableUlps attainable_ulps(const ScoringJob& job, const Truth& truth,
                               const Sensitivity& s, long double extra) {
  AttainableUlps result;
  result.unit_roundoff = job.unit_roundoff;
  result.sensitivity = std::ldexp(s.sum, -truth.ulp_exponent);
  if (!std::isfinite(result.sensitivity)) {
    throw OracleFault("the attainable error of an element is not finite");
  }
  if (truth.is_finite) result.roundings += std::ldexp(extra, -truth.ulp_exponent);
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

}  // namespace

void add_element(const ScoringJob& job, const Truth& truth, long double value,
                 const Sensitivity& sensitivity, long double extra, std::int64_t block,
                 std::int64_t i, std::int64_t index, Tally& tally, ErrorSums& sums) {
  const AttainableUlps ulps = attainable_ulps(job, truth, sensitivity, extra);
  const double actual = job.answer[index];
  const ElementScore element =
      score_element(truth, actual, ulps, job.criteria.tolerance, job.answer.format());
  tally.add(truth, element, ulps, {block, i, index, truth.rounded, actual, element});
  sums.add(element);
  const bool is_blind =
      sensitivity.is_capped ||
      (job.quantity == Quantity::dgamma && is_drowned(value, truth.ulp_exponent, ulps));
  if (truth.is_finite && is_blind) tally.add_blind();
}

ExactScorer::ExactScorer(const ScoringJob& job)
    : job_(job),
      evaluation_(evaluate(job.question, job.form, job.quantity, job.unit_roundoff)) {}

void ExactScorer::start_block(std::int64_t block, Tally& tally) {
  evaluation_->load(block);
  if (const auto conditioning = evaluation_->conditioning()) {
    tally.add_conditioning(*conditioning);
  }
}

void ExactScorer::add(std::int64_t block, std::int64_t i, Tally& tally,
                      ErrorSums& sums) {
  evaluation_->load(block);
  const Truth truth = evaluation_->settle(i, job_.answer.format());
  const long double value = number_of(truth, job_.answer.format(), *evaluation_, i);
  const Sensitivity sensitivity =
      truth.is_finite ? evaluation_->sensitivity(i, value) : Sensitivity{};
  const long double extra =
      truth.is_finite ? evaluation_->rounding_on_the_way(i) : 0.0L;
  add_element(job_, truth, value, sensitivity, extra, block, i,
              evaluation_->output_index(block, i), tally, sums);
  if (truth.is_finite && evaluation_->leaves_range(job_.compute)) tally.add_range(1);
}

bool has_own_parameters(const ScoringJob& job) {
  return is_gradient_of_parameter(job.quantity) &&
         job.answer.size() == job.question.x().size();
}

GroupScorer::GroupScorer(const ScoringJob& job)
    : job_(job),
      is_gradient_(is_gradient_of_parameter(job.quantity)),
      is_elementwise_(is_gradient_ || is_elementwise(job.quantity)),
      grid_(job.answer.format()),
      filter_(job.question, job.form, job.quantity, filter::Need::scores,
              static_cast<double>(job.unit_roundoff)),
      reader_(job.form.map, is_gradient_ ? filter::GroupReader::Along::parameters
                                         : filter::GroupReader::Along::elements),
      actual_(is_elementwise_ ? &job.answer : nullptr, reader_),
      scoring_(std::make_unique<filter::ChunkScoring>()) {
  const Tolerance& tolerance = job.criteria.tolerance;
  if (tolerance.limit_ulps) scoring_->limit_ulps = *tolerance.limit_ulps;
  if (tolerance.limit_excess) scoring_->limit_excess = *tolerance.limit_excess;
  scoring_->flushes_to_zero = tolerance.flush_to_zero;
  scoring_->unit_roundoff = static_cast<double>(job.unit_roundoff);
}

ExactScorer& GroupScorer::exact() {
  if (!exact_) exact_ = std::make_unique<ExactScorer>(job_);
  return *exact_;
}

void GroupScorer::score(std::int64_t begin, std::int64_t end, ErrorSums& sums) {
  filter::LaneTally lanes;
  for (std::int64_t block = begin; block < end; ++block) {
    if (job_.levels == Levels::exact || !filter_.load(block)) {
      score_exactly(block, sums);
      continue;
    }
    tally_.add_conditioning(filter_.attainable().conditioning());
    if (is_elementwise_) {
      score_elements(block, lanes, sums);
    } else {
      score_statistic(block, sums);
    }
  }
  sums.add(lanes);
  tally_.add(lanes);
}

void GroupScorer::score_exactly(std::int64_t block, ErrorSums& sums) {
  const std::int64_t size = is_elementwise_ ? filter_.size() : 1;
  if (!is_gradient_) {
    exact().start_block(block, tally_);
  } else if (size > 0) {
    // A parameter's block has the conditioning of the group that it meets.
    exact().start_block(name_of(block, 0).block, tally_);
  }
  for (std::int64_t i = 0; i < size; ++i) add_exactly(block, i, sums);
}

std::int64_t GroupScorer::index_of(std::int64_t block, std::int64_t i) const {
  if (is_gradient_) return job_.form.map.parameter(block, i);
  return is_elementwise_ ? job_.form.map.element(block, i) : block;
}

Candidate GroupScorer::name_of(std::int64_t block, std::int64_t i) const {
  Candidate name;
  name.output_index = index_of(block, i);
  name.block = is_gradient_ ? name.output_index : block;
  name.i = is_gradient_ ? 0 : i;
  return name;
}

void GroupScorer::add_exactly(std::int64_t block, std::int64_t i, ErrorSums& sums) {
  const Candidate name = name_of(block, i);
  exact().add(name.block, name.i, tally_, sums);
}

void GroupScorer::score_elements(std::int64_t block, filter::LaneTally& lanes,
                                 ErrorSums& sums) {
  const bool leaves_range = filter_.attainable().leaves_range(job_.compute);
  const auto step = static_cast<std::int64_t>(filter::chunk_size);
  for (std::int64_t begin = 0; begin < filter_.size(); begin += step) {
    const filter::ElementArrays elements = filter_.elements(begin);
    scoring_->actual = actual_.read(block, begin, elements.count);
    scoring_->bins = tally_.histogram().window();
    scoring_->notable_excess = tally_.notable_excess();
    const std::int64_t before = lanes.count;
    filter::kernels().score(filter_.kind(), elements, filter_.constants(), grid_,
                            *scoring_, lanes);
    if (leaves_range) {
      tally_.add_range(lanes.count - before +
                       static_cast<std::int64_t>(scoring_->odd_count));
    }
    add_left(block, begin, sums);
  }
}

void GroupScorer::add_left(std::int64_t block, std::int64_t begin, ErrorSums& sums) {
  const auto place = [&](std::size_t i) {
    return begin + static_cast<std::int64_t>(i);
  };
  for (std::size_t k = 0; k < scoring_->notable_count; ++k) {
    const filter::NotedElement& element = scoring_->notable[k];
    Candidate candidate = name_of(block, place(element.i));
    candidate.expected = element.rounded;
    candidate.actual = element.actual;
    candidate.score.error_ulps = element.error_ulps;
    candidate.score.excess = element.excess;
    tally_.add_candidate(candidate);
  }
  for (std::size_t k = 0; k < scoring_->odd_count; ++k) {
    const filter::NotedElement& element = scoring_->odd[k];
    const Candidate name = name_of(block, place(element.i));
    add_element(job_, filter::truth_of(element.rounded, element.tail, element.ulp),
                element.rounded, {element.sensitivity, element.is_blind}, element.extra,
                name.block, name.i, name.output_index, tally_, sums);
  }
  for (std::size_t k = 0; k < scoring_->unsettled_count; ++k) {
    add_exactly(block, place(scoring_->unsettled[k]), sums);
  }
}

void GroupScorer::score_statistic(std::int64_t block, ErrorSums& sums) {
  const std::optional<filter::Bounded> value = filter_.statistic();
  if (value) {
    const filter::SettledNumber settled =
        filter::kernels().settle_number(*value, grid_);
    const Sensitivity sensitivity = filter_.statistic_sensitivity();
    if (settled.is_settled && std::isfinite(sensitivity.sum)) {
      add_element(job_, filter::truth_of(settled.rounded, settled.tail, settled.ulp),
                  value->value.hi, sensitivity, 0, block, 0, block, tally_, sums);
      if (filter_.attainable().leaves_range(job_.compute)) tally_.add_range(1);
      return;
    }
  }
  exact().add(block, 0, tally_, sums);
}

void GradientScorer::score(std::int64_t begin, std::int64_t end, ErrorSums& sums) {
  for (std::int64_t block = begin; block < end; ++block) {
    if (filter_ != nullptr && add_filtered(block, sums)) continue;
    if (!exact_) exact_ = std::make_unique<ExactScorer>(job_);
    if (filter_ == nullptr) exact_->start_block(block, tally_);
    exact_->add(block, 0, tally_, sums);
  }
}

bool GradientScorer::add_filtered(std::int64_t block, ErrorSums& sums) {
  const std::optional<filter::Bounded> value = filter_->value(block);
  if (!value) return false;
  const filter::SettledNumber settled = filter::kernels().settle_number(*value, grid_);
  const Sensitivity sensitivity = filter_->sensitivity(block);
  if (!settled.is_settled || !std::isfinite(sensitivity.sum)) return false;
  add_element(job_, filter::truth_of(settled.rounded, settled.tail, settled.ulp),
              value->value.hi, sensitivity, 0, block, 0, block, tally_, sums);
  if (filter_->leaves_range(block)) tally_.add_range(1);
  return true;
}

}  // namespace truenorm
