// SPDX-License-Identifier: Apache-2.0
// Gradients of gamma and beta: sums over every element that meets the parameter.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "oracle/evaluation.hpp"
#include "oracle/loaded_group.hpp"

namespace truenorm {

/// dgamma and dbeta; a block is one parameter, which elements of several groups may meet.
class ParameterEvaluation : public Evaluation {
 public:
  ParameterEvaluation(const Question& question, const CanonicalForm& form,
                      Quantity quantity, long double unit_roundoff);

  [[nodiscard]] std::int64_t blocks() const override {
    return static_cast<std::int64_t>(first_meeting_.size()) - 1;
  }
  [[nodiscard]] std::int64_t block_size() const override { return 1; }
  [[nodiscard]] std::int64_t output_index(std::int64_t block,
                                          std::int64_t /*i*/) const override {
    return block;
  }
  void load(std::int64_t block) override { current_ = block; }
  [[nodiscard]] ElementValue value(std::int64_t i) override;
  [[nodiscard]] Sensitivity sensitivity(std::int64_t i, long double value) override;
  [[nodiscard]] std::optional<long double> conditioning() override;
  [[nodiscard]] bool leaves_range(const Format& compute) override;

 private:
  /// An element that meets a parameter.
  struct Meeting {
    std::int64_t group;
    std::size_t i;
  };

  void find_meetings();
  /// The meetings of the current parameter, group by group.
  [[nodiscard]] std::span<const Meeting> meetings() const;
  /// The meetings at the front that belong to one group.
  [[nodiscard]] static std::span<const Meeting> first_group(
      std::span<const Meeting> meetings);
  [[nodiscard]] const LoadedGroup& group(std::int64_t number);
  /// What the elements of one group add to dgamma.
  [[nodiscard]] Exact contribution(std::span<const Meeting> of_group);
  [[nodiscard]] Exact dy(const Meeting& meeting) const;
  [[nodiscard]] long double magnitude_of_dy(const Meeting& meeting) const;

  const Question& question_;
  const CanonicalForm& form_;
  Quantity quantity_;
  long double unit_roundoff_;
  std::int64_t current_ = 0;
  std::vector<std::size_t> first_meeting_;  ///< [parameters + 1]
  std::vector<Meeting> meetings_;           ///< by parameter, then by group
  std::vector<std::unique_ptr<LoadedGroup>> groups_;
};

}  // namespace truenorm
