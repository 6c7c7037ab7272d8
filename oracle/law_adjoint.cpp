// SPDX-License-Identifier: Apache-2.0
// SPEC 5.2: what is pulled back and what is pushed forward pair to the same number.
#include <algorithm>
#include <cmath>
#include <utility>

#include "oracle/law_case.hpp"

namespace truenorm {
namespace {

bool is_finite(const Tensor& tensor) {
  for (std::int64_t i = 0; i < tensor.size(); ++i) {
    if (!std::isfinite(tensor[i])) return false;
  }
  return true;
}

bool has_derivative(const LawGroup& group) {
  return group.is_regular && group.root_share.has_value();
}

/// The question along the tangents of x and of the given statistics alone.
Question without_parameter_tangents(const Question& jvp) {
  Tensors inputs = jvp.inputs();
  inputs.erase("tangent_gamma");
  inputs.erase("tangent_beta");
  return {jvp.op(), Direction::jvp, jvp.attributes(), std::move(inputs)};
}

/// Adds sum gradient * tangent over a tensor, if the tangent is there.
void add_pairing(const LawCase& laws, const Question& vjp, const Question& jvp,
                 const std::string& input, RootSum& sum) {
  const Tensor* tangent = jvp.input("tangent_" + input);
  if (tangent == nullptr) return;
  const std::vector<RootSum> gradient = laws.told(vjp, "d" + input);
  for (std::int64_t i = 0; i < tangent->size(); ++i) {
    sum += gradient[static_cast<std::size_t>(i)] * element(*tangent, i);
  }
}

void prove_in_all(LawCase& laws, const Question& vjp, const Question& jvp) {
  const bool has_all =
      std::all_of(laws.groups().begin(), laws.groups().end(), has_derivative);
  const auto all_finite = [](const Question& question) {
    return std::all_of(question.inputs().begin(), question.inputs().end(),
                       [](const auto& input) { return is_finite(input.second); });
  };
  if (!has_all || !all_finite(vjp) || !all_finite(jvp)) return;
  RootSum pushed;
  const std::vector<RootSum> tangent_y = laws.told(jvp, "tangent_y");
  for (std::int64_t i = 0; i < vjp.x().size(); ++i) {
    pushed += element(*vjp.input("dy"), i) * tangent_y[static_cast<std::size_t>(i)];
  }
  RootSum pulled;
  for (const InputSpec& spec : vjp.op().inputs) {
    add_pairing(laws, vjp, jvp, spec.name, pulled);
  }
  Claims claims = laws.claims("adjoint", "sum dy JVP = sum of gradients * tangents");
  claims.equal({"all", 0}, pushed, pulled);
  laws.keep(claims);
}

/// One group alone, so that groups without derivatives spoil nothing.
void prove_in_groups(LawCase& laws, const Question& vjp, const Question& jvp) {
  const Question of_x = without_parameter_tangents(jvp);
  const std::vector<RootSum> dx = laws.told(vjp, "dx");
  const std::vector<RootSum> tangent_y = laws.told(of_x, "tangent_y");
  // A gradient and its tangent of the given statistics, one of each group.
  std::vector<std::pair<std::vector<RootSum>, const Tensor*>> statistics;
  for (const std::string statistic : {"mean", "variance"}) {
    const Tensor* tangent = of_x.input("tangent_" + statistic);
    if (tangent == nullptr) continue;
    statistics.emplace_back(laws.told(vjp, "d" + statistic), tangent);
  }
  Claims claims =
      laws.claims("adjoint", "within a group, sum dy JVP = sum dx tangent_x");
  for (std::size_t g = 0; g < laws.groups().size(); ++g) {
    if (!has_derivative(laws.groups()[g])) continue;
    const auto group = static_cast<std::int64_t>(g);
    if (!laws.is_finite(vjp, group) || !laws.is_finite(of_x, group)) continue;
    RootSum pushed;
    RootSum pulled;
    for (std::int64_t i = 0; i < laws.group_size(); ++i) {
      const std::int64_t at = laws.form().map.element(group, i);
      const auto index = static_cast<std::size_t>(at);
      const RootSum dy = element(*vjp.input("dy"), at);
      const Tensor* tangent = of_x.input("tangent_x");
      const RootSum tangent_x = tangent == nullptr ? RootSum() : element(*tangent, at);
      pushed += dy * tangent_y[index];
      pulled += dx[index] * tangent_x;
    }
    for (const auto& [gradient, tangent] : statistics) {
      pulled += gradient[g] * element(*tangent, group);
    }
    claims.equal({"group", group}, pushed, pulled);
  }
  laws.keep(claims);
}

}  // namespace

void prove_adjoint(LawCase& laws) {
  if (!laws.is_differentiable()) return;
  const Question vjp = laws.vjp();
  const Question jvp = laws.jvp();
  prove_in_all(laws, vjp, jvp);
  prove_in_groups(laws, vjp, jvp);
}

}  // namespace truenorm
