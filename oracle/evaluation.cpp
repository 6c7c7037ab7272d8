// SPDX-License-Identifier: Apache-2.0
// From exact values to truths, and the choice of the evaluation.
#include "oracle/evaluation.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "oracle/group_evaluation.hpp"
#include "oracle/parameter_evaluation.hpp"

namespace truenorm {

void ElementClass::add(const Exact& term) {
  is_degenerate = is_degenerate || term.is_degenerate();
  if (term.is_finite()) return;
  // Opposite infinities make NaN; a number among them changes nothing.
  special += term.special();
}

ElementValue ElementValue::of(const Exact& value) {
  ElementValue element;
  element.add(value);
  if (value.is_finite()) element.terms.push_back(value.number());
  return element;
}

ElementValue Evaluation::value(std::int64_t i) {
  ElementValue value;
  static_cast<ElementClass&>(value) =
      for_each_term(i, [&](const Surd& term) { value.terms.push_back(term); });
  return value;
}

Truth Evaluation::settle(std::int64_t i, const Format& format) {
  ElementClass element;
  Truth truth = settler_.settle(
      [&](const auto& visit) { element = for_each_term(i, visit); }, format);
  if (!element.is_finite()) {
    truth = {};
    truth.rounded = element.special;
    truth.is_finite = false;
    truth.level = Level::special;
  }
  if (element.is_degenerate) {
    truth.origin = Origin::degenerate;
  } else if (!element.is_finite()) {
    truth.origin = Origin::undefined;
  }
  return truth;
}

long double Evaluation::approximate(std::int64_t i) {
  return settler_.approximate([&](const auto& visit) { for_each_term(i, visit); });
}

std::string Evaluation::decimal(std::int64_t i) {
  ElementClass element;
  const std::string text =
      settler_.decimal([&](const auto& visit) { element = for_each_term(i, visit); });
  return element.is_finite() ? text : hex_float(element.special);
}

std::vector<std::string> Evaluation::decimals(std::span<const ElementPlace> places) {
  // Block by block, as a large one is costly to load.
  std::vector<std::size_t> order(places.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::tie(places[a].block, places[a].i) <
           std::tie(places[b].block, places[b].i);
  });
  std::vector<std::string> texts(places.size());
  for (const std::size_t k : order) {
    load(places[k].block);
    texts[k] = decimal(places[k].i);
  }
  return texts;
}

std::unique_ptr<Evaluation> evaluate(const Question& question,
                                     const CanonicalForm& form, Quantity quantity,
                                     long double unit_roundoff) {
  if (quantity == Quantity::dgamma || quantity == Quantity::dbeta) {
    return std::make_unique<ParameterEvaluation>(question, form, quantity,
                                                 unit_roundoff);
  }
  return std::make_unique<GroupEvaluation>(question, form, quantity, unit_roundoff);
}

}  // namespace truenorm
