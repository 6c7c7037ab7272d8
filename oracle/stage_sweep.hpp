// SPDX-License-Identifier: Apache-2.0
// The stages of one group, forward, as tangents, and in reverse.
#pragma once

#include <vector>

#include "oracle/loaded_group.hpp"
#include "oracle/stage_graph.hpp"

namespace truenorm {

/// For each node its numbers: one for a stage of the group, else one for each element.
using StageValues = std::vector<std::vector<Exact>>;

/// The graph of a group, swept by the rules of differentiation alone.
///
/// values   Nothing of SPEC 4's closed forms enters: that the two agree is a law (5.3).
///          An absent tangent is 0
class StageSweep {
 public:
  /// values   all outlive this
  StageSweep(const std::vector<StageNode>& nodes, const Question& question,
             const LoadedGroup& group);

  [[nodiscard]] const StageValues& values() const { return values_; }
  /// The derivative of each stage along the question's tangents.
  [[nodiscard]] StageValues tangents() const;
  /// The derivative of sum dy * y by each stage.
  [[nodiscard]] StageValues adjoints() const;

 private:
  [[nodiscard]] std::size_t size_of(const StageNode& node) const;
  [[nodiscard]] std::size_t group_size() const { return group_.exact().x().size(); }
  /// The operand's number that belongs to the element i, or to the group.
  [[nodiscard]] const Exact& operand(const StageNode& node, std::size_t place,
                                     std::size_t i) const;
  [[nodiscard]] Exact input(const StageNode& node, std::size_t i) const;
  [[nodiscard]] Exact input_tangent(const StageNode& node, std::size_t i) const;
  [[nodiscard]] Exact value(const StageNode& node, std::size_t i) const;
  [[nodiscard]] Exact reduced(const StageNode& node,
                              const std::vector<Exact>& terms) const;
  [[nodiscard]] Exact rounded(const Exact& value) const;
  /// The derivative of a node's number by the number of its only operand.
  [[nodiscard]] Exact slope(const StageNode& node, std::size_t i) const;
  [[nodiscard]] Exact tangent(const StageNode& node, const StageValues& tangents,
                              std::size_t i) const;
  void push_back(const StageNode& node, const std::vector<Exact>& adjoint,
                 StageValues& adjoints) const;

  const std::vector<StageNode>& nodes_;
  const Question& question_;
  const LoadedGroup& group_;
  StageValues values_;
};

}  // namespace truenorm
