// SPDX-License-Identifier: Apache-2.0
// Mean, spread and scale of a group out of its sums, each with the bound on its error.

#if defined(TRUENORM_FILTER_STATISTICS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TRUENORM_FILTER_STATISTICS_INL_HPP
#undef TRUENORM_FILTER_STATISTICS_INL_HPP
#else
#define TRUENORM_FILTER_STATISTICS_INL_HPP
#endif

#include "oracle/filter/element_inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace truenorm::filter::HWY_NAMESPACE {

// A bound times `slack` also covers the roundings of its own few operations.

inline constexpr double word_unit = unit<WordOf<double>>;
/// What underflow may have taken from a sum of squares.
inline constexpr double lost_from_squares = 0x1p-1000;
/// A scale known no better than this is left to the exact path.
inline constexpr double largest_relative_error = 0x1p-20;

inline WordOf<double> word(const Word& value) { return {value.hi, value.lo}; }
inline WordOf<double> word(double value) { return {value, 0}; }

inline Bounded bounded(WordOf<double> value, double error) {
  return {{value.hi, value.lo}, error};
}

/// bounds.md, section 2: |computed - exact| for a sum over chunks.
inline double error_of(const LongSum& sum) {
  if (is_planted("filter_sums_called_exact")) return 0;
  return (0x1p10 + 4 * sum.chunks) * 0x1p-106 * sum.magnitudes * slack;
}

inline bool is_exact_zero(const Bounded& a) { return a.value.hi == 0 && a.error == 0; }

inline Bounded operator+(const Bounded& a, const Bounded& b) {
  if (is_exact_zero(a)) return b;
  if (is_exact_zero(b)) return a;
  const WordOf<double> sum = word(a.value) + word(b.value);
  return bounded(sum, (a.error + b.error + word_unit * std::fabs(sum.hi)) * slack);
}

/// A product, quotient or scaling that may have lost bits to underflow.
inline Bounded with_underflow(Bounded a) {
  if (std::fabs(a.value.hi) < smallest_safe) a.error += lost_to_underflow;
  return a;
}

inline Bounded operator*(const Bounded& a, const Bounded& b) {
  if (is_exact_zero(a) || is_exact_zero(b)) return {};
  const WordOf<double> product = word(a.value) * word(b.value);
  return with_underflow(bounded(
      product, (std::fabs(a.value.hi) * b.error + std::fabs(b.value.hi) * a.error +
                a.error * b.error + word_unit * std::fabs(product.hi)) *
                   slack));
}

inline Bounded operator-(const Bounded& a) {
  return {{-a.value.hi, -a.value.lo}, a.error};
}

/// values   a > 0 by far more than its error: see is_certain
inline Bounded root(const Bounded& a) {
  if (is_exact_zero(a)) return a;
  const WordOf<double> s = root_of(word(a.value));
  // |sqrt(a) - sqrt(b)| <= |a - b|/(2 sqrt(min(a, b)))
  return bounded(s, (0.5 * a.error / s.hi * (1 + 0x1p-18) + word_unit * s.hi) * slack);
}

/// values   b != 0 by far more than its error
inline Bounded quotient(const Bounded& a, const Bounded& b) {
  if (is_exact_zero(a)) return {};
  const WordOf<double> q = word(a.value) / word(b.value);
  const double size = std::fabs(b.value.hi);
  return with_underflow(
      bounded(q, ((a.error + std::fabs(q.hi) * b.error) / size * (1 + 0x1p-18) +
                  word_unit * std::fabs(q.hi)) *
                     slack));
}

/// Whether a > 0, known well enough to divide by it and to take its root.
inline bool is_certain(const Bounded& a) {
  return a.value.hi > 0x1p-900 && a.value.hi < 0x1p900 &&
         a.error <= largest_relative_error * a.value.hi;
}

/// -1, 0 or 1 for a - b; 2 where the bounds do not tell.
inline int comparison(const Bounded& a, const Bounded& b) {
  const Bounded difference = a + -b;
  if (difference.error == 0 && difference.value.hi == 0) return 0;
  if (difference.value.hi > difference.error) return 1;
  if (difference.value.hi < -difference.error) return -1;
  return 2;
}

/// sqrt(q), or q itself where it is the sum of the first powers or the largest.
inline bool take_root(const GroupForm& form, const Bounded& spread, Bounded& result) {
  if (form.power != Power::two) {
    result = spread;
    return true;
  }
  if (!is_exact_zero(spread) && !is_certain(spread)) return false;
  result = root(spread);
  return true;
}

/// The scale s and lambda of SPEC 4; false where they are not certain.
inline bool take_scale(const GroupForm& form, GroupStatistics& result) {
  const Bounded& spread = result.spread;
  Bounded eps{form.eps, word_unit * std::fabs(form.eps.hi)};
  // One that is too small for a double may have become 0.
  if (!form.eps_is_zero) eps = with_underflow(eps);
  const Bounded one{{1, 0}, 0};
  result.root_share = one;
  switch (form.eps_mode) {
    case EpsMode::inside: {
      const Bounded sum = is_planted("filter_eps_dropped") ? spread : spread + eps;
      if (!is_certain(sum)) return false;
      result.scale = root(sum);
      return true;
    }
    case EpsMode::outside: {
      Bounded root_of_spread;
      if (!take_root(form, spread, root_of_spread)) return false;
      result.scale = root_of_spread + eps;
      if (!is_certain(result.scale)) return false;
      result.has_root_share = is_certain(root_of_spread);
      if (result.has_root_share) {
        result.root_share = quotient(result.scale, root_of_spread);
      }
      return true;
    }
    case EpsMode::floor: {
      Bounded root_of_spread;
      if (!take_root(form, spread, root_of_spread)) return false;
      const int order = comparison(root_of_spread, eps);
      if (order == 2) return false;
      result.scale = order >= 0 ? root_of_spread : eps;
      if (order < 0) result.root_share = {};
      return is_certain(result.scale);
    }
    case EpsMode::floor_inside: {
      const int order = comparison(spread, eps);
      if (order == 2) return false;
      const Bounded larger_one = order >= 0 ? spread : eps;
      if (order < 0) result.root_share = {};
      if (!is_certain(larger_one)) return false;
      result.scale = root(larger_one);
      return true;
    }
  }
  return false;
}

/// The spread of x itself, from the sums of d = x - reference. bounds.md, section 3.
inline bool take_spread(const GroupForm& form, const RoughSums& rough,
                        const CentralSums& central, const GivenSpread& given,
                        GroupStatistics& result) {
  const double off_by = is_planted("filter_divisor_n_minus_1") ? 1 : 0;
  const Bounded divisor{{form.divisor - off_by, 0}, 0};
  switch (form.spread) {
    case Spread::given:
      result.spread = {{given.variance, 0}, 0};
      if (form.clamps_variance && given.variance < 0) result.spread = {};
      return std::isfinite(given.variance);
    case Spread::sum_power:
      if (form.power == Power::infinity) {
        result.spread = {{larger(-rough.low, rough.high), 0}, 0};
        return true;
      }
      if (form.power == Power::one) {
        result.spread =
            bounded(word(central.differences.sum), error_of(central.differences));
        return true;
      }
      [[fallthrough]];
    case Spread::mean_square:
    case Spread::sum_square:
    case Spread::variance:
      break;
  }
  if (!(form.divisor > 0)) return false;
  if (central.squares.magnitudes == 0 && rough.low == rough.high) {
    // All d are 0: x is constant, or nothing but zeros.
    result.spread = {};
    return true;
  }
  Bounded sum =
      bounded(word(central.squares.sum), error_of(central.squares) + lost_from_squares);
  if (form.location == Location::mean) {
    const Bounded differences =
        bounded(word(central.differences.sum), error_of(central.differences));
    sum = sum + -(differences * result.shift);
  }
  result.spread = quotient(sum, divisor);
  return true;
}

void statistics(const GroupForm& form, const RoughSums& rough,
                const CentralSums& central, const GivenSpread& given,
                GroupStatistics& result) {
  result = {};
  if (form.location == Location::mean) {
    const Bounded differences =
        bounded(word(central.differences.sum), error_of(central.differences));
    result.shift = quotient(differences, {{form.size, 0}, 0});
    if (central.differences.magnitudes == 0) result.shift = {};
  }
  if (!take_spread(form, rough, central, given, result)) return;
  if (!take_scale(form, result)) return;
  if (form.clamps_variance && form.spread == Spread::given && given.variance < 0) {
    // The clamp keeps the variance from mattering.
    result.root_share = {};
    result.has_root_share = true;
  }
  result.reciprocal = quotient({{1, 0}, 0}, result.scale);
  result.is_usable =
      std::isfinite(result.reciprocal.value.hi) && std::isfinite(result.shift.value.hi);
}

}  // namespace truenorm::filter::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
