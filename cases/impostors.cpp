// SPDX-License-Identifier: Apache-2.0
// Makes each impostor from the rounded truth and judges it as any answer.
#include "cases/impostors.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

#include "oracle/partition.hpp"
#include "oracle/policies.hpp"
#include "oracle/score.hpp"

namespace truenorm {
namespace {

using Values = std::vector<double>;

/// An output and its truth, rounded to the preferred dtype.
struct Target {
  const Question& question;
  Shape shape;
  Format format;
  Values truth;
};

struct Impostor {
  std::string_view name;
  /// None where the output is too small for it to be another answer.
  std::optional<Values> (*forge)(const Target& target);
};

/// Whether the operator leaves no room for two different elements: a group of one is
/// beta, whatever x is, and there is one beta.
bool has_one_value(const Question& question) {
  const Partition partition =
      partition_of(question.op(), question.attributes(), question.x().shape());
  return element_count(partition.parameter_shape) == 1 &&
         question.x().size() == element_count(partition.statistic_shape());
}

std::optional<Values> zeros(const Target& target) {
  return Values(target.truth.size(), 0.0);
}

std::optional<Values> first_slice_copied(const Target& target) {
  const auto axis = std::find_if(target.shape.begin(), target.shape.end(),
                                 [](std::int64_t length) { return length > 1; });
  if (axis == target.shape.end() || has_one_value(target.question)) return std::nullopt;
  // The axes before it have length 1, so its slices follow one another.
  const std::size_t slice = target.truth.size() / static_cast<std::size_t>(*axis);
  Values values = target.truth;
  for (std::size_t i = slice; i < values.size(); ++i) values[i] = values[i - slice];
  return values;
}

std::optional<Values> moved_one_place(const Target& target) {
  if (target.truth.size() < 2 || has_one_value(target.question)) return std::nullopt;
  Values values = target.truth;
  std::rotate(values.begin(), values.begin() + 1, values.end());
  return values;
}

std::optional<Values> signs_flipped(const Target& target) {
  Values values = target.truth;
  std::transform(values.begin(), values.end(), values.begin(), std::negate<>());
  return values;
}

std::optional<Values> input_itself(const Target& target) {
  const Tensor& x = target.question.x();
  if (x.shape() != target.shape || !(x.format() == target.format)) return std::nullopt;
  Values values(target.truth.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = x[static_cast<std::int64_t>(i)];
  }
  return values;
}

constexpr std::array<Impostor, 5> all{{
    {"an answer of zeros", zeros},
    {"an answer whose first slice is copied to the others", first_slice_copied},
    {"an answer whose elements are moved one place on", moved_one_place},
    {"an answer with every sign flipped", signs_flipped},
    {"x itself as the answer", input_itself},
}};

Target target_of(const Question& question, std::string_view output) {
  const Format format = question.output_formats(output).front();
  return {question, question.output_shape(output), format,
          expected_values(question, output, format)};
}

}  // namespace

std::vector<std::string_view> impostors_let_through(const TestCase& test) {
  std::vector<Target> targets;
  for (const std::string& output : test.outputs) {
    targets.push_back(target_of(test.question, output));
  }
  std::vector<std::string_view> let_through;
  for (const Impostor& impostor : all) {
    bool is_tried = false;
    bool is_caught = false;
    for (std::size_t k = 0; k < targets.size() && !is_caught; ++k) {
      const Target& target = targets[k];
      if (target.truth.empty()) continue;
      const std::optional<Values> forged = impostor.forge(target);
      if (!forged) continue;
      is_tried = true;
      const Tensor answer = make_tensor(target.format, target.shape, *forged);
      const std::string& output = test.outputs[k];
      is_caught = !passes(test.question, output, answer, test.criteria(output));
    }
    if (is_tried && !is_caught) let_through.push_back(impostor.name);
  }
  return let_through;
}

}  // namespace truenorm
