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

/// The shape of gamma, beta and given statistics, for an x of that shape.
///
/// throws   QuestionError as Question's constructor does
[[nodiscard]] Shape parameter_shape(const OperatorSpec& op,
                                    const Attributes& attributes, const Shape& x_shape);

/// The axis of the channels, for an operator that has a layout.
///
/// values   `resolved` holds every attribute of the operator
/// throws   QuestionError if x has too few dimensions
[[nodiscard]] std::size_t channel_axis(const OperatorSpec& op,
                                       const Attributes& resolved,
                                       const Shape& x_shape);

/// An operator applied to tensors; a value of this type always has a meaning.
class Question {
 public:
  /// shapes   SPEC 3
  /// values   attributes left out take SPEC's defaults; negative axes are resolved
  /// throws   QuestionError: unknown, missing or ill-typed attribute or input, axes out
  ///          of range or repeated, shapes that do not fit
  Question(const OperatorSpec& op, Direction direction, Attributes attributes,
           Tensors inputs);

  [[nodiscard]] const OperatorSpec& op() const { return *op_; }
  [[nodiscard]] Direction direction() const { return direction_; }
  [[nodiscard]] const Attributes& attributes() const { return attributes_; }
  [[nodiscard]] const Tensors& inputs() const { return inputs_; }

  /// An input by name, or null if it was not given.
  [[nodiscard]] const Tensor* input(std::string_view name) const;
  [[nodiscard]] const Tensor& x() const { return inputs_.find("x")->second; }

  [[nodiscard]] bool flag(std::string_view attribute) const;
  [[nodiscard]] std::int64_t integer(std::string_view attribute) const;
  [[nodiscard]] const Rational& real(std::string_view attribute) const;
  [[nodiscard]] const std::vector<std::int64_t>& axes(std::string_view attribute) const;
  [[nodiscard]] const std::string& choice(std::string_view attribute) const;

  /// The outputs that this question has, in SPEC's order.
  [[nodiscard]] std::vector<std::string> outputs() const;
  [[nodiscard]] Shape output_shape(std::string_view output) const;
  /// The dtypes in which a runner may return an output, the preferred one first: x's,
  /// and for statistics also float32 (SPEC 3).
  [[nodiscard]] std::vector<Format> output_formats(std::string_view output) const;

 private:
  const OperatorSpec* op_;
  Direction direction_;
  Attributes attributes_;
  Tensors inputs_;
};

}  // namespace truenorm
