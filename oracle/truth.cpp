// SPDX-License-Identifier: Apache-2.0
// Whole outputs, settled element by element.
#include "oracle/truth.hpp"

#include <limits>
#include <stdexcept>

#include "oracle/evaluation.hpp"

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

std::vector<Truth> truth(const Question& question, std::string_view output,
                         const Format& format) {
  const CanonicalForm form = lower(question);
  Evaluation evaluation(question, form, quantity_of(question, output), format);
  Truth unscored;
  unscored.rounded = std::numeric_limits<double>::quiet_NaN();
  unscored.is_finite = false;
  unscored.origin = Origin::degenerate;
  unscored.level = Level::special;
  const auto size =
      static_cast<std::size_t>(element_count(question.output_shape(output)));
  std::vector<Truth> truths(size, unscored);
  if (form.map.group_size() == 0 && form.spread != Spread::given) return truths;
  for (std::int64_t group = 0; group < evaluation.groups(); ++group) {
    evaluation.load(group);
    for (std::int64_t i = 0; i < evaluation.elements_per_group(); ++i) {
      truths[static_cast<std::size_t>(evaluation.output_index(group, i))] =
          evaluation.settle(i);
    }
  }
  return truths;
}

std::string truth_text(const Question& question, std::string_view output,
                       std::int64_t index) {
  const CanonicalForm form = lower(question);
  Evaluation evaluation(question, form, quantity_of(question, output), float64);
  for (std::int64_t group = 0; group < evaluation.groups(); ++group) {
    for (std::int64_t i = 0; i < evaluation.elements_per_group(); ++i) {
      if (evaluation.output_index(group, i) != index) continue;
      evaluation.load(group);
      return evaluation.decimal(i);
    }
  }
  throw std::out_of_range("no element " + std::to_string(index) + " in " +
                          std::string(output));
}

}  // namespace truenorm
