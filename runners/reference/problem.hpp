// SPDX-License-Identifier: Apache-2.0
// A request in the numbers of a textbook: its elements, parameters and normalized groups.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "runners/reference/groups.hpp"
#include "runners/reference/normalization.hpp"
#include "runners/reference/statistics.hpp"
#include "runners/sdk/cpp/runner.hpp"

namespace truenorm::reference {

/// What an operator divides by is made of: the variance, a mean square, a sum of powers,
/// or a variance that is given.
enum class Spread { variance, mean_square, sum_of_powers, given };

[[nodiscard]] Spread spread_of(const sdk::Request& request);
[[nodiscard]] Power power_of(const sdk::Request& request);
[[nodiscard]] EpsMode eps_mode_of(const sdk::Request& request);

/// throws   sdk::Failure if the request lacks the input
[[nodiscard]] const sdk::Tensor& required_input(const sdk::Request& request,
                                                std::string_view name);

template <typename T>
[[nodiscard]] std::vector<T> elements_of(const sdk::Tensor& tensor) {
  if constexpr (std::is_same_v<T, double>) {
    return sdk::to_doubles(tensor);
  } else {
    return sdk::to_floats(tensor);
  }
}

template <typename T>
[[nodiscard]] sdk::Tensor tensor_of(const std::string& dtype,
                                    const std::vector<std::int64_t>& shape,
                                    const std::vector<T>& elements) {
  if constexpr (std::is_same_v<T, double>) {
    return sdk::from_doubles(dtype, shape, elements);
  } else {
    return sdk::from_floats(dtype, shape, elements);
  }
}

/// A group after normalization, with all that its derivatives need.
template <typename Number>
struct NormalizedGroup {
  Statistics<Number> statistics;
  Number scale{};
  /// SPEC 4's lambda: 0 where a floor holds.
  Number root_share{};
  /// Whether a negative variance was replaced by 0.
  bool clamp_acts = false;
  std::vector<Number> values;
};

template <typename Textbook>
class Problem {
 public:
  using T = typename Textbook::Float;
  using Number = typename Textbook::Number;

  explicit Problem(const sdk::Request& request)
      : request_(request),
        x_(required_input(request, "x")),
        groups_(groups_of(request, x_.shape)),
        spread_(spread_of(request)),
        power_(power_of(request)),
        eps_mode_(eps_mode_of(request)),
        eps_(Epsilon<Number>::of(request.real("eps"))) {
    for (const auto& [name, tensor] : request.inputs) {
      elements_.emplace(name, elements_of<T>(tensor));
    }
    if (has("gamma")) gamma_offset_ = static_cast<T>(request.integer("gamma_offset"));
  }

  [[nodiscard]] const sdk::Request& request() const { return request_; }
  [[nodiscard]] const sdk::Tensor& x() const { return x_; }
  [[nodiscard]] const Groups& groups() const { return groups_; }
  [[nodiscard]] std::size_t group_size() const { return groups_.inner.size(); }
  [[nodiscard]] Spread spread() const { return spread_; }
  [[nodiscard]] bool has(std::string_view input) const {
    return elements_.find(input) != elements_.end();
  }

  /// An element of an input that has x's shape.
  [[nodiscard]] Number element(std::string_view input, std::size_t g,
                               std::size_t i) const {
    return Number(elements_.find(input)->second[groups_.element(g, i)]);
  }
  /// The parameter that an element meets, if there is one.
  [[nodiscard]] std::optional<Number> parameter(std::string_view input, std::size_t g,
                                                std::size_t i) const {
    return at(input, groups_.parameter(g, i));
  }
  /// The parameter that a whole group meets.
  [[nodiscard]] std::optional<Number> shared_parameter(std::string_view input,
                                                       std::size_t g) const {
    return at(input, groups_.group_parameter[g]);
  }
  /// gamma + gamma_offset
  [[nodiscard]] std::optional<Number> factor(std::size_t g, std::size_t i) const {
    return with_offset(parameter("gamma", g, i));
  }
  [[nodiscard]] std::optional<Number> shared_factor(std::size_t g) const {
    return with_offset(shared_parameter("gamma", g));
  }

  /// SPEC 4's m: what a sum over a group is divided by.
  [[nodiscard]] Number divisor() const {
    const bool is_mean = spread_ == Spread::variance || spread_ == Spread::mean_square;
    return Number(is_mean ? static_cast<T>(group_size()) : T(1));
  }

  [[nodiscard]] NormalizedGroup<Number> normalized_group(std::size_t g) const {
    std::vector<T> members(group_size());
    const std::vector<T>& x = elements_.find("x")->second;
    for (std::size_t i = 0; i < members.size(); ++i) {
      members[i] = x[groups_.element(g, i)];
    }
    NormalizedGroup<Number> group;
    group.statistics = statistics_of(g, members);
    if (request_.op == "batch_norm_inference" && request_.flag("clamp_variance")) {
      group.clamp_acts = is_less(group.statistics.spread, Number());
      group.statistics.spread = maximum(group.statistics.spread, Number());
    }
    const Number& spread = group.statistics.spread;
    const Number root = root_of(spread, power_);
    group.scale = scale_of(spread, root, eps_, eps_mode_);
    group.root_share = root_share_of(spread, root, group.scale, eps_, eps_mode_);
    group.values.reserve(members.size());
    for (const T member : members) {
      group.values.push_back(normalized(Number(member), group.statistics, group.scale));
    }
    return group;
  }

 private:
  [[nodiscard]] std::optional<Number> at(std::string_view input,
                                         std::size_t index) const {
    const auto found = elements_.find(input);
    if (found == elements_.end()) return std::nullopt;
    return Number(found->second[index]);
  }

  [[nodiscard]] std::optional<Number> with_offset(std::optional<Number> gamma) const {
    if (gamma) *gamma = *gamma + Number(gamma_offset_);
    return gamma;
  }

  [[nodiscard]] Statistics<Number> statistics_of(std::size_t g,
                                                 const std::vector<T>& members) const {
    switch (spread_) {
      case Spread::variance:
        return Textbook::statistics(members, Location::mean);
      case Spread::mean_square:
        return Textbook::statistics(members, Location::none);
      case Spread::sum_of_powers:
        return {Number(), Number(), Textbook::sum_of_powers(members, power_)};
      case Spread::given:
        break;
    }
    return {*shared_parameter("mean", g), Number(), *shared_parameter("variance", g)};
  }

  const sdk::Request& request_;
  const sdk::Tensor& x_;
  Groups groups_;
  Spread spread_;
  Power power_;
  EpsMode eps_mode_;
  Epsilon<Number> eps_;
  T gamma_offset_ = 0;
  std::map<std::string, std::vector<T>, std::less<>> elements_;
};

}  // namespace truenorm::reference
