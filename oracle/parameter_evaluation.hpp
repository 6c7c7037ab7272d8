// SPDX-License-Identifier: Apache-2.0
// Gradients of gamma and beta: sums over every element that meets the parameter.
#pragma once

#include <cstdint>
#include <optional>

#include "oracle/evaluation.hpp"
#include "oracle/loaded_groups.hpp"
#include "oracle/meetings.hpp"

namespace truenorm {

/// dgamma and dbeta; a block is one parameter, which elements of several groups may meet.
class ParameterEvaluation : public Evaluation {
 public:
  ParameterEvaluation(const Question& question, const CanonicalForm& form,
                      Quantity quantity, long double unit_roundoff);

  [[nodiscard]] std::int64_t blocks() const override { return parameters_; }
  [[nodiscard]] std::int64_t block_size() const override { return 1; }
  [[nodiscard]] std::int64_t output_index(std::int64_t block,
                                          std::int64_t /*i*/) const override {
    return block;
  }
  void load(std::int64_t block) override;
  ElementClass for_each_term(std::int64_t i,
                             const std::function<void(const Surd&)>& visit) override;
  [[nodiscard]] Sensitivity sensitivity(std::int64_t i, long double value) override;
  [[nodiscard]] std::optional<long double> conditioning() override;
  [[nodiscard]] bool leaves_range(const Format& compute) override;
  /// One pass over the groups for all of them: the statistics of each cost the most.
  [[nodiscard]] std::vector<std::string> decimals(
      std::span<const ElementPlace> places) override;

 private:
  struct TermSums;

  /// What a parameter's groups say together, as far as it was asked for.
  struct Survey {
    std::optional<std::optional<long double>> conditioning;
    std::optional<bool> leaves_range;
  };

  [[nodiscard]] std::optional<long double> largest_conditioning();
  [[nodiscard]] bool any_leaves_range(const Format& compute);
  /// What the elements of one group add to dgamma.
  [[nodiscard]] Exact contribution(const LoadedGroup& group,
                                   const Meetings& meetings) const;
  [[nodiscard]] Exact dbeta() const;
  /// Adds what the groups [begin, end) have of each parameter of `meetings`.
  void add_terms(std::int64_t begin, std::int64_t end,
                 std::span<const Meetings> meetings, TermSums& sums) const;
  [[nodiscard]] Exact dy(std::int64_t group, std::int64_t i) const;
  [[nodiscard]] long double magnitude_of_dy(std::int64_t group, std::int64_t i) const;
  /// Calls visit(group, i) for each element that meets the parameter, group by group.
  template <typename Visit>
  void for_each_meeting(const Visit& visit) const;

  const Question& question_;
  const CanonicalForm& form_;
  Quantity quantity_;
  long double unit_roundoff_;
  std::int64_t parameters_;
  Meetings meetings_;  ///< of the current parameter
  // Parameters with the same first group meet the same groups, all of them as a rule.
  std::int64_t surveyed_group_ = -1;
  Survey survey_;
  LoadedGroups groups_;
};

}  // namespace truenorm
