// SPDX-License-Identifier: Apache-2.0
// Elementary operations and their derivatives.
#include "oracle/stage_sweep.hpp"

#include <cmath>

#include "oracle/score.hpp"

namespace truenorm {
namespace {

Exact constant(std::int64_t value) { return Rational(value); }

/// What does not move moves nothing, whatever it is multiplied by.
Exact carried(const Exact& derivative, const Exact& factor) {
  return derivative.is_zero() ? derivative : derivative * factor;
}

Exact magnitude_of(const Exact& value) { return value.sign() < 0 ? -value : value; }

}  // namespace

StageSweep::StageSweep(const std::vector<StageNode>& nodes, const Question& question,
                       const LoadedGroup& group)
    : nodes_(nodes), question_(question), group_(group) {
  for (const StageNode& node : nodes_) {
    std::vector<Exact> numbers;
    for (std::size_t i = 0; i < size_of(node); ++i) numbers.push_back(value(node, i));
    values_.push_back(std::move(numbers));
  }
}

std::size_t StageSweep::size_of(const StageNode& node) const {
  return node.is_per_group ? 1 : group_size();
}

const Exact& StageSweep::operand(const StageNode& node, std::size_t place,
                                 std::size_t i) const {
  const std::size_t at = node.operands[place];
  return values_[at][nodes_[at].is_per_group ? 0 : i];
}

Exact StageSweep::input(const StageNode& node, std::size_t i) const {
  if (node.input == "x") return group_.element("x", i);
  return node.is_per_group ? *group_.shared_parameter(node.input)
                           : *group_.parameter(node.input, i);
}

Exact StageSweep::input_tangent(const StageNode& node, std::size_t i) const {
  const std::string name = "tangent_" + node.input;
  if (question_.input(name) == nullptr) return {};
  if (node.input == "x") return group_.element(name, i);
  return node.is_per_group ? *group_.shared_parameter(name)
                           : *group_.parameter(name, i);
}

Exact StageSweep::reduced(const StageNode& node,
                          const std::vector<Exact>& terms) const {
  Exact sum;
  for (const Exact& term : terms) {
    sum = node.kind == StageKind::largest ? maximum(sum, term) : sum + term;
  }
  if (node.kind == StageKind::largest) return sum;
  const auto n = static_cast<std::int64_t>(terms.size());
  const std::int64_t divisor =
      node.kind == StageKind::mean ? n : group_.exact().form().divisor();
  return divisor > 0 ? sum / constant(divisor) : Exact::undefined();
}

Exact StageSweep::rounded(const Exact& value) const {
  if (!value.is_finite()) return value;
  const double nearest =
      group_.settler().settle({&value.number(), 1}, question_.x().format()).rounded;
  return std::isfinite(nearest) ? Exact(exact(nearest)) : Exact::degenerate(nearest);
}

Exact StageSweep::value(const StageNode& node, std::size_t i) const {
  switch (node.kind) {
    case StageKind::input:
      return input(node, i);
    case StageKind::mean:
    case StageKind::sum:
    case StageKind::largest:
      return reduced(node, values_[node.operands[0]]);
    case StageKind::broadcast:
    case StageKind::copy:
      return operand(node, 0, i);
    case StageKind::difference:
      return operand(node, 0, i) - operand(node, 1, i);
    case StageKind::product:
      return operand(node, 0, i) * operand(node, 1, i);
    case StageKind::total:
      return operand(node, 0, i) + operand(node, 1, i);
    case StageKind::square:
      return operand(node, 0, i) * operand(node, 0, i);
    case StageKind::magnitude:
      return magnitude_of(operand(node, 0, i));
    case StageKind::plus_constant:
      return operand(node, 0, i) + node.constant;
    case StageKind::floor_constant:
      return maximum(operand(node, 0, i), node.constant);
    case StageKind::root:
      return square_root(operand(node, 0, i));
    case StageKind::reciprocal:
      return constant(1) / operand(node, 0, i);
    case StageKind::rounding:
      return rounded(operand(node, 0, i));
  }
  return {};
}

Exact StageSweep::slope(const StageNode& node, std::size_t i) const {
  const Exact& at = operand(node, 0, i);
  switch (node.kind) {
    case StageKind::broadcast:
    case StageKind::copy:
    case StageKind::plus_constant:
      return constant(1);
    case StageKind::square:
      return constant(2) * at;
    case StageKind::floor_constant:
      return constant((at - node.constant).sign() >= 0 ? 1 : 0);
    case StageKind::root:
      return constant(1) / (constant(2) * square_root(at));
    case StageKind::reciprocal:
      return constant(-1) / (at * at);
    default:
      throw OracleFault("the stage " + node.name + " has no derivative");
  }
}

Exact StageSweep::tangent(const StageNode& node, const StageValues& tangents,
                          std::size_t i) const {
  const auto of = [&](std::size_t place) -> const Exact& {
    const std::size_t at = node.operands[place];
    return tangents[at][nodes_[at].is_per_group ? 0 : i];
  };
  switch (node.kind) {
    case StageKind::input:
      return input_tangent(node, i);
    case StageKind::mean:
    case StageKind::sum:
      return reduced(node, tangents[node.operands[0]]);
    case StageKind::difference:
      return of(0) - of(1);
    case StageKind::total:
      return of(0) + of(1);
    case StageKind::product:
      return carried(of(0), operand(node, 1, i)) + carried(of(1), operand(node, 0, i));
    case StageKind::floor_constant: {
      // What lies below the floor does not matter, even if it has no derivative.
      const Exact share = slope(node, i);
      return share.is_zero() ? share : of(0);
    }
    default:
      return carried(of(0), slope(node, i));
  }
}

StageValues StageSweep::tangents() const {
  StageValues tangents;
  for (const StageNode& node : nodes_) {
    std::vector<Exact> numbers;
    for (std::size_t i = 0; i < size_of(node); ++i) {
      numbers.push_back(tangent(node, tangents, i));
    }
    tangents.push_back(std::move(numbers));
  }
  return tangents;
}

void StageSweep::push_back(const StageNode& node, const std::vector<Exact>& adjoint,
                           StageValues& adjoints) const {
  const auto add = [&](std::size_t place, std::size_t i, const Exact& term) {
    const std::size_t at = node.operands[place];
    Exact& sum = adjoints[at][nodes_[at].is_per_group ? 0 : i];
    sum = sum + term;
  };
  if (node.kind == StageKind::input) return;
  if (node.kind == StageKind::mean || node.kind == StageKind::sum) {
    const Exact share = reduced(node, {adjoint[0]});
    const auto n = static_cast<std::int64_t>(group_size());
    // reduced() of one term divides a mean by 1.
    const Exact each = node.kind == StageKind::mean ? share / constant(n) : share;
    for (std::size_t i = 0; i < group_size(); ++i) add(0, i, each);
    return;
  }
  for (std::size_t i = 0; i < adjoint.size(); ++i) {
    switch (node.kind) {
      case StageKind::difference:
        add(0, i, adjoint[i]);
        add(1, i, -adjoint[i]);
        break;
      case StageKind::total:
        add(0, i, adjoint[i]);
        add(1, i, adjoint[i]);
        break;
      case StageKind::product:
        add(0, i, adjoint[i] * operand(node, 1, i));
        add(1, i, adjoint[i] * operand(node, 0, i));
        break;
      default:
        // Nothing comes back through a floor that acts, not even through sqrt(0).
        add(0, i, carried(adjoint[i], slope(node, i)));
        break;
    }
  }
}

StageValues StageSweep::adjoints() const {
  StageValues adjoints;
  for (const StageNode& node : nodes_) adjoints.emplace_back(size_of(node));
  for (std::size_t i = 0; i < group_size(); ++i) {
    adjoints.back()[i] = group_.element("dy", i);
  }
  for (std::size_t at = nodes_.size(); at-- > 0;) {
    push_back(nodes_[at], adjoints[at], adjoints);
  }
  return adjoints;
}

}  // namespace truenorm
