// SPDX-License-Identifier: Apache-2.0
// Related questions, and the decision of single claims.
#include "oracle/law_case.hpp"

#include <cmath>

namespace truenorm {

void Claims::deny(const Place& place, const RootSum& left, std::string_view relation,
                  const RootSum& right) {
  if (check_.violation) return;
  check_.violation = std::string(place.of) + " " + std::to_string(place.index) + ": " +
                     left.text(settler_) + " " + std::string(relation) + " " +
                     right.text(settler_);
}

void Claims::equal(const Place& place, const RootSum& left, const RootSum& right) {
  ++check_.compared;
  if (!is_equal(left, right)) deny(place, left, "!=", right);
}

void Claims::at_most(const Place& place, const RootSum& left, const RootSum& right) {
  ++check_.compared;
  const bool holds =
      left.is_finite() && right.is_finite() && (right - left).sign(settler_) >= 0;
  if (!holds) deny(place, left, ">", right);
}

LawCase::LawCase(const Question& question, const LawSubject& subject)
    : question_(question), subject_(subject), form_(lower(question)) {
  for (std::int64_t g = 0; g < form_.map.groups(); ++g) {
    groups_.push_back(law_group(question, form_, g));
  }
}

std::vector<RootSum> LawCase::told(const Question& question,
                                   std::string_view output) const {
  std::vector<RootSum> numbers;
  for (const ElementValue& value : subject_.values(question, output)) {
    numbers.emplace_back(value);
  }
  return numbers;
}

Question LawCase::forward() const { return forward_of(question_); }

Question LawCase::normalized_of(const Tensor& x) const {
  return normalized_of(x, question_.real("eps"));
}

Question LawCase::normalized_of(const Tensor& x, const Rational& eps) const {
  Attributes attributes = question_.attributes();
  attributes["eps"] = eps;
  if (attributes.contains("gamma_offset")) attributes["gamma_offset"] = std::int64_t{0};
  if (attributes.contains("round_normalized")) attributes["round_normalized"] = false;
  Tensors inputs{{"x", x}};
  for (const std::string_view statistic : {"mean", "variance"}) {
    if (const Tensor* given = question_.input(statistic)) {
      inputs.emplace(statistic, *given);
    }
  }
  return {question_.op(), Direction::forward, std::move(attributes), std::move(inputs)};
}

const std::vector<RootSum>& LawCase::x_hat() {
  if (!x_hat_) x_hat_ = told(normalized(), "y");
  return *x_hat_;
}

bool LawCase::is_differentiable() const { return has_derivatives(question_); }

Question LawCase::vjp() const { return vjp_of(question_); }

Question LawCase::jvp() const { return jvp_of(question_); }

RootSum LawCase::gamma(std::int64_t group, std::int64_t i) const {
  const Tensor* gamma = question_.input("gamma");
  if (gamma == nullptr) return Rational(1);
  return element(*gamma, form_.map.parameter(group, i)) + Rational(form_.gamma_offset);
}

RootSum LawCase::beta(std::int64_t group, std::int64_t i) const {
  const Tensor* beta = question_.input("beta");
  return beta == nullptr ? RootSum() : element(*beta, form_.map.parameter(group, i));
}

bool LawCase::is_finite(const Question& question, std::int64_t group) const {
  for (const auto& [name, tensor] : question.inputs()) {
    const bool is_of_group = name.ends_with("mean") || name.ends_with("variance");
    const bool is_of_parameter = name.ends_with("gamma") || name.ends_with("beta");
    for (std::int64_t i = 0; i < form_.map.group_size(); ++i) {
      std::int64_t index = form_.map.element(group, i);
      if (is_of_group) index = group;
      if (is_of_parameter) index = form_.map.parameter(group, i);
      if (!std::isfinite(tensor[index])) return false;
    }
  }
  return true;
}

void LawCase::keep(const Claims& claims) {
  if (claims.check().compared > 0) checks_.push_back(claims.check());
}

void LawCase::keep_all(std::vector<LawCheck> checks) {
  for (LawCheck& check : checks) checks_.push_back(std::move(check));
}

}  // namespace truenorm
