// SPDX-License-Identifier: Apache-2.0
// The formulas as they are printed, with 1/s once a group.
#include "oracle/test/enclosure.hpp"

#include <cmath>
#include <limits>
#include <map>
#include <string>

#include "oracle/test/nearest.hpp"

namespace truenorm::twin {

Enclosure::Kind Enclosure::kind_of(std::string_view output) {
  static const std::map<std::string_view, Kind> kinds{
      {"y", Kind::y},
      {"dx", Kind::dx},
      {"tangent_y", Kind::tangent_y},
      {"mean", Kind::mean},
      {"variance", Kind::variance},
      {"rstd", Kind::rstd},
      {"norm", Kind::norm},
      {"scale", Kind::scale},
      {"offset", Kind::offset},
      {"running_mean", Kind::running_mean},
      {"running_variance", Kind::running_variance},
      {"dgamma", Kind::dgamma},
      {"dbeta", Kind::dbeta},
      {"dmean", Kind::dmean},
      {"dvariance", Kind::dvariance},
  };
  return kinds.at(output);
}

Enclosure::Enclosure(const Reading& reading, std::string_view output,
                     long precision_bits)
    : reading_(reading),
      kind_(kind_of(output)),
      location_(reading.question.op().location),
      eps_(precision_bits),
      number_(precision_bits),
      other_number_(precision_bits),
      loaded_(reading.members.of_groups.size()),
      mean_(precision_bits),
      spread_(precision_bits),
      root_(precision_bits),
      scale_(precision_bits),
      rstd_(precision_bits),
      share_(precision_bits),
      mean_direction_(precision_bits),
      share_along_(precision_bits),
      normalized_(precision_bits),
      direction_(precision_bits),
      term_(precision_bits),
      factor_(precision_bits),
      value_(precision_bits) {
  eps_.set(reading.question.real("eps"));
  if (!is_of_parameter()) return;
  const auto count =
      static_cast<std::size_t>(element_count(reading.question.output_shape(output)));
  sums_.assign(count, value_);
  sum_gaps_.assign(count, Gap::none);
  sum_over_parameters();
}

bool Enclosure::needs_scale() const {
  switch (kind_) {
    case Kind::mean:
    case Kind::variance:
    case Kind::running_mean:
    case Kind::running_variance:
    case Kind::dbeta:
      return false;
    default:
      return true;
  }
}

Gap Enclosure::enclose(std::size_t index) {
  if (is_of_parameter()) {
    value_ = sums_[index];
    return sum_gaps_[index];
  }
  const bool is_of_element =
      kind_ == Kind::y || kind_ == Kind::dx || kind_ == Kind::tangent_y;
  if (!is_of_element) {
    load(index);
    return enclose_statistic(index);
  }
  load(group_of(index));
  if (scale_gap_ != Gap::none) return scale_gap_;
  if (kind_ == Kind::y) return enclose_y(index);
  if (kind_ == Kind::tangent_y) return enclose_tangent(index);
  if (share_gap_ != Gap::none && location_ != Location::given) return share_gap_;
  normalize(index);
  project(index);
  return Gap::none;
}

// --- what the elements of a group share ---------------------------------------------

void Enclosure::load(std::size_t group) {
  if (group == loaded_) return;
  loaded_ = group;
  measure_location(group);
  measure_spread(group);
  if (!needs_scale()) return;
  scale_gap_ = measure_scale();
  if (scale_gap_ != Gap::none) return;
  rstd_.set_reciprocal(scale_);
  if (reading_.question.direction() == Direction::forward) return;
  share_gap_ = measure_share();
  const bool has_direction =
      kind_ == Kind::dx || (kind_ == Kind::tangent_y && !reading_.tangent_x.empty());
  if (has_direction && share_gap_ == Gap::none) average_direction(group);
}

void Enclosure::measure_location(std::size_t group) {
  mean_.set(0.0);
  if (location_ == Location::given) mean_.set(reading_.mean[group]);
  if (location_ != Location::mean) return;
  const auto& members = reading_.members.of_groups[group];
  for (const std::size_t i : members) mean_.add(number(reading_.x[i]));
  mean_.divide(members.size());
}

void Enclosure::measure_spread(std::size_t group) {
  is_clamped_ = false;
  if (location_ == Location::given) {
    const double given = reading_.variance[group];
    is_clamped_ = reading_.clamps_variance && given < 0;
    spread_.set(is_clamped_ ? 0.0 : given);
    return;
  }
  spread_.set(0.0);
  const auto& members = reading_.members.of_groups[group];
  for (const std::size_t i : members) {
    term_.set_difference(number(reading_.x[i]), mean_);
    if (reading_.power == Power::two) {
      factor_.set_square(term_);
      spread_.set_sum(spread_, factor_);
    } else {
      term_.make_absolute();
      if (reading_.power == Power::one) spread_.set_sum(spread_, term_);
      if (reading_.power == Power::infinity) spread_.raise_to(term_);
    }
  }
  if (reading_.is_mean_of_squares) spread_.divide(members.size());
}

Gap Enclosure::measure_scale() {
  const bool is_negative = mpfr_sgn(spread_.low()) < 0;
  switch (reading_.scale_mode) {
    case ScaleMode::inside:
      scale_.set_sum(spread_, eps_);
      break;
    case ScaleMode::floor_inside:
      scale_ = spread_;
      scale_.raise_to(eps_);
      break;
    case ScaleMode::outside:
    case ScaleMode::floor:
      // Only a given variance can be negative, and it is known exactly.
      if (is_negative) return Gap::undefined;
      scale_ = spread_;
  }
  const bool is_inner = reading_.scale_mode == ScaleMode::inside ||
                        reading_.scale_mode == ScaleMode::floor_inside;
  if (is_inner) {
    if (scale_.sign() < 0) return Gap::undefined;
    if (scale_.sign() == 0) return Gap::scale;
  }
  if (!is_negative) {
    root_ = spread_;
    if (reading_.power == Power::two) root_.set_root(spread_);
  }
  if (is_inner) {
    term_ = scale_;
    scale_.set_root(term_);
  } else if (reading_.scale_mode == ScaleMode::outside) {
    scale_.set_sum(root_, eps_);
  } else {
    scale_ = root_;
    scale_.raise_to(eps_);
  }
  if (scale_.sign() < 0) return Gap::undefined;
  return scale_.sign() > 0 ? Gap::none : Gap::scale;
}

Gap Enclosure::measure_share() {
  share_.set(1.0);
  const auto one_above = [&](const Interval& number) {
    if (is_less(number, eps_)) {
      share_.set(0.0);
      return Gap::none;
    }
    return is_at_least(number, eps_) ? Gap::none : Gap::kink;
  };
  switch (reading_.scale_mode) {
    case ScaleMode::inside:
      return Gap::none;
    case ScaleMode::floor:
      return one_above(root_);
    case ScaleMode::floor_inside:
      return one_above(spread_);
    case ScaleMode::outside:
      if (root_.is_zero()) return Gap::undefined;
      if (root_.sign() == 0) return Gap::kink;
      term_.set_reciprocal(root_);
      share_.set_product(scale_, term_);
  }
  return Gap::none;
}

void Enclosure::average_direction(std::size_t group) {
  mean_direction_.set(0.0);
  share_along_.set(0.0);
  if (location_ == Location::given) return;
  const auto& members = reading_.members.of_groups[group];
  for (const std::size_t i : members) {
    set_direction(i);
    if (location_ == Location::mean) {
      mean_direction_.set_sum(mean_direction_, direction_);
    }
    // Without 1/s, which the end of the sum brings in.
    term_.set_difference(number(reading_.x[i]), mean_);
    factor_.set_product(term_, direction_);
    share_along_.set_sum(share_along_, factor_);
  }
  mean_direction_.divide(members.size());
  share_along_.multiply_by_positive(rstd_);
  if (reading_.is_mean_of_squares) share_along_.divide(members.size());
  share_along_.multiply_by_positive(share_);
}

// --- elements -----------------------------------------------------------------------

void Enclosure::normalize(std::size_t i) {
  normalized_.set_difference(number(reading_.x[i]), mean_);
  normalized_.multiply_by_positive(rstd_);
}

Gap Enclosure::round_normalized() {
  const Format& format = reading_.question.x().format();
  const double rounded = nearest(format, normalized_.low());
  if (rounded != nearest(format, normalized_.high())) return Gap::rounding;
  if (!std::isfinite(rounded)) return Gap::rounding;
  normalized_.set(rounded);
  return Gap::none;
}

void Enclosure::multiply_by_gamma(Interval& factor, std::size_t parameter) {
  if (reading_.gamma.empty()) return;
  const double gamma = reading_.gamma[parameter];
  if (reading_.gamma_offset == 0) {
    factor.multiply(number(gamma));
    return;
  }
  Interval& product = &factor == &value_ ? factor_ : value_;
  term_.set(gamma);
  term_.add(number(reading_.gamma_offset));
  product.set_product(factor, term_);
  factor = product;
}

Gap Enclosure::enclose_y(std::size_t i) {
  normalize(i);
  if (reading_.rounds_normalized) {
    const Gap gap = round_normalized();
    if (gap != Gap::none) return gap;
  }
  value_ = normalized_;
  multiply_by_gamma(value_, parameter_of(i));
  if (!reading_.beta.empty()) value_.add(number(reading_.beta[parameter_of(i)]));
  return Gap::none;
}

/// w of SPEC 4, or the tangent of x.
void Enclosure::set_direction(std::size_t i) {
  if (reading_.question.direction() == Direction::jvp) {
    direction_.set(reading_.tangent_x[i]);
    return;
  }
  const std::size_t parameter = parameter_of(i);
  const bool is_plain = !reading_.gamma.empty() && reading_.gamma_offset == 0;
  if (is_plain) {
    other_number_.set(reading_.gamma[parameter]);
    direction_.set_product(number(reading_.dy[i]), other_number_);
    return;
  }
  direction_.set(reading_.dy[i]);
  multiply_by_gamma(direction_, parameter);
}

/// Applies the Jacobian of x -> x-hat, which is symmetric, to the direction.
void Enclosure::project(std::size_t i) {
  set_direction(i);
  if (location_ == Location::mean) direction_.subtract(mean_direction_);
  if (location_ != Location::given) {
    factor_.set_product(normalized_, share_along_);
    direction_.subtract(factor_);
  }
  value_ = direction_;
  value_.multiply_by_positive(rstd_);
}

/// The derivative of x-hat by a given variance, in `term_`.
Gap Enclosure::set_along_variance(std::size_t i) {
  term_.set(0.0);
  if (is_clamped_) return Gap::none;
  if (share_gap_ != Gap::none) return share_gap_;
  normalize(i);
  term_ = normalized_;
  term_.multiply_by_positive(rstd_);
  term_.multiply_by_positive(rstd_);
  term_.multiply_by_positive(share_);
  term_.multiply(number(-0.5));
  return Gap::none;
}

Gap Enclosure::enclose_tangent(std::size_t i) {
  const std::size_t parameter = parameter_of(i);
  normalize(i);
  value_.set(0.0);
  if (!reading_.tangent_x.empty()) {
    if (share_gap_ != Gap::none && location_ != Location::given) return share_gap_;
    project(i);
  }
  if (!reading_.tangent_mean.empty()) {
    term_.set(reading_.tangent_mean[parameter]);
    term_.multiply_by_positive(rstd_);
    value_.subtract(term_);
  }
  if (!reading_.tangent_variance.empty()) {
    const Gap gap = set_along_variance(i);
    if (gap != Gap::none) return gap;
    term_.multiply(number(reading_.tangent_variance[parameter]));
    value_.set_sum(value_, term_);
  }
  multiply_by_gamma(value_, parameter);
  if (!reading_.tangent_gamma.empty()) {
    normalized_.multiply(number(reading_.tangent_gamma[parameter]));
    value_.set_sum(value_, normalized_);
  }
  if (!reading_.tangent_beta.empty())
    value_.add(number(reading_.tangent_beta[parameter]));
  return Gap::none;
}

// --- statistics ---------------------------------------------------------------------

Gap Enclosure::enclose_statistic(std::size_t group) {
  if (needs_scale() && scale_gap_ != Gap::none) return scale_gap_;
  switch (kind_) {
    case Kind::mean:
      value_ = mean_;
      break;
    case Kind::variance:
      value_ = spread_;
      break;
    case Kind::rstd:
      value_ = rstd_;
      break;
    case Kind::norm:
      value_ = scale_;
      break;
    case Kind::running_mean:
      value_ = mean_;
      enclose_running("running_mean", value_, group);
      break;
    case Kind::running_variance: {
      const std::size_t n = reading_.members.of_groups[group].size();
      value_ = spread_;
      if (reading_.question.choice("running_variance_divisor") == "n_minus_1") {
        if (n == 1) return Gap::undefined;
        value_.multiply(number(static_cast<double>(n)));
        value_.divide(n - 1);
      }
      enclose_running("running_variance", value_, group);
      break;
    }
    default:  // scale, and the offset beside it
      value_ = rstd_;
      multiply_by_gamma(value_, group);
      if (kind_ == Kind::scale) break;
      factor_ = value_;
      value_.set_product(mean_, factor_);
      value_.negate();
      if (!reading_.beta.empty()) value_.add(number(reading_.beta[group]));
  }
  return Gap::none;
}

/// Turns the batch's statistic into the running one.
void Enclosure::enclose_running(std::string_view input, Interval& batch,
                                std::size_t group) {
  const Tensor& old = *reading_.question.input(input);
  const Rational& momentum = reading_.question.real("momentum");
  const Rational rest = 1 - momentum;
  const bool is_of_new = reading_.question.choice("momentum_of") == "new";
  term_.set(is_of_new ? momentum : rest);
  factor_.set_product(batch, term_);
  term_.set(is_of_new ? rest : momentum);
  term_.multiply(number(old[static_cast<std::int64_t>(group)]));
  batch.set_sum(factor_, term_);
}

// --- gradients of parameters ----------------------------------------------------------

void Enclosure::sum_over_parameters() {
  const auto& groups = reading_.members.of_groups;
  for (std::size_t group = 0; group < groups.size(); ++group) {
    load(group);
    for (const std::size_t i : groups[group]) {
      const std::size_t parameter = parameter_of(i);
      Gap gap = needs_scale() ? scale_gap_ : Gap::none;
      if (gap == Gap::none) gap = set_term(i);
      if (gap == Gap::none) {
        sums_[parameter].set_sum(sums_[parameter], term_);
      } else {
        sum_gaps_[parameter] = gap;
      }
    }
  }
}

/// What an element adds to the gradient, in `term_`.
Gap Enclosure::set_term(std::size_t i) {
  switch (kind_) {
    case Kind::dgamma:
      term_.set_difference(number(reading_.x[i]), mean_);
      term_.multiply_by_positive(rstd_);
      term_.multiply(number(reading_.dy[i]));
      break;
    case Kind::dbeta:
      term_.set(reading_.dy[i]);
      break;
    case Kind::dmean:
      set_direction(i);
      term_ = direction_;
      term_.multiply_by_positive(rstd_);
      term_.negate();
      break;
    default: {  // dvariance
      const Gap gap = set_along_variance(i);
      if (gap != Gap::none) return gap;
      factor_ = term_;
      set_direction(i);
      Interval& product = normalized_;
      product.set_product(factor_, direction_);
      term_ = product;
    }
  }
  return Gap::none;
}

}  // namespace truenorm::twin
