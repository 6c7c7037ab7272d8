// SPDX-License-Identifier: Apache-2.0
// The formulas of SPEC 2 and 4, operation by operation, and their S.
#include "oracle/group_evaluation.hpp"

#include <cmath>
#include <limits>

#include "oracle/planted.hpp"
#include "oracle/score.hpp"

namespace truenorm {
namespace {

Exact undefined_derivative() {
  return Exact::degenerate(std::numeric_limits<double>::quiet_NaN());
}

Exact one() { return Rational(1); }

Exact half() { return Rational(1, 2); }

}  // namespace

bool GroupEvaluation::is_scored() const {
  switch (quantity_) {
    case Quantity::mean:
    case Quantity::variance:
    case Quantity::rstd:
    case Quantity::norm:
      return form_.map.group_size() > 0;
    default:
      return true;
  }
}

void GroupEvaluation::load(std::int64_t block) {
  if (group_ && (group_->number() == block || is_planted("stale_group"))) return;
  group_ =
      std::make_unique<LoadedGroup>(question_, form_, block, settler(), unit_roundoff_);
}

ElementClass GroupEvaluation::for_each_term(
    std::int64_t i, const std::function<void(const Surd&)>& visit) {
  const Exact value = exact_value(static_cast<std::size_t>(i));
  ElementClass element;
  element.add(value);
  if (value.is_finite()) visit(value.number());
  return element;
}

Exact GroupEvaluation::exact_value(std::size_t i) {
  switch (quantity_) {
    case Quantity::y:
      return y(i);
    case Quantity::dx:
      return dx(i);
    case Quantity::tangent_y:
      return tangent_of_y(i);
    case Quantity::mean:
      return exact().mean();
    case Quantity::variance:
      return exact().spread();
    case Quantity::rstd:
      return exact().reciprocal();
    case Quantity::norm:
      return exact().scale();
    case Quantity::scale:
      return scale();
    case Quantity::offset:
      return offset();
    case Quantity::running_mean:
      return running_mean();
    case Quantity::running_variance:
      return running_variance();
    case Quantity::dmean:
      return dmean();
    case Quantity::dvariance:
      return dvariance();
    case Quantity::dgamma:
    case Quantity::dbeta:
      break;
  }
  throw OracleFault("a parameter's gradient is no value of one group");
}

Truth GroupEvaluation::rounded_normalized(std::size_t i) {
  const Exact normalized = exact().normalized(i);
  return settler_of_normalized_.settle({&normalized.number(), 1},
                                       question_.x().format());
}

Exact GroupEvaluation::y(std::size_t i) {
  Exact value = exact().normalized(i);
  if (form_.rounds_normalized && value.is_finite()) {
    const double rounded = rounded_normalized(i).rounded;
    // An overflow of this intermediate goes on as the infinity that it is.
    value = (std::isfinite(rounded) ? Exact(truenorm::exact(rounded))
                                    : Exact::degenerate(rounded))
                .made_of(value);
  }
  if (const auto gamma = group_->gamma(i)) value = value * *gamma;
  if (const auto beta = group_->parameter("beta", i)) value = value + *beta;
  return value;
}

Exact GroupEvaluation::dx(std::size_t i) {
  const bool is_zero = exact().scale().is_zero() &&
                       question_.zero_scale_gradient() == ZeroScaleGradient::zero;
  return is_zero ? Exact().made_of(undefined_derivative()) : group_->pullback().at(i);
}

std::optional<Exact> GroupEvaluation::tangent_of_normalized(std::size_t i) {
  if (form_.spread != Spread::given) {
    if (question_.input("tangent_x") == nullptr) return std::nullopt;
    return group_->pushforward().at(i);
  }
  std::optional<Exact> tangent;
  const auto add = [&](const Exact& term) {
    tangent = tangent ? *tangent + term : term;
  };
  if (question_.input("tangent_x") != nullptr) add(group_->element("tangent_x", i));
  if (const auto of_mean = group_->shared_parameter("tangent_mean")) add(-*of_mean);
  const Exact& r = exact().reciprocal();
  if (tangent) tangent = r * *tangent;
  const auto of_variance = group_->shared_parameter("tangent_variance");
  const Exact share = exact().root_share();
  // A floor or a clamp that acts keeps the variance from mattering.
  if (of_variance && !exact().clamp_acts() && !share.is_zero()) {
    add((is_planted("tangent_of_variance_sign") ? half() : -half()) *
        (share * exact().normalized(i) * r * r * *of_variance));
  }
  return tangent;
}

Exact GroupEvaluation::tangent_of_y(std::size_t i) {
  std::optional<Exact> value = tangent_of_normalized(i);
  if (const auto gamma = group_->gamma(i); gamma && value) value = *value * *gamma;
  if (const auto of_gamma = group_->parameter("tangent_gamma", i)) {
    const Exact term = (is_planted("gamma_tangent_of_x") ? exact().centered(i)
                                                         : exact().normalized(i)) *
                       *of_gamma;
    value = value ? *value + term : term;
  }
  if (value && exact().scale().is_zero()) return undefined_derivative();
  if (const auto of_beta = group_->parameter("tangent_beta", i)) {
    value = value ? *value + *of_beta : *of_beta;
  }
  return value.value_or(Exact());
}

Exact GroupEvaluation::scale() {
  return group_->shared_gamma().value_or(one()) / exact().scale();
}

Exact GroupEvaluation::offset() {
  const Exact product = exact().mean() * scale();
  const auto beta = group_->shared_parameter("beta");
  return beta && !is_planted("offset_without_beta") ? *beta - product : -product;
}

Exact GroupEvaluation::blended(const Exact& old_value, const Exact& batch) const {
  const Exact momentum = question_.real("momentum");
  const bool is_of_new =
      question_.choice("momentum_of") == "new" || is_planted("momentum_of_new");
  const Exact& weighted = is_of_new ? batch : old_value;
  const Exact& other = is_of_new ? old_value : batch;
  return (one() - momentum) * other + momentum * weighted;
}

Exact GroupEvaluation::running_mean() {
  const Exact old_value = *group_->shared_parameter("running_mean");
  if (form_.map.group_size() == 0) return old_value;
  return blended(old_value, exact().mean());
}

bool GroupEvaluation::stores_unbiased() const {
  return question_.choice("running_variance_divisor") == "n_minus_1";
}

Exact GroupEvaluation::running_variance() {
  const Exact old_value = *group_->shared_parameter("running_variance");
  const std::int64_t n = form_.map.group_size();
  if (n == 0) return old_value;
  Exact batch = exact().spread();
  if (stores_unbiased() && !is_planted("running_variance_biased")) {
    batch =
        n == 1 ? Exact::undefined().made_of(batch) : batch * Exact(Rational(n, n - 1));
  }
  return blended(old_value, batch);
}

Exact GroupEvaluation::dmean() {
  if (form_.map.group_size() == 0) return {};
  Exact sum;
  const Exact& of_w = group_->sums_of_weighted_dy().sum;
  if (exact().is_regular() && of_w.is_finite()) {
    sum = exact().reciprocal() * of_w;
  } else {
    for (std::size_t i = 0; i < exact().x().size(); ++i) {
      sum = sum + group_->pullback().at(i);
    }
  }
  return is_planted("dmean_sign") ? sum : -sum;
}

Exact GroupEvaluation::dvariance() {
  if (form_.map.group_size() == 0) return {};
  if (exact().scale().is_zero()) return undefined_derivative();
  const Exact share = exact().root_share();
  if (exact().clamp_acts() || share.is_zero()) return {};
  const Exact& r = exact().reciprocal();
  Exact sum;
  const Exact& of_products = group_->sums_of_weighted_dy().sum_of_products;
  if (exact().is_regular() && of_products.is_finite()) {
    sum = of_products * r;
  } else {
    for (std::size_t i = 0; i < exact().x().size(); ++i) {
      sum = sum + group_->weighted_dy(i) * exact().normalized(i);
    }
  }
  return -((is_planted("dvariance_doubled") ? one() : half()) * share * sum * r * r);
}

Sensitivity GroupEvaluation::sensitivity(std::int64_t index, long double value) {
  const auto i = static_cast<std::size_t>(index);
  if (!group_->has_attainable()) {
    // What is finite nevertheless is the term that is added last.
    if (quantity_ == Quantity::y) return {group_->parameter_magnitude("beta", i)};
    if (quantity_ == Quantity::offset) return {group_->shared_magnitude("beta")};
    if (quantity_ == Quantity::tangent_y) {
      return {group_->parameter_magnitude("tangent_beta", i)};
    }
    return {};
  }
  const Attainable& attainable = group_->attainable();
  switch (quantity_) {
    case Quantity::y:
      return attainable.y(i, group_->gamma_magnitude(i),
                          group_->parameter_magnitude("beta", i));
    case Quantity::dx:
      return group_->attainable_pullback().at(i, value);
    case Quantity::tangent_y:
      return tangent_sensitivity(i);
    case Quantity::mean:
      return attainable.formulas().mean();
    case Quantity::variance:
      return attainable.formulas().variance();
    case Quantity::rstd:
      return attainable.formulas().rstd();
    case Quantity::norm:
      return attainable.formulas().norm();
    case Quantity::scale:
      return attainable.formulas().scale(group_->shared_gamma_magnitude());
    case Quantity::offset:
      return attainable.formulas().offset(group_->shared_gamma_magnitude(),
                                          group_->shared_magnitude("beta"));
    case Quantity::running_mean:
      return blended_sensitivity("running_mean", attainable.formulas().mean());
    case Quantity::running_variance: {
      const auto n = static_cast<long double>(form_.map.group_size());
      const long double factor = stores_unbiased() ? n / (n - 1) : 1;
      return blended_sensitivity("running_variance",
                                 attainable.formulas().variance() * factor);
    }
    case Quantity::dmean:
      return dmean_sensitivity(value);
    case Quantity::dvariance:
      return dvariance_sensitivity();
    case Quantity::dgamma:
    case Quantity::dbeta:
      break;
  }
  return {};
}

Sensitivity GroupEvaluation::tangent_sensitivity(std::size_t i) {
  const Attainable& attainable = group_->attainable();
  Sensitivity s;
  const std::optional<Exact> tangent = tangent_of_normalized(i);
  const long double entry = tangent ? std::fabs(group_->approximate(*tangent)) : 0;
  const long double x_hat = std::fabs(attainable.normalized(i));
  const Sensitivity x_hat_error = attainable.normalized_error(i);
  if (form_.spread != Spread::given) {
    if (tangent) s = group_->attainable_pushforward().at(i, entry);
  } else {
    // SPEC 8 gives S of dx for the term of x; that of the mean is like it, and that of
    // the variance is a term of dvariance.
    const long double of_location = group_->element_magnitude("tangent_x", i) +
                                    group_->shared_magnitude("tangent_mean");
    s = Sensitivity{} + (1 + attainable.formulas().kappa() / 2) *
                            attainable.formulas().reciprocal() * of_location;
    // An x-hat that is not finite enters no finite truth, so its factor is 0 there.
    const long double of_variance = group_->shared_magnitude("tangent_variance");
    if (of_variance != 0) s = s + attainable.dvariance(i).sum * of_variance;
  }
  const long double gamma = group_->gamma_magnitude(i);
  const long double of_gamma = group_->parameter_magnitude("tangent_gamma", i);
  s = s * gamma + entry * gamma + group_->parameter_magnitude("tangent_beta", i);
  if (of_gamma != 0) s = s + (x_hat_error.sum + x_hat) * of_gamma;
  s.is_capped = s.is_capped || (of_gamma != 0 && x_hat_error.is_capped);
  return s;
}

Sensitivity GroupEvaluation::dmean_sensitivity(long double value) const {
  long double sum = 0;
  for (std::size_t i = 0; i < exact().x().size(); ++i) {
    sum += group_->element_magnitude("dy", i) * group_->gamma_magnitude(i);
  }
  return group_->attainable().formulas().dmean(sum, value);
}

Sensitivity GroupEvaluation::dvariance_sensitivity() const {
  long double sum = 0;
  for (std::size_t i = 0; i < exact().x().size(); ++i) {
    // A number in spite of such an x: the clamp or a floor acts.
    if (!std::isfinite(exact().x()[i])) continue;
    sum += group_->element_magnitude("dy", i) * group_->gamma_magnitude(i) *
           group_->attainable().dvariance(i).sum;
  }
  return {sum, false};
}

Sensitivity GroupEvaluation::blended_sensitivity(std::string_view running,
                                                 Sensitivity batch) const {
  const long double old_value = group_->shared_magnitude(running);
  if (form_.map.group_size() == 0) return {old_value, false};
  return truenorm::blended_sensitivity(question_, old_value, batch);
}

long double GroupEvaluation::rounding_on_the_way(std::int64_t index) {
  if (quantity_ != Quantity::y || !form_.rounds_normalized ||
      !group_->has_finite_statistics() || !exact().is_regular()) {
    return 0;
  }
  const auto i = static_cast<std::size_t>(index);
  // Half an ulp of the normalized value, times gamma.
  return std::ldexp(group_->gamma_magnitude(i) / 2, rounded_normalized(i).ulp_exponent);
}

std::optional<long double> GroupEvaluation::conditioning() {
  if (!group_->has_finite_statistics() || !exact().is_regular()) return std::nullopt;
  return group_->attainable().formulas().conditioning();
}

bool GroupEvaluation::leaves_range(const Format& compute) {
  return conditioning() && group_->attainable().formulas().leaves_range(compute);
}

}  // namespace truenorm
