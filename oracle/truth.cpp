// SPDX-License-Identifier: Apache-2.0
// Whole outputs, settled element by element.
#include "oracle/truth.hpp"

#include <limits>
#include <stdexcept>

#include "oracle/evaluation.hpp"
#include "oracle/filter/truth_filter.hpp"
#include "oracle/planted.hpp"
#include "oracle/truths.hpp"

namespace truenorm {

std::string_view name(Level level) {
  switch (level) {
    case Level::filter:
      return "filter";
    case Level::refine:
      return "refine";
    case Level::decide:
      return "decide";
    case Level::special:
      return "special";
  }
  return {};
}

namespace {

/// The evaluation of a truth, which no answer's precision enters.
std::unique_ptr<Evaluation> evaluate_truth(const Question& question,
                                           const CanonicalForm& form,
                                           std::string_view output) {
  return evaluate(question, form, quantity_of(question, output), 0);
}

std::size_t size_of(const Question& question, std::string_view output) {
  return static_cast<std::size_t>(element_count(question.output_shape(output)));
}

}  // namespace

std::vector<Truth> truths_of(const Question& question, const CanonicalForm& form,
                             Quantity quantity, const Format& format, std::size_t size,
                             Levels levels) {
  const auto evaluation = evaluate(question, form, quantity, 0);
  Truth unscored;
  unscored.rounded = std::numeric_limits<double>::quiet_NaN();
  unscored.is_finite = false;
  unscored.origin = Origin::degenerate;
  unscored.level = Level::special;
  std::vector<Truth> truths(size, unscored);
  if (!evaluation->is_scored()) return truths;
  std::optional<filter::TruthFilter> filter;
  if (levels == Levels::all && !filter_is_left_out()) {
    filter.emplace(question, form, quantity, format);
  }
  for (std::int64_t block = 0; block < evaluation->blocks(); ++block) {
    const bool is_filtered = filter && filter->load(block);
    for (std::int64_t i = 0; i < evaluation->block_size(); ++i) {
      const auto index = static_cast<std::size_t>(evaluation->output_index(block, i));
      const std::optional<Truth> settled =
          is_filtered ? filter->settle(i) : std::nullopt;
      if (settled) {
        truths[index] = *settled;
        continue;
      }
      evaluation->load(block);
      truths[index] = evaluation->settle(i, format);
    }
  }
  return truths;
}

std::vector<Truth> truth(const Question& question, std::string_view output,
                         const Format& format, Levels levels) {
  return truths_of(question, lower(question), quantity_of(question, output), format,
                   size_of(question, output), levels);
}

std::vector<std::string> truth_texts(const Question& question,
                                     std::string_view output) {
  const CanonicalForm form = lower(question);
  const auto evaluation = evaluate_truth(question, form, output);
  std::vector<std::string> texts(size_of(question, output), "nan");
  if (!evaluation->is_scored()) return texts;
  std::vector<ElementPlace> places;
  std::vector<std::size_t> indices;
  for (std::int64_t block = 0; block < evaluation->blocks(); ++block) {
    for (std::int64_t i = 0; i < evaluation->block_size(); ++i) {
      places.push_back({block, i});
      indices.push_back(static_cast<std::size_t>(evaluation->output_index(block, i)));
    }
  }
  std::vector<std::string> found = evaluation->decimals(places);
  for (std::size_t k = 0; k < found.size(); ++k) {
    texts[indices[k]] = std::move(found[k]);
  }
  return texts;
}

std::string truth_text(const Question& question, std::string_view output,
                       std::int64_t index) {
  const CanonicalForm form = lower(question);
  const auto evaluation = evaluate_truth(question, form, output);
  for (std::int64_t block = 0; block < evaluation->blocks(); ++block) {
    for (std::int64_t i = 0; i < evaluation->block_size(); ++i) {
      if (evaluation->output_index(block, i) != index) continue;
      if (!evaluation->is_scored()) return "nan";
      evaluation->load(block);
      return evaluation->decimal(i);
    }
  }
  throw std::out_of_range("no element " + std::to_string(index) + " in " +
                          std::string(output));
}

}  // namespace truenorm
