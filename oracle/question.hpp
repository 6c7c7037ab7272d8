// SPDX-License-Identifier: Apache-2.0
// A question that has one true answer: an operator, its attributes and exact inputs.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "oracle/operators.hpp"
#include "oracle/tensor.hpp"

namespace truenorm {

using Tensors = std::map<std::string, Tensor, std::less<>>;

/// A question that cannot be asked: which attribute or input is at fault, and why.
class QuestionError : public std::invalid_argument {
 public:
  QuestionError(std::string operator_name, std::string subject, const std::string& why)
      : std::invalid_argument(operator_name + ": " + subject + ": " + why),
        operator_name_(std::move(operator_name)),
        subject_(std::move(subject)),
        why_(why) {}

  [[nodiscard]] const std::string& operator_name() const { return operator_name_; }
  /// The name of the attribute or input, or "x" where the shapes are at fault.
  [[nodiscard]] const std::string& subject() const { return subject_; }
  [[nodiscard]] const std::string& why() const { return why_; }

 private:
  std::string operator_name_;
  std::string subject_;
  std::string why_;
};

/// The shape of an input, for an x of that shape: dy and the tangent of x have x's own,
/// gamma, beta, statistics and their tangents that of the parameters.
///
/// throws   QuestionError as Question's constructor does
[[nodiscard]] Shape input_shape(const OperatorSpec& op, const Attributes& attributes,
                                std::string_view input, const Shape& x_shape);

/// What the gradients of a group with s = 0 are (SPEC 4).
enum class ZeroScaleGradient {
  undefined,  ///< NaN
  zero,       ///< dx is 0, and so is what the group contributes to dgamma
};

/// An operator applied to tensors; a value of this type always has a meaning.
class Question {
 public:
  /// shapes   SPEC 3
  /// values   attributes left out take SPEC's defaults; negative axes are resolved, reals
  ///          given as doubles become the rationals that they are
  /// throws   QuestionError: unknown, missing or ill-typed attribute or input, axes out
  ///          of range or repeated, shapes that do not fit, a derivative that the
  ///          operator does not have
  Question(const OperatorSpec& op, Direction direction, Attributes attributes,
           Tensors inputs,
           ZeroScaleGradient zero_scale_gradient = ZeroScaleGradient::undefined);

  [[nodiscard]] const OperatorSpec& op() const { return *op_; }
  [[nodiscard]] Direction direction() const { return direction_; }
  [[nodiscard]] const Attributes& attributes() const { return attributes_; }
  [[nodiscard]] const Tensors& inputs() const { return inputs_; }

  /// An input by name, or null if it was not given.
  [[nodiscard]] const Tensor* input(std::string_view name) const;
  [[nodiscard]] const Tensor& x() const { return inputs_.find("x")->second; }
  [[nodiscard]] ZeroScaleGradient zero_scale_gradient() const {
    return zero_scale_gradient_;
  }

  [[nodiscard]] bool flag(std::string_view attribute) const;
  [[nodiscard]] std::int64_t integer(std::string_view attribute) const;
  [[nodiscard]] const Rational& real(std::string_view attribute) const;
  [[nodiscard]] const std::vector<std::int64_t>& axes(std::string_view attribute) const;
  [[nodiscard]] const std::string& choice(std::string_view attribute) const;

  /// The outputs that this question has, in SPEC's order: a gradient, or a running
  /// statistic, for each input given that has one.
  [[nodiscard]] std::vector<std::string> outputs() const;
  [[nodiscard]] Shape output_shape(std::string_view output) const;
  /// One element for each group.
  [[nodiscard]] Shape statistic_shape() const;
  /// The dtypes in which a runner may return an output, the preferred one first: that of
  /// the input to which it belongs, for statistics x's or float32 (SPEC 3).
  [[nodiscard]] std::vector<Format> output_formats(std::string_view output) const;

 private:
  const OperatorSpec* op_;
  Direction direction_;
  Attributes attributes_;
  Tensors inputs_;
  ZeroScaleGradient zero_scale_gradient_;

  [[nodiscard]] OutputSpec output_spec(std::string_view output) const;
};

}  // namespace truenorm
