// SPDX-License-Identifier: Apache-2.0
// Batch invariance: a row alone and the same row among others.
#include <algorithm>
#include <cmath>

#include "oracle/laws.hpp"

namespace truenorm {
namespace {

/// Whether no statistic is taken over the first axis of x.
bool has_single_rows(const Question& question) {
  if (question.x().shape().empty()) return false;
  switch (question.op().grouping) {
    case Grouping::axes: {
      const std::vector<std::int64_t>& axes = question.axes("axes");
      return std::find(axes.begin(), axes.end(), 0) == axes.end();
    }
    case Grouping::channel_groups:
      return true;
    case Grouping::sample_channel:
      return question.flag("batched");
    case Grouping::channel:
      return question.op().location == Location::given && question.flag("batched");
    case Grouping::dim:
      return question.integer("dim") != 0;
    case Grouping::all_but_dim:
      return question.integer("dim") == 0;
  }
  return false;
}

/// Whether each row has its own part of the input.
bool is_cut(const Question& question, std::string_view input) {
  if (input == "x" || input == "dy" || input == "tangent_x") return true;
  return question.op().grouping == Grouping::dim ||
         question.op().grouping == Grouping::all_but_dim;
}

/// Whether each row has its own part of the output.
bool is_cut_output(const Question& question, const std::string& output) {
  const OutputSpec spec = *question.op().find_output(question.direction(), output);
  // What inference has one of for each channel is no row's own.
  if (spec.is_statistic()) return question.op().location != Location::given;
  return is_cut(question, spec.like);
}

/// A row of a tensor; rows are contiguous.
Tensor row_of(const Tensor& tensor, std::int64_t row) {
  Shape shape = tensor.shape();
  const std::int64_t rows = shape.front();
  shape.front() = 1;
  const std::size_t size = tensor.bytes().size() / static_cast<std::size_t>(rows);
  const auto bytes = tensor.bytes().subspan(static_cast<std::size_t>(row) * size, size);
  return {tensor.format(), std::move(shape), {bytes.begin(), bytes.end()}};
}

bool has_same_bits(const Tensor& one, std::int64_t at, const Tensor& other,
                   std::int64_t place) {
  if (std::isnan(one[at]) && std::isnan(other[place])) return true;
  return one.bits(at) == other.bits(place);
}

}  // namespace

std::vector<Question> single_rows(const Question& question) {
  std::vector<Question> rows;
  if (!has_single_rows(question)) return rows;
  for (std::int64_t row = 0; row < question.x().shape().front(); ++row) {
    Tensors inputs;
    for (const auto& [input, tensor] : question.inputs()) {
      inputs.emplace(input, is_cut(question, input) ? row_of(tensor, row) : tensor);
    }
    rows.emplace_back(question.op(), question.direction(), question.attributes(),
                      std::move(inputs), question.zero_scale_gradient());
  }
  return rows;
}

LawMeasure measure_batch_invariance(const Question& question, const Tensors& answers,
                                    const std::vector<Tensors>& row_answers) {
  LawMeasure measure;
  measure.law = "batch_invariance";
  measure.statement = "a row has the same bits alone as in the batch";
  for (const std::string& output : question.outputs()) {
    const auto whole = answers.find(output);
    if (whole == answers.end() || !is_cut_output(question, output)) continue;
    for (std::size_t row = 0; row < row_answers.size(); ++row) {
      const auto alone = row_answers[row].find(output);
      if (alone == row_answers[row].end()) continue;
      const std::int64_t first = static_cast<std::int64_t>(row) * alone->second.size();
      for (std::int64_t i = 0; i < alone->second.size(); ++i) {
        ++measure.compared;
        if (has_same_bits(whole->second, first + i, alone->second, i)) continue;
        if (measure.measured++ == 0) {
          measure.worst = output + " " + std::to_string(first + i) + ": " +
                          hex_float(whole->second[first + i]) + " in the batch, " +
                          hex_float(alone->second[i]) + " alone";
        }
      }
    }
  }
  measure.passes = measure.measured <= measure.allowed;
  return measure;
}

}  // namespace truenorm
