// SPDX-License-Identifier: Apache-2.0
// The levels, one after the other.
#include "oracle/evaluation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "oracle/score.hpp"

namespace truenorm {
namespace {

constexpr long first_precision_bits = 128;
/// Far beyond what any input needs; reaching it means that this code is wrong.
constexpr std::size_t most_doublings = 16;

std::optional<double> element_of(const Tensor* parameter, std::int64_t index) {
  if (parameter == nullptr) return std::nullopt;
  return (*parameter)[index];
}

bool is_finite_or_absent(const std::optional<double>& value) {
  return !value || std::isfinite(*value);
}

/// max(-Inf, bound) is the bound: a variance of -Inf is as good as any that lies below.
double finite_variance(const CanonicalForm& form, double variance) {
  const bool is_bounded =
      form.clamps_variance || form.eps_mode == EpsMode::floor_inside;
  if (is_bounded && variance == -std::numeric_limits<double>::infinity()) {
    return std::numeric_limits<double>::lowest();
  }
  return variance;
}

}  // namespace

Evaluation::Evaluation(const Question& question, const CanonicalForm& form,
                       Quantity quantity, const Format& format)
    : question_(question), form_(form), quantity_(quantity), format_(format) {
  group_.form = &form_;
}

std::int64_t Evaluation::elements_per_group() const {
  return quantity_ == Quantity::y ? form_.map.group_size() : 1;
}

std::int64_t Evaluation::output_index(std::int64_t group, std::int64_t i) const {
  return quantity_ == Quantity::y ? form_.map.element(group, i) : group;
}

Affine Evaluation::affine(std::int64_t i) const {
  const std::int64_t index =
      quantity_ == Quantity::y ? form_.map.parameter(current_, i) : current_;
  switch (quantity_) {
    case Quantity::y:
    case Quantity::offset:
      return {element_of(question_.input("gamma"), index),
              element_of(question_.input("beta"), index)};
    case Quantity::scale:
      return {element_of(question_.input("gamma"), index), std::nullopt};
    case Quantity::mean:
    case Quantity::rstd:
      return {};
  }
  return {};
}

double Evaluation::x(std::int64_t i) const {
  return quantity_ == Quantity::y ? group_.x[static_cast<std::size_t>(i)] : 0;
}

void Evaluation::load(std::int64_t group) {
  if (group == current_) return;
  current_ = group;
  refined_.clear();
  decided_.reset();
  group_.x.resize(static_cast<std::size_t>(form_.map.group_size()));
  for (std::int64_t i = 0; i < form_.map.group_size(); ++i) {
    group_.x[static_cast<std::size_t>(i)] = question_.x()[form_.map.element(group, i)];
  }
  special_ = {};
  given_variance_is_finite_ = true;
  mean_is_finite_ = true;
  spread_is_finite_ = true;
  load_statistics(group);
  if (spread_is_finite_) {
    find_scale_sign();
  } else {
    scale_sign_ = ScaleSign::unknown;
  }
}

void Evaluation::load_statistics(std::int64_t group) {
  const bool is_finite = std::all_of(group_.x.begin(), group_.x.end(),
                                     [](double value) { return std::isfinite(value); });
  if (form_.location == Location::given) {
    special_.mean = (*question_.input("mean"))[group];
    mean_is_finite_ = std::isfinite(special_.mean);
    group_.given_mean = mean_is_finite_ ? special_.mean : 0;
  } else if (form_.location == Location::mean && !is_finite) {
    special_.mean = special_mean(group_.x);
    mean_is_finite_ = false;
  }
  if (form_.spread == Spread::given) {
    const double given = (*question_.input("variance"))[group];
    given_variance_is_finite_ = std::isfinite(given);
    const double variance = finite_variance(form_, given);
    group_.given_variance = variance;
    spread_is_finite_ = std::isfinite(variance);
    special_.scale = special_scale(variance);
  } else if (!is_finite) {
    spread_is_finite_ = false;
    // A mean turns any infinity into NaN: Inf - Inf is among the differences.
    double sum_of_squares = 0;
    for (const double value : group_.x) {
      sum_of_squares += std::isfinite(value) ? 0 : value * value;
    }
    special_.scale = special_scale(form_.location == Location::mean
                                       ? std::numeric_limits<double>::quiet_NaN()
                                       : sum_of_squares);
  }
}

void Evaluation::find_scale_sign() {
  scale_sign_ = refined(0).scale_sign();
  if (scale_sign_ == ScaleSign::unknown) scale_sign_ = decided().scale_sign();
  switch (scale_sign_) {
    case ScaleSign::negative:
      special_.scale = -1;
      break;
    case ScaleSign::zero:
      special_.scale = 0;
      break;
    case ScaleSign::positive:
      special_.scale = 1;
      break;
    case ScaleSign::undefined:
    case ScaleSign::unknown:
      special_.scale = std::numeric_limits<double>::quiet_NaN();
      break;
  }
}

RefinedGroup& Evaluation::refined(std::size_t doublings) {
  if (doublings > most_doublings) {
    throw OracleFault("an element stayed open at " +
                      std::to_string(first_precision_bits << most_doublings) + " bits");
  }
  while (refined_.size() <= doublings) {
    const long bits = first_precision_bits << refined_.size();
    refined_.push_back(std::make_unique<RefinedGroup>(group_, bits));
  }
  return *refined_[doublings];
}

const DecidedGroup& Evaluation::decided() {
  if (!decided_) decided_ = std::make_unique<DecidedGroup>(group_);
  return *decided_;
}

GroupSummary Evaluation::summary() {
  const bool has_scale =
      scale_sign_ == ScaleSign::positive || scale_sign_ == ScaleSign::negative;
  std::size_t doublings = 0;
  while (has_scale && !refined(doublings).is_sharp()) ++doublings;
  GroupSummary summary = refined(doublings).summary();
  if (std::fabs(summary.spread_plus_eps) < std::ldexp(summary.spread, -50)) {
    summary.spread_plus_eps = to_long_double(decided().spread() + form_.eps);
  }
  summary.scale_sign = scale_sign_;
  return summary;
}

bool Evaluation::has_finite_inputs(std::int64_t i) const {
  const Affine parameters = affine(i);
  return (!uses_mean() || mean_is_finite_) &&
         (!uses_scale() || (spread_is_finite_ && given_variance_is_finite_)) &&
         std::isfinite(x(i)) && is_finite_or_absent(parameters.gamma) &&
         is_finite_or_absent(parameters.beta);
}

bool Evaluation::is_special(std::int64_t i) const {
  if (quantity_ == Quantity::mean) return !mean_is_finite_;
  if (!has_regular_scale()) return true;
  if (uses_mean() && !mean_is_finite_) return true;
  const Affine parameters = affine(i);
  return !std::isfinite(x(i)) || !is_finite_or_absent(parameters.gamma) ||
         !is_finite_or_absent(parameters.beta);
}

double Evaluation::special_of(std::int64_t i) {
  const bool is_normalized_regular =
      mean_is_finite_ && has_regular_scale() && std::isfinite(x(i));
  if (quantity_ == Quantity::y && form_.rounds_normalized && is_normalized_regular) {
    return special_value(form_, {0, 1}, quantity_, settle_normalized(i).rounded,
                         affine(i));
  }
  double c = 0;
  if (quantity_ == Quantity::y) {
    const bool has_exact_mean = form_.location == Location::mean && mean_is_finite_;
    c = has_exact_mean ? Rational(exact(x(i)) - decided().mean()).sign()
                       : difference_sign(x(i), special_.mean);
  }
  return special_value(form_, special_, quantity_, c, affine(i));
}

Truth Evaluation::settle_special(std::int64_t i) {
  const double value = special_of(i);
  Truth truth;
  if (std::isfinite(value)) {
    truth = exact_truth(exact(affine(i).beta.value_or(0)), format_, Level::decide);
  } else {
    truth.rounded = value;
    truth.is_finite = false;
    truth.level = Level::special;
  }
  truth.origin = has_finite_inputs(i) && scale_sign_ == ScaleSign::undefined
                     ? Origin::undefined
                     : Origin::degenerate;
  return truth;
}

Truth Evaluation::settle_normalized(std::int64_t i) {
  const Format& format = question_.x().format();
  std::optional<Rational> refuted;
  for (std::size_t doublings = 0;; ++doublings) {
    RefinedGroup& group = refined(doublings);
    if (group.scale_sign() == ScaleSign::unknown) continue;
    const Placement placement = group.place_normalized(x(i), format);
    if (placement.truth) return *placement.truth;
    if (!placement.boundary || placement.boundary == refuted) continue;
    const Surd value = decided().normalized(x(i));
    if (value.b == 0) return exact_truth(value.a, format, Level::decide);
    refuted = placement.boundary;
  }
}

Rational Evaluation::affine_of(double normalized, std::int64_t i) const {
  const Affine parameters = affine(i);
  const Rational beta = parameters.beta ? exact(*parameters.beta) : Rational(0);
  return exact(normalized) * effective_gamma(form_, parameters) + beta;
}

Truth Evaluation::settle_rounded(std::int64_t i) {
  const Truth normalized = settle_normalized(i);
  if (std::isfinite(normalized.rounded)) {
    return exact_truth(affine_of(normalized.rounded, i), format_, normalized.level);
  }
  // The normalized value overflowed its dtype, as an intermediate of the formula.
  Truth truth;
  truth.rounded =
      special_value(form_, {0, 1}, quantity_, normalized.rounded, affine(i));
  truth.is_finite = false;
  truth.origin = Origin::degenerate;
  truth.level = Level::special;
  return truth;
}

Truth Evaluation::settle(std::int64_t i) {
  if (is_special(i)) return settle_special(i);
  Truth truth = settle_value(i);
  if (!has_finite_inputs(i)) truth.origin = Origin::degenerate;
  return truth;
}

Truth Evaluation::settle_value(std::int64_t i) {
  if (quantity_ == Quantity::y && form_.rounds_normalized) return settle_rounded(i);
  const Affine parameters = affine(i);
  std::optional<Rational> refuted;
  for (std::size_t doublings = 0;; ++doublings) {
    RefinedGroup& group = refined(doublings);
    if (uses_scale() && group.scale_sign() == ScaleSign::unknown) continue;
    const Placement placement = group.place(quantity_, x(i), parameters, format_);
    if (placement.truth) return *placement.truth;
    if (!placement.boundary || placement.boundary == refuted) continue;
    // Equality before refining further; a rational value is then known altogether.
    const Surd value = decided().value(quantity_, x(i), parameters);
    if (value.b == 0) return exact_truth(value.a, format_, Level::decide);
    refuted = placement.boundary;
  }
}

std::string Evaluation::decimal(std::int64_t i) {
  if (is_special(i)) {
    const double value = special_of(i);
    if (!std::isfinite(value)) return hex_float(value);
    return exact_decimal(exact(affine(i).beta.value_or(0)));
  }
  if (quantity_ == Quantity::y && form_.rounds_normalized) {
    const double normalized = settle_normalized(i).rounded;
    if (std::isfinite(normalized)) return exact_decimal(affine_of(normalized, i));
    return hex_float(settle_rounded(i).rounded);
  }
  const Affine parameters = affine(i);
  for (std::size_t doublings = 0;; ++doublings) {
    RefinedGroup& group = refined(doublings);
    if (uses_scale() && group.scale_sign() == ScaleSign::unknown) continue;
    if (const auto text = group.decimal(quantity_, x(i), parameters)) return *text;
    const Surd value = decided().value(quantity_, x(i), parameters);
    if (value.b == 0) return exact_decimal(value.a);
  }
}

}  // namespace truenorm
