// SPDX-License-Identifier: Apache-2.0
// Plain float code over the oracle's index map.
#include "runners/mutant/single_pass.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "oracle/canonical.hpp"

namespace truenorm::mutant {
namespace {

template <typename T>
struct Statistics {
  T mean = 0;
  T variance = 0;
};

template <typename T>
Statistics<T> statistics_of(const Tensor& x, const IndexMap& map, std::int64_t group) {
  T sum = 0;
  T sum_squares = 0;
  for (std::int64_t i = 0; i < map.group_size(); ++i) {
    const auto value = static_cast<T>(x[map.element(group, i)]);
    sum += value;
    sum_squares += value * value;
  }
  const auto n = static_cast<T>(map.group_size());
  const T mean = sum / n;
  return {mean, sum_squares / n - mean * mean};
}

template <typename T>
T maximum(T a, T b) {
  return std::isnan(a) || std::isnan(b) ? a + b : std::max(a, b);
}

template <typename T>
T scale_of(T variance, T eps, EpsMode mode) {
  switch (mode) {
    case EpsMode::inside:
      return std::sqrt(variance + eps);
    case EpsMode::outside:
      return std::sqrt(variance) + eps;
    case EpsMode::floor:
      return maximum(std::sqrt(variance), eps);
    case EpsMode::floor_inside:
      return std::sqrt(maximum(variance, eps));
  }
  return variance;
}

template <typename T>
std::vector<double> values_of(const Question& question, Quantity quantity) {
  const CanonicalForm form = lower(question);
  const IndexMap& map = form.map;
  const Tensor& x = question.x();
  const Tensor* gamma = question.input("gamma");
  const Tensor* beta = question.input("beta");
  const auto eps = static_cast<T>(round_to_nearest(float64, form.eps));
  const auto gamma_offset = static_cast<T>(form.gamma_offset);

  std::vector<double> y(static_cast<std::size_t>(x.size()));
  std::vector<double> means;
  std::vector<double> rstds;
  for (std::int64_t group = 0; group < map.groups(); ++group) {
    const Statistics<T> statistics = statistics_of<T>(x, map, group);
    const T scale = scale_of(statistics.variance, eps, form.eps_mode);
    means.push_back(statistics.mean);
    rstds.push_back(1 / scale);
    for (std::int64_t i = 0; i < map.group_size(); ++i) {
      const std::int64_t at = map.element(group, i);
      const std::int64_t parameter = map.parameter(group, i);
      T value = (static_cast<T>(x[at]) - statistics.mean) / scale;
      if (form.rounds_normalized) {
        value = static_cast<T>(round_to_nearest(x.format(), double{value}));
      }
      if (gamma != nullptr) {
        value *= static_cast<T>((*gamma)[parameter]) + gamma_offset;
      }
      if (beta != nullptr) value += static_cast<T>((*beta)[parameter]);
      y[static_cast<std::size_t>(at)] = value;
    }
  }
  if (quantity == Quantity::mean) return means;
  return quantity == Quantity::rstd ? rstds : y;
}

}  // namespace

Tensor single_pass_layer_norm(const Question& question, std::string_view output) {
  const Quantity quantity = quantity_of(question, output);
  const std::vector<double> values = question.x().format() == float64
                                         ? values_of<double>(question, quantity)
                                         : values_of<float>(question, quantity);
  return make_tensor(question.output_formats(output).front(),
                     question.output_shape(output), values);
}

}  // namespace truenorm::mutant
