// SPDX-License-Identifier: Apache-2.0
// What a group has one of: its outputs, and what the derivative of its elements shares.

#if defined(TRUENORM_FILTER_QUANTITIES_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TRUENORM_FILTER_QUANTITIES_INL_HPP
#undef TRUENORM_FILTER_QUANTITIES_INL_HPP
#else
#define TRUENORM_FILTER_QUANTITIES_INL_HPP
#endif

#include "oracle/filter/settle_inl.hpp"
#include "oracle/filter/statistics_inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace truenorm::filter::HWY_NAMESPACE {

inline Bounded exact_number(double value) { return {{value, 0}, 0}; }

/// A word within half a unit of a rational, 0 if that is 0.
inline Bounded nearly(Word value) { return {value, word_unit * std::fabs(value.hi)}; }

/// Times a power of two.
inline Bounded scaled(const Bounded& a, double power_of_two) {
  if (power_of_two == 1 || is_exact_zero(a)) return a;
  return with_underflow(
      {{a.value.hi * power_of_two, a.value.lo * power_of_two}, a.error * power_of_two});
}

/// What underflow may have taken from products of an element each: n 2^-1070 at most.
inline double lost_from_products(const GroupConstants& constants) {
  return constants.is_narrow ? 0 : 0x1p-1000;
}

/// sum of v c over the group: bounds.md, section 5.
inline Bounded moments_of(const ProductSums& sums, const GroupConstants& constants) {
  const double of_center =
      constants.shift_error + 4 * word_unit * std::fabs(constants.shift.hi);
  return bounded(word(sums.moments.sum),
                 (error_of(sums.moments) + of_center * sums.v.magnitudes +
                  4 * word_unit * sums.moments.magnitudes) *
                         slack +
                     lost_from_products(constants));
}

inline Bounded sum_of_v(const ProductSums& sums, const GroupConstants& constants) {
  return bounded(word(sums.v.sum), error_of(sums.v) +
                                       2 * word_unit * sums.v.magnitudes * slack +
                                       lost_from_products(constants));
}

/// (1/m) sum of v x-hat
inline Bounded projection_of(const ProductSums& sums, const GroupForm& form,
                             const GroupConstants& constants,
                             const GroupStatistics& group) {
  return quotient(moments_of(sums, constants) * group.reciprocal,
                  exact_number(form.divisor));
}

/// Fills in what J v needs, and its S.
void share_products(const GroupForm& form, const GroupStatistics& group,
                    const ProductSums& sums, GroupConstants& constants) {
  const Bounded projection = projection_of(sums, form, constants, group);
  constants.mean_of_v = {};
  constants.spread_of_v = 0;
  if (form.location == Location::mean) {
    constants.mean_of_v = quotient(sum_of_v(sums, constants), exact_number(form.size));
    constants.spread_of_v = 3 * sums.v.magnitudes / form.size;
    const bool is_constant = sums.low == sums.high && !sums.has_rests;
    if (is_constant && constants.is_narrow) {
      // Then the mean of v is v, and the sum of x-hat is 0: J v = 0.
      constants.mean_of_v = exact_number(sums.low);
    }
  }
  constants.projection = projection * group.root_share;
  const double r = std::fabs(group.reciprocal.value.hi);
  const double of_errors = sums.errors / form.divisor;
  constants.products_of_v =
      3 * (sums.moments.magnitudes * r / form.divisor) + of_errors;
  constants.projection_of_v =
      std::fabs(projection.value.hi) + 4 * constants.unit_roundoff * of_errors;
  constants.is_capped = constants.is_capped || sums.is_capped;
  if (form.location == Location::mean && constants.is_narrow && sums.low == sums.high &&
      !sums.has_rests) {
    constants.projection = {};
  }
}

/// Fills in what the tangent of x-hat needs where the statistics are given.
void share_given_tangents(const GroupStatistics& group, double tangent_mean,
                          double tangent_variance, GroupConstants& constants) {
  constants.tangent_mean = tangent_mean;
  const Bounded& r = group.reciprocal;
  constants.of_variance =
      exact_number(0.5) *
      (group.root_share * ((r * r) * exact_number(tangent_variance)));
}

inline Bounded blended(const QuantityInputs& inputs, const Bounded& batch) {
  const Bounded momentum = nearly(inputs.momentum);
  const Bounded rest = nearly(inputs.one_minus_momentum);
  const Bounded old_value = exact_number(inputs.old_value);
  return inputs.momentum_is_of_new ? rest * old_value + momentum * batch
                                   : rest * batch + momentum * old_value;
}

/// gamma + gamma_offset; 1 without a gamma.
inline Bounded gamma_of(const QuantityInputs& inputs) {
  const WordOf<double> gamma =
      two_sum(inputs.gamma, static_cast<double>(inputs.gamma_offset));
  return {{gamma.hi, gamma.lo}, 0};
}

Bounded quantity(Quantity which, const GroupForm& form, const GroupStatistics& group,
                 const GroupConstants& constants, const ProductSums& products,
                 const QuantityInputs& inputs) {
  const double unscale = constants.unscale;  // 1/scale of x
  const auto mean = [&] {
    return scaled(exact_number(constants.reference) + group.shift, 1 / unscale);
  };
  const auto variance = [&] {
    return scaled(scaled(group.spread, 1 / unscale), 1 / unscale);
  };
  const auto rstd = [&] { return scaled(group.reciprocal, unscale); };
  switch (which) {
    case Quantity::mean:
      return mean();
    case Quantity::variance:
      return variance();
    case Quantity::rstd:
      return rstd();
    case Quantity::norm:
      return scaled(group.scale, 1 / unscale);
    case Quantity::scale:
      return gamma_of(inputs) * rstd();
    case Quantity::offset: {
      const Bounded product = mean() * (gamma_of(inputs) * rstd());
      return inputs.has_beta ? exact_number(inputs.beta) + -product : -product;
    }
    case Quantity::running_mean:
      return blended(inputs, mean());
    case Quantity::running_variance: {
      const Bounded n = exact_number(form.size);
      const Bounded batch = inputs.stores_unbiased
                                ? quotient(variance() * n, exact_number(form.size - 1))
                                : variance();
      return blended(inputs, batch);
    }
    case Quantity::dmean:
      return -(rstd() * sum_of_v(products, constants));
    case Quantity::dvariance: {
      const Bounded r = rstd();
      const Bounded sum = moments_of(products, constants) * r;
      return -(exact_number(0.5) * (group.root_share * (sum * (r * r))));
    }
    default:
      return {{0, 0}, std::numeric_limits<double>::infinity()};
  }
}

SettledNumber settle_number(const Bounded& number, const RoundingGrid& grid) {
  const Approximation<WordOf<Pack>> y{{Pack(number.value.hi), Pack(number.value.lo)},
                                      Pack(number.error)};
  const Settled settled = settle(y, grid);
  alignas(64) double lanes[3][pack_lanes];
  settled.rounded.store(lanes[0]);
  settled.tail.store(lanes[1]);
  settled.ulp.store(lanes[2]);
  return {lanes[0][0], lanes[1][0], lanes[2][0], (bits_of(settled.settled) & 1) != 0};
}

}  // namespace truenorm::filter::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
