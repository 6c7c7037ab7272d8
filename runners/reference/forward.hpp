// SPDX-License-Identifier: Apache-2.0
// y and the statistics of every group.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "runners/reference/problem.hpp"

namespace truenorm::reference {

/// Statistics of the narrow formats come in float32, as most libraries keep them.
[[nodiscard]] inline std::string statistics_dtype(const std::string& dtype) {
  return dtype == "float64" ? dtype : "float32";
}

/// Each value rounded to the dtype.
template <typename Number, typename T>
void round_to(const std::string& dtype, std::vector<Number>& values) {
  std::vector<T> narrowed;
  narrowed.reserve(values.size());
  for (const Number& value : values) narrowed.push_back(rounded(value));
  const auto size = static_cast<std::int64_t>(values.size());
  narrowed = elements_of<T>(tensor_of<T>(dtype, {size}, narrowed));
  std::transform(narrowed.begin(), narrowed.end(), values.begin(),
                 [](T value) { return Number(value); });
}

template <typename Textbook>
class Forward {
 public:
  using T = typename Textbook::Float;
  using Number = typename Textbook::Number;

  explicit Forward(const Problem<Textbook>& problem) : problem_(problem) {}

  [[nodiscard]] sdk::Tensors answer() {
    const sdk::Tensor& x = problem_.x();
    const std::string dtype = statistics_dtype(x.dtype);
    y_.resize(static_cast<std::size_t>(x.size()));
    for (std::size_t g = 0; g < problem_.groups().group.size(); ++g) answer_group(g);
    sdk::Tensors outputs{{"y", tensor_of<T>(x.dtype, x.shape, y_)}};
    // Without a group no statistic is named; one that was asked for is empty all the same.
    for (const std::string& output : problem_.request().outputs) {
      if (output == "y") continue;
      const sdk::Tensor* like = problem_.request().input(output);
      outputs[output] =
          tensor_of<T>(like == nullptr ? dtype : like->dtype,
                       problem_.groups().statistic_shape, statistics_[output]);
    }
    return outputs;
  }

 private:
  void answer_group(std::size_t g) {
    const sdk::Request& request = problem_.request();
    NormalizedGroup<Number> group = problem_.normalized_group(g);
    add_statistics(g, group);
    if (request.op != "lp_normalize" && request.flag("round_normalized")) {
      round_to<Number, T>(problem_.x().dtype, group.values);
    }
    for (std::size_t i = 0; i < group.values.size(); ++i) {
      const Affine<Number> affine{problem_.factor(g, i),
                                  problem_.parameter("beta", g, i)};
      y_[problem_.groups().element(g, i)] = rounded(affine(group.values[i]));
    }
  }

  void add(const std::string& output, const Number& value) {
    statistics_[output].push_back(rounded(value));
  }

  void add_statistics(std::size_t g, const NormalizedGroup<Number>& group) {
    const Statistics<Number>& of_group = group.statistics;
    const Number mean = of_group.mean + of_group.mean_tail;
    add("mean", mean);
    add("variance", of_group.spread);
    add("rstd", Number(1) / group.scale);
    add("norm", group.scale);
    if (problem_.spread() == Spread::given) add_fold(g, group);
    if (problem_.has("running_mean")) {
      add("running_mean", blended("running_mean", g, mean));
    }
    if (problem_.has("running_variance")) {
      add("running_variance",
          blended("running_variance", g, stored_variance(of_group.spread)));
    }
  }

  /// y = x * scale + offset
  void add_fold(std::size_t g, const NormalizedGroup<Number>& group) {
    const auto factor = problem_.shared_factor(g);
    const auto beta = problem_.shared_parameter("beta", g);
    const Number scale = factor ? *factor / group.scale : Number(1) / group.scale;
    const Number shift = group.statistics.mean * scale;
    add("scale", scale);
    add("offset", beta ? *beta - shift : -shift);
  }

  [[nodiscard]] Number stored_variance(const Number& spread) const {
    if (problem_.request().choice("running_variance_divisor") == "n") return spread;
    const auto n = static_cast<T>(problem_.group_size());
    return spread * Number(n) / Number(n - 1);
  }

  /// Without elements the statistics stay as they were.
  [[nodiscard]] Number blended(std::string_view input, std::size_t g,
                               const Number& batch) const {
    const Number old_value = *problem_.shared_parameter(input, g);
    if (problem_.group_size() == 0) return old_value;
    // The weights are taken in double, as Python and C++ callers do.
    const double weight = problem_.request().real("momentum");
    const auto momentum = nearest<Number>(weight);
    const auto rest = nearest<Number>(1 - weight);
    const bool is_of_new = problem_.request().choice("momentum_of") == "new";
    return is_of_new ? rest * old_value + momentum * batch
                     : momentum * old_value + rest * batch;
  }

  const Problem<Textbook>& problem_;
  std::vector<T> y_;
  std::map<std::string, std::vector<T>> statistics_;
};

}  // namespace truenorm::reference
