// SPDX-License-Identifier: Apache-2.0
// Answers of canonical mutants: the truths of a question that they understand otherwise.
#include <stdexcept>
#include <string>

#include "oracle/canonical_mutants.hpp"
#include "oracle/mutants.hpp"
#include "oracle/truths.hpp"

namespace truenorm {
namespace {

/// A question as the mutant understands it.
struct Mutated {
  Question question;
  CanonicalForm form;
};

[[noreturn]] void refuse(const Mutant& mutant, const std::string& why) {
  throw std::invalid_argument("mutant " + std::string(mutant.name) + " " + why);
}

Mutated mutated(const Mutant& mutant, const Question& asked) {
  const Deviation* deviation = find_deviation(mutant.name);
  if (deviation == nullptr) refuse(mutant, "is none of the formula");
  bool has_changed = false;
  Attributes attributes = asked.attributes();
  if (deviation->of_attributes != nullptr) {
    has_changed = deviation->of_attributes(attributes, asked);
  }
  Question question(asked.op(), asked.direction(), std::move(attributes),
                    asked.inputs(), asked.zero_scale_gradient());
  Partition partition =
      partition_of(question.op(), question.attributes(), question.x().shape());
  if (deviation->of_partition != nullptr) {
    has_changed = deviation->of_partition(partition, question);
  }
  CanonicalForm form = lower(question, partition);
  if (deviation->of_form != nullptr) has_changed = deviation->of_form(form, question);
  if (!has_changed) refuse(mutant, "changes nothing of this question");
  return {std::move(question), std::move(form)};
}

}  // namespace

Tensor answer_as(const Mutant& mutant, const Question& question,
                 std::string_view output) {
  if (!applies(mutant, question)) refuse(mutant, "does not apply to this question");
  const auto [asked, form] = mutated(mutant, question);
  const Quantity quantity = quantity_of(asked, output);
  const bool is_of_group =
      !is_elementwise(quantity) && !is_gradient_of_parameter(quantity);
  if (is_of_group && form.map.groups() != lower(question).map.groups()) {
    refuse(mutant, "has no " + std::string(output) + " of that shape");
  }
  const Format format = question.output_formats(output).front();
  const Shape shape = question.output_shape(output);
  Tensor answer(format, shape);
  const std::vector<Truth> truths =
      truths_of(asked, form, quantity, format,
                static_cast<std::size_t>(element_count(shape)), Levels::all);
  for (std::size_t i = 0; i < truths.size(); ++i) {
    answer.set(static_cast<std::int64_t>(i), truths[i].rounded);
  }
  return answer;
}

}  // namespace truenorm
