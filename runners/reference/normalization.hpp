// SPDX-License-Identifier: Apache-2.0
// From a group's statistics to its elements: scale, normalized value, affine.
#pragma once

#include <cmath>
#include <concepts>
#include <optional>

#include "runners/reference/statistics.hpp"
#include "runners/reference/wide.hpp"

namespace truenorm::reference {

enum class EpsMode { inside, outside, floor, floor_inside };

/// eps as the sum of two Numbers, so that a negative one may cancel against the spread.
template <typename Number>
struct Epsilon {
  Number value{};
  Number tail{};  ///< 0 where a plain float is all that a textbook has

  [[nodiscard]] static Epsilon of(double eps) {
    if constexpr (std::floating_point<Number>) {
      return {static_cast<Number>(eps), 0};
    } else {
      return {Number::nearest(eps), Number::beyond_nearest(eps)};
    }
  }

  friend Number operator+(const Number& a, const Epsilon& eps) {
    return (a + eps.value) + eps.tail;
  }
  friend bool is_below(const Number& a, const Epsilon& eps) {
    return is_less(Number((a - eps.value) - eps.tail), Number());
  }
};

/// The p-th root of a sum of p-th powers; of the largest magnitude it is that itself.
template <typename Number>
[[nodiscard]] Number root_of(const Number& spread, Power power) {
  using std::sqrt;
  return power == Power::two ? Number(sqrt(spread)) : spread;
}

/// s, by which a group is divided.
template <typename Number>
[[nodiscard]] Number scale_of(const Number& spread, const Number& root,
                              const Epsilon<Number>& eps, EpsMode mode) {
  using std::sqrt;
  switch (mode) {
    case EpsMode::inside:
      return sqrt(spread + eps);
    case EpsMode::outside:
      return root + eps;
    case EpsMode::floor:
      return maximum(root, eps.value);
    case EpsMode::floor_inside:
      return sqrt(maximum(spread, eps.value));
  }
  return spread;
}

/// SPEC 4's lambda: how much of the root's own derivative reaches s.
template <typename Number>
[[nodiscard]] Number root_share_of(const Number& spread, const Number& root,
                                   const Number& scale, const Epsilon<Number>& eps,
                                   EpsMode mode) {
  switch (mode) {
    case EpsMode::inside:
      break;
    case EpsMode::outside:
      // The root has no derivative at 0.
      return is_zero(root) ? root / root : scale / root;
    case EpsMode::floor:
      if (is_below(root, eps)) return Number(0);
      break;
    case EpsMode::floor_inside:
      if (is_below(spread, eps)) return Number(0);
      break;
  }
  return Number(1);
}

/// (x - mean) / s
template <typename Number>
[[nodiscard]] Number normalized(const Number& x, const Statistics<Number>& group,
                                const Number& scale) {
  return ((x - group.mean) - group.mean_tail) / scale;
}

/// What an element meets after normalization; an absent one has no operation.
template <typename Number>
struct Affine {
  std::optional<Number> factor;  ///< gamma + gamma_offset
  std::optional<Number> beta;

  [[nodiscard]] Number operator()(Number value) const {
    if (factor) value = value * *factor;
    if (beta) value = value + *beta;
    return value;
  }
};

}  // namespace truenorm::reference
