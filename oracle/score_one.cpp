// SPDX-License-Identifier: Apache-2.0
// A tally of one element.
#include "oracle/score_one.hpp"

#include <cmath>
#include <stdexcept>
#include <string>

#include "oracle/group_scorer.hpp"

namespace truenorm {
namespace {

ElementPlace place_of(const Evaluation& evaluation, std::int64_t index) {
  for (std::int64_t block = 0; block < evaluation.blocks(); ++block) {
    for (std::int64_t i = 0; i < evaluation.block_size(); ++i) {
      if (evaluation.output_index(block, i) == index) return {block, i};
    }
  }
  throw std::out_of_range("there is no element " + std::to_string(index));
}

}  // namespace

std::optional<ScoredElement> score_one(const Question& question,
                                       std::string_view output, const Tensor& answer,
                                       std::int64_t index, const Criteria& criteria) {
  const CanonicalForm form = lower(question);
  const Format compute =
      criteria.compute.value_or(question.x().format() == float64 ? float64 : float32);
  const ScoringJob job{question,
                       form,
                       quantity_of(question, output),
                       answer,
                       criteria,
                       compute,
                       std::ldexp(1.0L, -compute.precision_bits),
                       Levels::exact};
  ExactScorer scorer(job);
  if (!scorer.evaluation().is_scored()) return std::nullopt;
  const ElementPlace place = place_of(scorer.evaluation(), index);
  Tally tally;
  ErrorSums sums;
  scorer.add(place.block, place.i, tally, sums);
  const Candidate& scored = tally.worst().front();
  return ScoredElement{scored.expected, scored.actual, scored.score};
}

}  // namespace truenorm
