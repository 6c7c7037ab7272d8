// SPDX-License-Identifier: Apache-2.0
// Scores of a whole output: its elements one by one, then the aggregates.
#include "oracle/score.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>

#include "oracle/coordinates.hpp"
#include "oracle/group_scorer.hpp"
#include "oracle/planted.hpp"

namespace truenorm {
namespace {

/// Elements that one task scores, or the elements of one group if that has more.
constexpr std::int64_t elements_of_task = std::int64_t{1} << 15;

long double unit_roundoff(const Format& compute) {
  return std::ldexp(1.0L, -compute.precision_bits);
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

namespace {

/// Scores the blocks of an output in stretches that do not depend on the threads, and adds
/// up what they give in their order.
template <typename Make>
Score score_blocks(std::int64_t blocks, std::int64_t block_size, Tally& tally,
                   const Make& make) {
  using Scorer = decltype(make());
  const std::int64_t blocks_of_task = std::max<std::int64_t>(
      1, elements_of_task / std::max<std::int64_t>(1, block_size));
  const std::int64_t tasks = (blocks + blocks_of_task - 1) / blocks_of_task;
  std::vector<ErrorSums> sums(static_cast<std::size_t>(tasks));
  const auto run = [&](Scorer& scorer, std::int64_t task) {
    const std::int64_t begin = task * blocks_of_task;
    scorer.score(begin, std::min(blocks, begin + blocks_of_task),
                 sums[static_cast<std::size_t>(task)]);
  };
  if (tasks < 2) {
    Scorer scorer = make();
    for (std::int64_t task = 0; task < tasks; ++task) run(scorer, task);
    tally.merge(std::move(scorer.tally()));
  } else {
    tbb::enumerable_thread_specific<Scorer> scorers(make);
    tbb::parallel_for(std::int64_t{0}, tasks,
                      [&](std::int64_t task) { run(scorers.local(), task); });
    for (Scorer& scorer : scorers) tally.merge(std::move(scorer.tally()));
  }
  ErrorSums total;
  for (const ErrorSums& sum : sums) total.add(sum);
  return tally.finish(total);
}

Score score_output(const ScoringJob& job, Tally& tally) {
  const auto shape = evaluate(job.question, job.form, job.quantity, job.unit_roundoff);
  if (!shape->is_scored()) return tally.finish({});
  const std::int64_t group_size = job.form.map.group_size();
  if (!is_gradient_of_parameter(job.quantity) ||
      (has_own_parameters(job) && job.levels == Levels::all)) {
    return score_blocks(job.form.map.groups(), group_size, tally,
                        [&] { return GroupScorer(job); });
  }
  std::optional<filter::GradientFilter> filter;
  if (job.levels == Levels::all) {
    filter.emplace(job.question, job.form, job.quantity, filter::Need::scores,
                   static_cast<double>(job.unit_roundoff), job.compute);
    if (filter->conditioning()) tally.add_conditioning(*filter->conditioning());
  }
  return score_blocks(shape->blocks(), 1, tally,
                      [&] { return GradientScorer(job, filter ? &*filter : nullptr); });
}

/// The worst elements, whose truths are read out exactly.
void add_worst(const ScoringJob& job, const Tally& tally, Score& score) {
  if (tally.worst().empty()) return;
  const auto as_double = [](const std::optional<long double>& value) {
    return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
  };
  const std::vector<Candidate>& worst = tally.worst();
  for (const Candidate& candidate : worst) {
    score.worst.push_back({coordinates(candidate.output_index, job.answer.shape()),
                           {},
                           candidate.expected,
                           candidate.actual,
                           as_double(candidate.score.error_ulps),
                           as_double(candidate.score.excess)});
  }
  std::vector<ElementPlace> places;
  places.reserve(worst.size());
  for (const Candidate& candidate : worst) {
    places.push_back({candidate.block, candidate.i});
  }
  const std::vector<std::string> truths =
      evaluate(job.question, job.form, job.quantity, job.unit_roundoff)
          ->decimals(places);
  for (std::size_t k = 0; k < truths.size(); ++k) score.worst[k].truth = truths[k];
}

/// An answer, and what is found of it.
class Scoring {
 public:
  Scoring(const Question& question, std::string_view output, const Tensor& answer,
          const Criteria& criteria, Levels levels)
      : form_(lower(question)),
        job_(job(question, quantity_of(question, output), answer, criteria, levels)) {}

  // The job points to the form.
  Scoring(const Scoring&) = delete;
  Scoring& operator=(const Scoring&) = delete;

  Score aggregates() { return score_output(job_, tally_); }
  void add_worst(Score& score) const { truenorm::add_worst(job_, tally_, score); }

 private:
  [[nodiscard]] ScoringJob job(const Question& question, Quantity quantity,
                               const Tensor& answer, const Criteria& criteria,
                               Levels levels) const {
    const Format input_format = question.x().format();
    const Format compute =
        criteria.compute.value_or(input_format == float64 ? float64 : float32);
    return {question,
            form_,
            quantity,
            answer,
            criteria,
            compute,
            unit_roundoff(compute),
            filter_is_left_out() ? Levels::exact : levels};
  }

  CanonicalForm form_;
  ScoringJob job_;
  Tally tally_;
};

}  // namespace

Score score(const Question& question, std::string_view output, const Tensor& answer,
            const Criteria& criteria, Levels levels) {
  check_answer(question, output, answer);
  Scoring scoring(question, output, answer, criteria, levels);
  Score result = scoring.aggregates();
  scoring.add_worst(result);
  return result;
}

bool passes(const Question& question, std::string_view output, const Tensor& answer,
            const Criteria& criteria) {
  check_answer(question, output, answer);
  return Scoring(question, output, answer, criteria, Levels::all).aggregates().passes;
}

}  // namespace truenorm
