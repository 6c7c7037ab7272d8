// SPDX-License-Identifier: Apache-2.0
// A group of a question with all that its elements meet.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "oracle/attainable.hpp"
#include "oracle/exact_group.hpp"

namespace truenorm {

/// One group, read out of the tensors of a question.
class LoadedGroup {
 public:
  /// values   question, form and settler outlive this
  LoadedGroup(const Question& question, const CanonicalForm& form, std::int64_t group,
              Settler& settler, long double unit_roundoff);
  // Its parts refer to each other.
  LoadedGroup(const LoadedGroup&) = delete;
  LoadedGroup& operator=(const LoadedGroup&) = delete;

  [[nodiscard]] std::int64_t number() const { return number_; }
  [[nodiscard]] const ExactGroup& exact() const { return exact_; }

  /// An input that has an element for each of x: x, dy, tangent_x.
  [[nodiscard]] Exact element(std::string_view input, std::size_t i) const;
  /// A parameter, or a parameter's tangent, that the element meets; none if absent.
  [[nodiscard]] std::optional<Exact> parameter(std::string_view input,
                                               std::size_t i) const;
  /// A parameter that all elements of the group share; none if absent.
  [[nodiscard]] std::optional<Exact> shared_parameter(std::string_view input) const;

  /// gamma + gamma_offset of an element, or of the group; none without a gamma.
  [[nodiscard]] std::optional<Exact> gamma(std::size_t i) const;
  [[nodiscard]] std::optional<Exact> shared_gamma() const;

  /// w = dy (gamma + gamma_offset)
  [[nodiscard]] Exact weighted_dy(std::size_t i) const;
  /// Of w.
  [[nodiscard]] const VectorSums& sums_of_weighted_dy() const;
  /// J w: dx.
  [[nodiscard]] const JacobianProduct& pullback() const;
  /// J v for the tangent of x: that of x-hat, as far as it comes from x.
  [[nodiscard]] const JacobianProduct& pushforward() const;

  /// Whether mean and spread are numbers, so that the error attainable is known.
  [[nodiscard]] bool has_finite_statistics() const {
    return exact_.mean().is_finite() && exact_.spread().is_finite();
  }
  /// Whether S is known of all that is finite: a given mean does not enter all of it.
  [[nodiscard]] bool has_attainable() const {
    return exact_.spread().is_finite() &&
           (form_.location == Location::given || exact_.mean().is_finite());
  }
  /// values   has_finite_statistics()
  [[nodiscard]] const Attainable& attainable() const;
  [[nodiscard]] const AttainableProduct& attainable_pullback() const;
  [[nodiscard]] const AttainableProduct& attainable_pushforward() const;

  /// |value| of an input element, in long double; 0 if it is absent or not finite.
  [[nodiscard]] long double element_magnitude(std::string_view input,
                                              std::size_t i) const;
  [[nodiscard]] long double parameter_magnitude(std::string_view input,
                                                std::size_t i) const;
  [[nodiscard]] long double shared_magnitude(std::string_view input) const;
  /// |gamma + gamma_offset|, 1 without a gamma.
  [[nodiscard]] long double gamma_magnitude(std::size_t i) const;
  [[nodiscard]] long double shared_gamma_magnitude() const;

  /// The number to about 60 bits; 0 for a value that is not finite.
  [[nodiscard]] long double approximate(const Exact& value) const;
  [[nodiscard]] Settler& settler() const { return settler_; }

 private:
  [[nodiscard]] GivenStatistics read_given() const;
  [[nodiscard]] std::optional<Exact> with_offset(std::optional<Exact> gamma) const;
  [[nodiscard]] std::int64_t element_index(std::size_t i) const;
  [[nodiscard]] std::int64_t parameter_index(std::size_t i) const;
  [[nodiscard]] std::int64_t shared_index() const;
  [[nodiscard]] long double magnitude(std::string_view input, std::int64_t index) const;
  [[nodiscard]] long double gamma_magnitude_at(std::int64_t index) const;

  const Question& question_;
  const CanonicalForm& form_;
  std::int64_t number_;
  Settler& settler_;
  long double unit_roundoff_;
  ExactGroup exact_;
  mutable std::optional<VectorSums> sums_of_weighted_dy_;
  mutable std::unique_ptr<JacobianProduct> pullback_;
  mutable std::unique_ptr<JacobianProduct> pushforward_;
  mutable std::unique_ptr<Attainable> attainable_;
  mutable std::unique_ptr<AttainableProduct> attainable_pullback_;
  mutable std::unique_ptr<AttainableProduct> attainable_pushforward_;
};

}  // namespace truenorm
