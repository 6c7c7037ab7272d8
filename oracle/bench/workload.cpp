// SPDX-License-Identifier: Apache-2.0
// Makes the data of a row, and the answers that are scored.
#include "oracle/bench/workload.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include "oracle/bench/peers.hpp"
#include "oracle/bench/random_values.hpp"

namespace truenorm::bench {
namespace {

constexpr double eps = 1e-5;

static_assert(std::endian::native == std::endian::little,
              "tensors are little-endian, and are filled from arrays of the machine");

template <typename Real>
bool is_native(const Format& format) {
  return format == (sizeof(Real) == sizeof(float) ? float32 : float64);
}

/// As make_tensor, but in no time for the machine's own formats.
template <typename Real>
Tensor tensor_of(const Format& format, const Shape& shape,
                 const std::vector<Real>& values) {
  if (!is_native<Real>(format)) {
    return make_tensor(format, shape,
                       std::vector<double>(values.begin(), values.end()));
  }
  std::vector<std::byte> bytes(values.size() * sizeof(Real));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return {format, shape, std::move(bytes)};
}

template <typename Real>
std::vector<Real> values_of(const Tensor& tensor) {
  std::vector<Real> values(static_cast<std::size_t>(tensor.size()));
  if (is_native<Real>(tensor.format())) {
    std::memcpy(values.data(), tensor.bytes().data(), tensor.bytes().size());
  } else {
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = static_cast<Real>(tensor[static_cast<std::int64_t>(i)]);
    }
  }
  return values;
}

template <typename Real>
Tensors make_inputs(const Row& row, const Layout& layout) {
  Tensors inputs;
  const auto add = [&](const std::string& input, const Shape& shape, double mean,
                       double deviation) {
    const std::vector<double> exact =
        normal_values(input, element_count(shape), mean, deviation);
    inputs.emplace(input, tensor_of(row.format, shape,
                                    std::vector<Real>(exact.begin(), exact.end())));
  };
  add("x", row.shape, row.offset, 1);
  add("gamma", {layout.parameters}, 1, 0.25);
  // No library's rms_norm has a beta.
  if (row.op != "rms_norm") add("beta", {layout.parameters}, 0, 0.5);
  if (row.direction == Direction::vjp) add("dy", row.shape, 0, 1);
  return inputs;
}

Question make_question(const Row& row, Tensors inputs) {
  Attributes attributes{{"eps", eps}};
  if (row.groups != 0) attributes.emplace("groups", row.groups);
  return {*find_operator(row.op), row.direction, std::move(attributes),
          std::move(inputs)};
}

template <typename Real>
Problem<Real> make_problem(const Row& row, const Layout& layout,
                           const Tensors& inputs) {
  const auto find = [&](const std::string& input, std::int64_t size) {
    const auto found = inputs.find(input);
    return found == inputs.end() ? std::vector<Real>(static_cast<std::size_t>(size))
                                 : values_of<Real>(found->second);
  };
  return {.layout = layout,
          .direction = row.direction,
          .centring = row.op == "rms_norm" ? Centring::none : Centring::by_mean,
          .precision_bits = row.format.precision_bits,
          .eps = eps,
          .x = find("x", 0),
          .gamma = find("gamma", 0),
          .beta = find("beta", layout.parameters),
          .dy = find("dy", 0)};
}

template <typename Real>
std::vector<double> first_elements(const std::vector<Real>& all, const Layout& from,
                                   const Layout& to) {
  std::vector<double> first;
  if (all.empty()) return first;
  for (std::int64_t group = 0; group < to.groups; ++group) {
    for (std::int64_t run = 0; run < to.runs; ++run) {
      const auto start = all.begin() + from.start(group, run);
      first.insert(first.end(), start, start + from.run_length);
    }
  }
  return first;
}

template <typename Real>
Problem<double> first_groups(const Problem<Real>& problem, std::int64_t elements) {
  const Layout layout =
      first_groups(problem.layout,
                   std::max<std::int64_t>(1, elements / problem.layout.group_size()));
  return {.layout = layout,
          .direction = problem.direction,
          .centring = problem.centring,
          .precision_bits = problem.precision_bits,
          .eps = problem.eps,
          .x = first_elements(problem.x, problem.layout, layout),
          .gamma = {problem.gamma.begin(), problem.gamma.end()},
          .beta = {problem.beta.begin(), problem.beta.end()},
          .dy = first_elements(problem.dy, problem.layout, layout)};
}

template <typename Real>
std::vector<Judged> make_answers(const Question& question,
                                 const Problem<Real>& problem) {
  Answer<Real> answer(problem);
  two_pass(problem, answer);
  const Format& format = question.x().format();
  std::vector<Judged> judged;
  for (const std::string& output : question.outputs()) {
    for (const auto& [computed, values] :
         {std::pair("y", &answer.y), std::pair("dx", &answer.dx),
          std::pair("dgamma", &answer.dgamma), std::pair("dbeta", &answer.dbeta)}) {
      if (output != computed) continue;
      judged.push_back(
          {output, tensor_of(format, question.output_shape(output), *values)});
    }
  }
  return judged;
}

template <typename Real>
Workload make_native_workload(const Row& row, std::int64_t slow_elements) {
  const Layout layout = layout_of(row);
  Question question = make_question(row, make_inputs<Real>(row, layout));
  auto problem = make_problem<Real>(row, layout, question.inputs());
  std::vector<Judged> judged = make_answers(question, problem);
  Problem<double> few = first_groups(problem, slow_elements);
  Answer<double> few_expected(few);
  two_pass(few, few_expected);
  return {row,
          std::move(question),
          std::move(judged),
          std::move(problem),
          std::move(few),
          std::move(few_expected)};
}

/// Two roundings to bfloat16 apart, the format with the fewest bits of all rows; a few
/// elements may be missing.
bool is_near(const std::vector<double>& answer, const std::vector<double>& expected) {
  double largest = 0;
  for (const double value : expected) largest = std::max(largest, std::fabs(value));
  std::size_t far = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const bool near = std::fabs(answer[i] - expected[i]) <= largest / 128;
    far += near ? 0 : 1;
  }
  return far <= expected.size() / 100;
}

}  // namespace

Workload make_workload(const Row& row, std::int64_t slow_elements) {
  return row.format == float64 ? make_native_workload<double>(row, slow_elements)
                               : make_native_workload<float>(row, slow_elements);
}

bool is_near(const Answer<double>& answer, const Answer<double>& expected) {
  return is_near(answer.y, expected.y) && is_near(answer.dx, expected.dx) &&
         is_near(answer.dgamma, expected.dgamma) &&
         is_near(answer.dbeta, expected.dbeta);
}

}  // namespace truenorm::bench
