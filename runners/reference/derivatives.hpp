// SPDX-License-Identifier: Apache-2.0
// SPEC 4's closed forms: gradients (vjp) and the tangent of y (jvp).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runners/reference/problem.hpp"

namespace truenorm::reference {

/// (v_i - <v> - lambda * xhat_i * (1/m) sum_j v_j xhat_j) / s, of which the mean is there
/// only if the group's mean was subtracted: the derivative of a group, which is symmetric.
template <typename Textbook>
[[nodiscard]] std::vector<typename Textbook::Number> projected(
    const Problem<Textbook>& problem,
    const NormalizedGroup<typename Textbook::Number>& group,
    std::vector<typename Textbook::Number> v) {
  using Number = typename Textbook::Number;
  const std::size_t n = v.size();
  if (problem.spread() == Spread::given) {
    for (Number& value : v) value = value / group.scale;
    return v;
  }
  const Number product = Textbook::template sum<Number>(
      n, [&](std::size_t i) { return v[i] * group.values[i]; });
  const Number along = group.root_share * (product / problem.divisor());
  std::optional<Number> mean;
  if (problem.spread() == Spread::variance) {
    const Number sum =
        Textbook::template sum<Number>(n, [&](std::size_t i) { return v[i]; });
    mean = sum / Number(static_cast<typename Textbook::Float>(n));
  }
  for (std::size_t i = 0; i < n; ++i) {
    if (mean) v[i] = v[i] - *mean;
    v[i] = v[i] - group.values[i] * along;
    v[i] = v[i] / group.scale;
  }
  return v;
}

/// 1/2 lambda / s^2: what a change of a given variance changes in xhat, but for xhat and
/// the sign; nothing where a clamp or a floor acts, unless s = 0 leaves nothing defined.
template <typename Number>
[[nodiscard]] std::optional<Number> variance_share(
    const NormalizedGroup<Number>& group) {
  const bool is_cut_off = group.clamp_acts || is_zero(group.root_share);
  if (is_cut_off && !is_zero(group.scale)) return std::nullopt;
  return group.root_share / (group.scale * group.scale) / Number(2);
}

/// The terms of a sum for each element of a parameter, across groups.
template <typename Textbook>
class ParameterSums {
 public:
  using T = typename Textbook::Float;
  using Number = typename Textbook::Number;

  explicit ParameterSums(std::size_t size) : terms_(size) {}

  void add(std::size_t parameter, const Number& term) {
    terms_[parameter].push_back(term);
  }

  [[nodiscard]] std::vector<T> sums() const {
    std::vector<T> sums;
    for (const std::vector<Number>& terms : terms_) {
      sums.push_back(rounded(Textbook::template sum<Number>(
          terms.size(), [&](std::size_t i) { return terms[i]; })));
    }
    return sums;
  }

 private:
  std::vector<std::vector<Number>> terms_;
};

template <typename Textbook>
class Vjp {
 public:
  using T = typename Textbook::Float;
  using Number = typename Textbook::Number;

  explicit Vjp(const Problem<Textbook>& problem) : problem_(problem) {}

  [[nodiscard]] sdk::Tensors answer() {
    const sdk::Tensor& x = problem_.x();
    dx_.resize(static_cast<std::size_t>(x.size()));
    for (const char* input : {"gamma", "beta"}) {
      if (const sdk::Tensor* tensor = problem_.request().input(input)) {
        sums_.emplace(input, static_cast<std::size_t>(tensor->size()));
      }
    }
    for (std::size_t g = 0; g < problem_.groups().group.size(); ++g) answer_group(g);
    sdk::Tensors outputs{{"dx", tensor_of<T>(x.dtype, x.shape, dx_)}};
    for (const auto& [input, sums] : sums_) put(outputs, input, sums.sums());
    if (problem_.spread() == Spread::given) {
      put(outputs, "mean", dmean_);
      put(outputs, "variance", dvariance_);
    }
    return outputs;
  }

 private:
  void put(sdk::Tensors& outputs, const std::string& input,
           const std::vector<T>& gradient) const {
    const sdk::Tensor& like = required_input(problem_.request(), input);
    outputs["d" + input] = tensor_of<T>(like.dtype, like.shape, gradient);
  }

  void answer_group(std::size_t g) {
    const NormalizedGroup<Number> group = problem_.normalized_group(g);
    const std::size_t n = group.values.size();
    std::vector<Number> w(n);
    for (std::size_t i = 0; i < n; ++i) {
      w[i] = problem_.element("dy", g, i);
      add_to_parameters(g, i, w[i], group.values[i]);
      if (const auto factor = problem_.factor(g, i)) w[i] = w[i] * *factor;
    }
    if (problem_.spread() == Spread::given) add_to_statistics(group, w);
    const std::vector<Number> dx = projected(problem_, group, std::move(w));
    for (std::size_t i = 0; i < n; ++i) {
      dx_[problem_.groups().element(g, i)] = rounded(dx[i]);
    }
  }

  void add_to_parameters(std::size_t g, std::size_t i, const Number& dy,
                         const Number& value) {
    const std::size_t parameter = problem_.groups().parameter(g, i);
    if (const auto sums = sums_.find("gamma"); sums != sums_.end()) {
      sums->second.add(parameter, dy * value);
    }
    if (const auto sums = sums_.find("beta"); sums != sums_.end()) {
      sums->second.add(parameter, dy);
    }
  }

  void add_to_statistics(const NormalizedGroup<Number>& group,
                         const std::vector<Number>& w) {
    const std::size_t n = w.size();
    const Number sum = Textbook::template sum<Number>(
        n, [&](std::size_t i) { return w[i] / group.scale; });
    dmean_.push_back(rounded(-sum));
    Number of_variance{};
    if (const auto share = variance_share(group); share && n > 0) {
      of_variance = -(*share * Textbook::template sum<Number>(n, [&](std::size_t i) {
        return w[i] * group.values[i];
      }));
    }
    dvariance_.push_back(rounded(of_variance));
  }

  const Problem<Textbook>& problem_;
  std::vector<T> dx_;
  std::vector<T> dmean_;
  std::vector<T> dvariance_;
  std::map<std::string, ParameterSums<Textbook>> sums_;
};

template <typename Textbook>
class Jvp {
 public:
  using T = typename Textbook::Float;
  using Number = typename Textbook::Number;

  explicit Jvp(const Problem<Textbook>& problem) : problem_(problem) {}

  [[nodiscard]] sdk::Tensors answer() const {
    const sdk::Tensor& x = problem_.x();
    std::vector<T> tangent(static_cast<std::size_t>(x.size()));
    for (std::size_t g = 0; g < problem_.groups().group.size(); ++g) {
      const NormalizedGroup<Number> group = problem_.normalized_group(g);
      const auto of_normalized = tangent_of_normalized(g, group);
      for (std::size_t i = 0; i < group.values.size(); ++i) {
        tangent[problem_.groups().element(g, i)] =
            rounded(tangent_of_y(g, i, group.values[i], of_normalized));
      }
    }
    return {{"tangent_y", tensor_of<T>(x.dtype, x.shape, tangent)}};
  }

 private:
  using Tangents = std::optional<std::vector<Number>>;

  [[nodiscard]] Tangents tangent_of_normalized(
      std::size_t g, const NormalizedGroup<Number>& group) const {
    const auto of_mean = problem_.shared_parameter("tangent_mean", g);
    const auto of_variance = problem_.shared_parameter("tangent_variance", g);
    const std::size_t n = group.values.size();
    if (!problem_.has("tangent_x") && !of_mean && !of_variance) return std::nullopt;
    std::vector<Number> v(n);
    for (std::size_t i = 0; i < n; ++i) {
      if (problem_.has("tangent_x")) v[i] = problem_.element("tangent_x", g, i);
      if (of_mean) v[i] = v[i] - *of_mean;
    }
    v = projected(problem_, group, std::move(v));
    const auto share = variance_share(group);
    if (!of_variance || !share) return v;
    for (std::size_t i = 0; i < n; ++i) {
      v[i] = v[i] - group.values[i] * (*share * *of_variance);
    }
    return v;
  }

  [[nodiscard]] Number tangent_of_y(std::size_t g, std::size_t i, const Number& value,
                                    const Tangents& of_normalized) const {
    std::optional<Number> tangent;
    const auto add = [&](const Number& term) {
      tangent = tangent ? *tangent + term : term;
    };
    if (of_normalized) {
      const auto factor = problem_.factor(g, i);
      add(factor ? (*of_normalized)[i] * *factor : (*of_normalized)[i]);
    }
    if (const auto of_gamma = problem_.parameter("tangent_gamma", g, i)) {
      add(value * *of_gamma);
    }
    if (const auto of_beta = problem_.parameter("tangent_beta", g, i)) add(*of_beta);
    return tangent.value_or(Number());
  }

  const Problem<Textbook>& problem_;
};

}  // namespace truenorm::reference
