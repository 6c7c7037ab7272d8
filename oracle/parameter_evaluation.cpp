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
      unit_roundoff_(unit_roundoff),
      groups_(static_cast<std::size_t>(form.map.groups())) {
  find_meetings();
}

void ParameterEvaluation::find_meetings() {
  const char* output = quantity_ == Quantity::dgamma ? "dgamma" : "dbeta";
  const auto parameters =
      static_cast<std::size_t>(element_count(question_.output_shape(output)));
  first_meeting_.assign(parameters + 1, 0);
  const auto for_each = [&](const auto& visit) {
    for (std::int64_t g = 0; g < form_.map.groups(); ++g) {
      for (std::int64_t i = 0; i < form_.map.group_size(); ++i) {
        visit(static_cast<std::size_t>(form_.map.parameter(g, i)),
              Meeting{g, static_cast<std::size_t>(i)});
      }
    }
  };
  for_each([&](std::size_t k, const Meeting&) { ++first_meeting_[k + 1]; });
  for (std::size_t k = 0; k < parameters; ++k) {
    first_meeting_[k + 1] += first_meeting_[k];
  }
  meetings_.resize(first_meeting_[parameters]);
  std::vector<std::size_t> next(first_meeting_.begin(), first_meeting_.end() - 1);
  for_each([&](std::size_t k, const Meeting& m) { meetings_[next[k]++] = m; });
}

std::span<const ParameterEvaluation::Meeting> ParameterEvaluation::meetings() const {
  const auto k = static_cast<std::size_t>(current_);
  return std::span(meetings_).subspan(first_meeting_[k],
                                      first_meeting_[k + 1] - first_meeting_[k]);
}

std::span<const ParameterEvaluation::Meeting> ParameterEvaluation::first_group(
    std::span<const Meeting> meetings) {
  const auto end =
      std::find_if(meetings.begin(), meetings.end(),
                   [&](const Meeting& m) { return m.group != meetings.front().group; });
  return meetings.first(static_cast<std::size_t>(end - meetings.begin()));
}

const LoadedGroup& ParameterEvaluation::group(std::int64_t number) {
  auto& slot = groups_[static_cast<std::size_t>(number)];
  if (!slot) {
    slot = std::make_unique<LoadedGroup>(question_, form_, number, settler(),
                                         unit_roundoff_);
  }
  return *slot;
}

Exact ParameterEvaluation::dy(const Meeting& meeting) const {
  const std::int64_t index =
      form_.map.element(meeting.group, static_cast<std::int64_t>(meeting.i));
  return Exact::of_input((*question_.input("dy"))[index]);
}

long double ParameterEvaluation::magnitude_of_dy(const Meeting& meeting) const {
  const std::int64_t index =
      form_.map.element(meeting.group, static_cast<std::int64_t>(meeting.i));
  const double value = (*question_.input("dy"))[index];
  return std::isfinite(value) ? std::fabs(static_cast<long double>(value)) : 0;
}

Exact ParameterEvaluation::contribution(std::span<const Meeting> of_group) {
  const ExactGroup& exact = group(of_group.front().group).exact();
  if (exact.scale().is_zero()) {
    const Exact undefined = Exact::degenerate(std::numeric_limits<double>::quiet_NaN());
    return question_.zero_scale_gradient() == ZeroScaleGradient::zero &&
                   !is_planted("zero_gradient_ignored")
               ? Exact().made_of(undefined)
               : undefined;
  }
  Exact sum;
  for (const Meeting& meeting : of_group) {
    sum = sum + dy(meeting) * exact.centered(meeting.i);
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
  std::span<const Meeting> rest = meetings();
  if (quantity_ == Quantity::dbeta) {
    Exact sum;
    for (const Meeting& meeting : rest) sum = sum + dy(meeting);
    add(sum);
    return result;
  }
  while (!rest.empty()) {
    const std::span<const Meeting> of_group = first_group(rest);
    add(contribution(of_group));
    rest = rest.subspan(of_group.size());
    if (is_planted("first_group_only")) break;
  }
  return result;
}

Sensitivity ParameterEvaluation::sensitivity(std::int64_t /*i*/,
                                             long double /*value*/) {
  Sensitivity s;
  if (quantity_ == Quantity::dbeta) {
    for (const Meeting& meeting : meetings()) s.sum += magnitude_of_dy(meeting);
    const auto terms = static_cast<long double>(meetings().size());
    s.sum *= terms > 0 ? 3 * (1 - 1 / terms) : 0;
    return s;
  }
  for (const Meeting& meeting : meetings()) {
    const LoadedGroup& met = group(meeting.group);
    if (!met.has_finite_statistics()) continue;
    const Attainable& attainable = met.attainable();
    const Sensitivity error = attainable.normalized_error(meeting.i);
    const long double x_hat = std::fabs(attainable.normalized(meeting.i));
    s.sum += magnitude_of_dy(meeting) * (error.sum + 3 * x_hat);
    s.is_capped = s.is_capped || error.is_capped;
  }
  return s;
}

std::optional<long double> ParameterEvaluation::conditioning() {
  std::optional<long double> largest;
  for (const Meeting& meeting : meetings()) {
    const LoadedGroup& met = group(meeting.group);
    if (!met.has_finite_statistics() || !met.exact().is_regular()) continue;
    largest = std::max(largest.value_or(0), met.attainable().conditioning());
  }
  return largest;
}

bool ParameterEvaluation::leaves_range(const Format& compute) {
  const std::span<const Meeting> all = meetings();
  return std::any_of(all.begin(), all.end(), [&](const Meeting& meeting) {
    const LoadedGroup& met = group(meeting.group);
    return met.has_finite_statistics() && met.exact().is_regular() &&
           met.attainable().leaves_range(compute);
  });
}

}  // namespace truenorm
