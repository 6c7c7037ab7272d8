// SPDX-License-Identifier: Apache-2.0
// Outputs that one group determines: its elements, or its statistics.
#pragma once

#include <memory>

#include "oracle/evaluation.hpp"
#include "oracle/loaded_group.hpp"

namespace truenorm {

/// y, dx and tangent_y, whose blocks are groups, and one number for each group.
class GroupEvaluation : public Evaluation {
 public:
  GroupEvaluation(const Question& question, const CanonicalForm& form,
                  Quantity quantity, long double unit_roundoff)
      : question_(question),
        form_(form),
        quantity_(quantity),
        unit_roundoff_(unit_roundoff) {}

  [[nodiscard]] std::int64_t blocks() const override { return form_.map.groups(); }
  [[nodiscard]] std::int64_t block_size() const override {
    return is_elementwise(quantity_) ? form_.map.group_size() : 1;
  }
  [[nodiscard]] std::int64_t output_index(std::int64_t block,
                                          std::int64_t i) const override {
    return is_elementwise(quantity_) ? form_.map.element(block, i) : block;
  }
  [[nodiscard]] bool is_scored() const override;

  void load(std::int64_t block) override;
  ElementClass for_each_term(std::int64_t i,
                             const std::function<void(const Surd&)>& visit) override;
  [[nodiscard]] Sensitivity sensitivity(std::int64_t i, long double value) override;
  [[nodiscard]] long double rounding_on_the_way(std::int64_t i) override;
  [[nodiscard]] std::optional<long double> conditioning() override;
  [[nodiscard]] bool leaves_range(const Format& compute) override;

 private:
  [[nodiscard]] const ExactGroup& exact() const { return group_->exact(); }

  [[nodiscard]] Exact exact_value(std::size_t i);
  [[nodiscard]] Exact y(std::size_t i);
  [[nodiscard]] Exact dx(std::size_t i);
  [[nodiscard]] Exact tangent_of_y(std::size_t i);
  [[nodiscard]] std::optional<Exact> tangent_of_normalized(std::size_t i);
  [[nodiscard]] Exact scale();
  [[nodiscard]] Exact offset();
  [[nodiscard]] Exact running_mean();
  [[nodiscard]] Exact running_variance();
  [[nodiscard]] Exact dmean();
  [[nodiscard]] Exact dvariance();
  /// Old and new value, weighted by the momentum.
  [[nodiscard]] Exact blended(const Exact& old_value, const Exact& batch) const;
  /// The normalized value as x's format has it.
  [[nodiscard]] Truth rounded_normalized(std::size_t i);

  [[nodiscard]] Sensitivity tangent_sensitivity(std::size_t i);
  [[nodiscard]] Sensitivity dmean_sensitivity(long double value) const;
  [[nodiscard]] Sensitivity dvariance_sensitivity() const;
  [[nodiscard]] Sensitivity blended_sensitivity(std::string_view running,
                                                Sensitivity batch) const;
  /// Of a variance that is stored with divisor n - 1.
  [[nodiscard]] bool stores_unbiased() const;

  const Question& question_;
  const CanonicalForm& form_;
  Quantity quantity_;
  long double unit_roundoff_;
  std::unique_ptr<LoadedGroup> group_;
  Settler settler_of_normalized_;  ///< a term of y may be rounded on the way
};

}  // namespace truenorm
