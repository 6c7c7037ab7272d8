// SPDX-License-Identifier: Apache-2.0
// From exact values to truths, and the choice of the evaluation.
#include "oracle/evaluation.hpp"

#include "oracle/group_evaluation.hpp"
#include "oracle/parameter_evaluation.hpp"

namespace truenorm {

ElementValue ElementValue::of(const Exact& value) {
  ElementValue element;
  element.is_degenerate = value.is_degenerate();
  element.special = value.special();
  if (value.is_finite()) element.terms.push_back(value.number());
  return element;
}

Truth Evaluation::settle(std::int64_t i, const Format& format) {
  const ElementValue element = value(i);
  Truth truth;
  if (element.is_finite()) {
    truth = settler_.settle(element.terms, format);
  } else {
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
  return settler_.approximate(value(i).terms);
}

std::string Evaluation::decimal(std::int64_t i) {
  const ElementValue element = value(i);
  if (!element.is_finite()) return hex_float(element.special);
  return settler_.decimal(element.terms);
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
