// SPDX-License-Identifier: Apache-2.0
// Sums across groups: exact in each, and a surd from each field in the end.
#include "oracle/parameter_evaluation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <tbb/blocked_range.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>

#include "oracle/decimal_text.hpp"
#include "oracle/enclosed_group.hpp"
#include "oracle/meeting_sums.hpp"
#include "oracle/planted.hpp"
#include "oracle/surd_sums.hpp"

namespace truenorm {

ParameterEvaluation::ParameterEvaluation(const Question& question,
                                         const CanonicalForm& form, Quantity quantity,
                                         long double unit_roundoff)
    : question_(question),
      form_(form),
      quantity_(quantity),
      unit_roundoff_(unit_roundoff),
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

Exact ParameterEvaluation::contribution(const LoadedGroup& group,
                                        const Meetings& meetings) const {
  const ExactGroup& exact = group.exact();
  if (exact.scale().is_zero()) {
    const Exact undefined = Exact::degenerate(std::numeric_limits<double>::quiet_NaN());
    return question_.zero_scale_gradient() == ZeroScaleGradient::zero &&
                   !is_planted("zero_gradient_ignored")
               ? Exact().made_of(undefined)
               : undefined;
  }
  if (meetings.places() > 1) {
    const auto sums =
        finite_sums_in_group(exact, group.number(), meetings, *question_.input("dy"));
    if (sums) return sums->sum_of_products * exact.reciprocal();
  }
  Exact sum;
  for (std::int64_t k = 0; k < meetings.places(); ++k) {
    const std::int64_t i = meetings.place(k);
    sum = sum + dy(group.number(), i) * exact.centered(static_cast<std::size_t>(i));
  }
  return sum * exact.reciprocal();
}

Exact ParameterEvaluation::dbeta() const {
  if (const auto sum = finite_sum(form_.map, meetings_, *question_.input("dy"))) {
    return *sum;
  }
  Exact sum;
  for_each_meeting(
      [&](std::int64_t group, std::int64_t i) { sum = sum + dy(group, i); });
  return sum;
}

ElementClass ParameterEvaluation::for_each_term(
    std::int64_t /*i*/, const std::function<void(const Surd&)>& visit) {
  ElementClass element;
  const auto add = [&](const Exact& term) {
    element.add(term);
    if (term.is_finite()) visit(term.number());
  };
  if (quantity_ == Quantity::dbeta) {
    add(dbeta());
    return element;
  }
  for (std::int64_t j = 0; j < meetings_.groups(); ++j) {
    add(contribution(groups_.at(meetings_.group(j)), meetings_));
    if (is_planted("first_group_only")) break;
  }
  return element;
}

/// More than 30 digits take, by what sums and differences may lose.
constexpr long digits_bits = 192;

/// Sums over some of the groups, one for each of several parameters.
struct ParameterEvaluation::TermSums {
  explicit TermSums(std::size_t parameters)
      : enclosed(digits_bits), sums(parameters, digits_bits), classes(parameters) {}

  void add(std::size_t parameter, const Exact& term) {
    classes[parameter].add(term);
    if (term.is_finite()) sums.add(parameter, term.number());
  }
  void add(const TermSums& other) {
    sums.add(other.sums);
    for (std::size_t k = 0; k < classes.size(); ++k) {
      classes[k].special += other.classes[k].special;
    }
  }

  Settler settler;  ///< of the groups
  EnclosedGroup enclosed;
  SurdSums sums;
  std::vector<ElementClass> classes;
};

void ParameterEvaluation::add_terms(std::int64_t begin, std::int64_t end,
                                    std::span<const Meetings> meetings,
                                    TermSums& sums) const {
  // Where each parameter's next group stands among those that it meets.
  std::vector<std::int64_t> next;
  const auto group_of = [&](std::size_t k) {
    return next[k] < meetings[k].groups() ? meetings[k].group(next[k]) : end;
  };
  for (const Meetings& of_parameter : meetings) {
    next.push_back(of_parameter.groups_before(begin));
  }
  while (true) {
    std::int64_t number = end;
    for (std::size_t k = 0; k < meetings.size(); ++k) {
      number = std::min(number, group_of(k));
    }
    if (number == end) return;
    const LoadedGroup group(question_, form_, number, sums.settler, unit_roundoff_);
    const bool is_enclosed = sums.enclosed.load(group.exact());
    for (std::size_t k = 0; k < meetings.size(); ++k) {
      if (group_of(k) != number) continue;
      ++next[k];
      if (is_enclosed && meetings[k].places() == 1) {
        const std::int64_t at = form_.map.element(number, meetings[k].place(0));
        const double factor = (*question_.input("dy"))[at];
        const double x = question_.x()[at];
        if (std::isfinite(factor) && std::isfinite(x)) {
          sums.sums.add(k, sums.enclosed.product(factor, x));
          continue;
        }
      }
      sums.add(k, contribution(group, meetings[k]));
    }
  }
}

std::vector<std::string> ParameterEvaluation::decimals(
    std::span<const ElementPlace> places) {
  if (quantity_ == Quantity::dbeta) return Evaluation::decimals(places);
  std::vector<Meetings> meetings;
  for (const ElementPlace& place : places) {
    meetings.emplace_back(form_.map, place.block);
  }
  // What is enclosed does not depend on the order of the sum, so neither do the digits.
  tbb::enumerable_thread_specific<TermSums> parts(places.size());
  tbb::parallel_for(tbb::blocked_range<std::int64_t>(0, form_.map.groups()),
                    [&](const tbb::blocked_range<std::int64_t>& groups) {
                      add_terms(groups.begin(), groups.end(), meetings, parts.local());
                    });
  TermSums total(places.size());
  for (const TermSums& part : parts) total.add(part);
  std::vector<std::string> texts;
  for (std::size_t k = 0; k < places.size(); ++k) {
    if (!total.classes[k].is_finite()) {
      texts.push_back(hex_float(total.classes[k].special));
    } else if (auto text = decimal_text(total.sums[k])) {
      texts.push_back(std::move(*text));
    } else {
      load(places[k].block);
      texts.push_back(decimal(places[k].i));
    }
  }
  return texts;
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
