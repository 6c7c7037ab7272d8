// SPDX-License-Identifier: Apache-2.0
// Sums across groups: exact in each, and a surd from each field in the end.
#include "oracle/parameter_evaluation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "oracle/planted.hpp"

namespace truenorm {

ParameterEvaluation::ParameterEvaluation(const Question& question,
                                         const CanonicalForm& form, Quantity quantity,
                                         long double unit_roundoff)
    : question_(question),
      form_(form),
      quantity_(quantity),
      parameters_(element_count(
          question.output_shape(quantity == Quantity::dgamma ? "dgamma" : "dbeta"))),
      groups_(question, form, settler(), unit_roundoff) {}

void ParameterEvaluation::load(std::int64_t block) {
  meetings_ = Meetings(form_.map, block);
  const std::int64_t first = meetings_.groups() > 0 ? meetings_.group(0) : -1;
  if (first == surveyed_group_) return;
  surveyed_group_ = first;
  survey_ = {};
}

template <typename Visit>
void ParameterEvaluation::for_each_meeting(const Visit& visit) const {
  for (std::int64_t j = 0; j < meetings_.groups(); ++j) {
    const std::int64_t group = meetings_.group(j);
    for (std::int64_t k = 0; k < meetings_.places(); ++k) {
      visit(group, meetings_.place(k));
    }
  }
}

Exact ParameterEvaluation::dy(std::int64_t group, std::int64_t i) const {
  return Exact::of_input((*question_.input("dy"))[form_.map.element(group, i)]);
}

long double ParameterEvaluation::magnitude_of_dy(std::int64_t group,
                                                 std::int64_t i) const {
  const double value = (*question_.input("dy"))[form_.map.element(group, i)];
  return std::isfinite(value) ? std::fabs(static_cast<long double>(value)) : 0;
}

Exact ParameterEvaluation::contribution(std::int64_t group) {
  const ExactGroup& exact = groups_.at(group).exact();
  if (exact.scale().is_zero()) {
    const Exact undefined = Exact::degenerate(std::numeric_limits<double>::quiet_NaN());
    return question_.zero_scale_gradient() == ZeroScaleGradient::zero &&
                   !is_planted("zero_gradient_ignored")
               ? Exact().made_of(undefined)
               : undefined;
  }
  Exact sum;
  for (std::int64_t k = 0; k < meetings_.places(); ++k) {
    const std::int64_t i = meetings_.place(k);
    sum = sum + dy(group, i) * exact.centered(static_cast<std::size_t>(i));
  }
  return sum * exact.reciprocal();
}

ElementValue ParameterEvaluation::value(std::int64_t /*i*/) {
  ElementValue result;
  double sum_of_specials = 0;
  const auto add = [&](const Exact& term) {
    result.is_degenerate = result.is_degenerate || term.is_degenerate();
    if (term.is_finite()) {
      result.terms.push_back(term.number());
    } else {
      sum_of_specials += term.special();
      result.special = sum_of_specials;
    }
  };
  if (quantity_ == Quantity::dbeta) {
    Exact sum;
    for_each_meeting(
        [&](std::int64_t group, std::int64_t i) { sum = sum + dy(group, i); });
    add(sum);
    return result;
  }
  for (std::int64_t j = 0; j < meetings_.groups(); ++j) {
    add(contribution(meetings_.group(j)));
    if (is_planted("first_group_only")) break;
  }
  return result;
}

Sensitivity ParameterEvaluation::sensitivity(std::int64_t /*i*/,
                                             long double /*value*/) {
  Sensitivity s;
  if (quantity_ == Quantity::dbeta) {
    for_each_meeting([&](std::int64_t group, std::int64_t i) {
      s.sum += magnitude_of_dy(group, i);
    });
    const auto terms =
        static_cast<long double>(meetings_.groups() * meetings_.places());
    s.sum *= terms > 0 ? 3 * (1 - 1 / terms) : 0;
    return s;
  }
  for_each_meeting([&](std::int64_t group, std::int64_t i) {
    const LoadedGroup& met = groups_.at(group);
    if (!met.has_finite_statistics()) return;
    const Attainable& attainable = met.attainable();
    const auto place = static_cast<std::size_t>(i);
    const Sensitivity error = attainable.normalized_error(place);
    const long double x_hat = std::fabs(attainable.normalized(place));
    s.sum += magnitude_of_dy(group, i) * (error.sum + 3 * x_hat);
    s.is_capped = s.is_capped || error.is_capped;
  });
  return s;
}

std::optional<long double> ParameterEvaluation::conditioning() {
  if (!survey_.conditioning) survey_.conditioning = largest_conditioning();
  return *survey_.conditioning;
}

bool ParameterEvaluation::leaves_range(const Format& compute) {
  if (!survey_.leaves_range) survey_.leaves_range = any_leaves_range(compute);
  return *survey_.leaves_range;
}

std::optional<long double> ParameterEvaluation::largest_conditioning() {
  std::optional<long double> largest;
  for (std::int64_t j = 0; j < meetings_.groups(); ++j) {
    const LoadedGroup& met = groups_.at(meetings_.group(j));
    if (!met.has_finite_statistics() || !met.exact().is_regular()) continue;
    largest = std::max(largest.value_or(0), met.attainable().formulas().conditioning());
  }
  return largest;
}

bool ParameterEvaluation::any_leaves_range(const Format& compute) {
  for (std::int64_t j = 0; j < meetings_.groups(); ++j) {
    const LoadedGroup& met = groups_.at(meetings_.group(j));
    if (met.has_finite_statistics() && met.exact().is_regular() &&
        met.attainable().formulas().leaves_range(compute)) {
      return true;
    }
  }
  return false;
}

}  // namespace truenorm
