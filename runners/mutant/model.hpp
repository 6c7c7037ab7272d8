// SPDX-License-Identifier: Apache-2.0
// A question answered by steps.
#pragma once

#include <string_view>

#include "oracle/question.hpp"
#include "runners/mutant/steps.hpp"

namespace truenorm::mutant {

class Model {
 public:
  /// values   question outlives this
  explicit Model(const Question& question);
  // The steps refer to the setting.
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  [[nodiscard]] const Setting& setting() const { return setting_; }
  /// To be changed before the first answer.
  [[nodiscard]] Steps& steps() { return steps_; }

  /// throws   QuestionError if the question has no such output
  [[nodiscard]] Tensor answer(std::string_view output) const;

 private:
  [[nodiscard]] std::optional<Real> at(std::string_view input,
                                       std::int64_t index) const;
  [[nodiscard]] Affine affine(std::int64_t group, std::size_t i) const;
  [[nodiscard]] Group group(std::int64_t number) const;
  [[nodiscard]] Real number_of(const Group& group, Quantity quantity) const;
  [[nodiscard]] std::vector<Real> elements_of(const Group& group,
                                              Quantity quantity) const;
  [[nodiscard]] std::vector<Real> dx(const Group& group) const;
  [[nodiscard]] std::vector<Real> tangent_of_y(const Group& group) const;
  [[nodiscard]] std::vector<Real> gradient_of_parameter(Quantity quantity,
                                                        std::size_t size) const;
  [[nodiscard]] std::vector<Real> weighted_dy(const Group& group) const;
  [[nodiscard]] bool is_zeroed(const Group& group) const;

  const Question& question_;
  Setting setting_;
  Steps steps_;
};

}  // namespace truenorm::mutant
