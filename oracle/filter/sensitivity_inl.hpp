// SPDX-License-Identifier: Apache-2.0
// S of a pack of elements, in plain arithmetic (SPEC 8).

#if defined(TRUENORM_FILTER_SENSITIVITY_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TRUENORM_FILTER_SENSITIVITY_INL_HPP
#undef TRUENORM_FILTER_SENSITIVITY_INL_HPP
#else
#define TRUENORM_FILTER_SENSITIVITY_INL_HPP
#endif

#include "oracle/filter/element_inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace truenorm::filter::HWY_NAMESPACE {

/// S of a pack's elements, and where a cap of S acts.
struct PackSensitivity {
  Pack sum;
  PackMask is_capped;
};

HWY_INLINE PackMask no_lanes() { return Pack(0.0) > Pack(0.0); }

/// Magnitudes that S takes.
struct Sizes {
  Pack entry;  ///< of what SPEC 8 multiplies by rho
  Pack x_hat;
};

/// S of one kind of element.
template <ElementKind kind>
HWY_INLINE PackSensitivity sensitivity_of(const ElementArrays& elements,
                                          const GroupConstants& constants,
                                          const Sensitivities& sensitivities,
                                          const Sizes& sizes, std::size_t i) {
  // A sum of one term is not rounded.
  if constexpr (kind == ElementKind::dbeta) return {Pack(0.0), no_lanes()};
  const Pack x = magnitude(Pack::load(elements.x + i));
  const Pack x_hat = sizes.x_hat;
  const Pack entry = sizes.entry;
  const Pack error = sensitivities.of_normalized(x, x_hat);
  const PackMask is_capped = sensitivities.is_capped(x, x_hat);
  const auto gamma = [&]() HWY_ATTR {
    return magnitude(gamma_of<Pack>(elements, constants, i));
  };
  if constexpr (kind == ElementKind::y || kind == ElementKind::rounded_y) {
    if (constants.plain_sensitivity != 0) {
      return {x_hat * Pack(constants.plain_sensitivity), no_lanes()};
    }
    Pack sum = error + x_hat;
    if (elements.gamma != nullptr) sum = sum * gamma();
    if (elements.beta != nullptr) sum = sum + magnitude(Pack::load(elements.beta + i));
    return {sum, is_capped | (Pack(constants.is_capped ? 1.0 : 0.0) > Pack(0.0))};
  } else if constexpr (kind == ElementKind::dgamma) {
    const Pack dy = magnitude(Pack::load(elements.v + i));
    return {dy * fused(Pack(3.0), x_hat, error),
            is_capped | (Pack(constants.is_capped ? 1.0 : 0.0) > Pack(0.0))};
  } else {
    const PackMask any_capped = Pack(constants.is_capped ? 1.0 : 0.0) > Pack(0.0);
    const Pack r = std::fabs(constants.reciprocal.hi * constants.unscale);
    Pack sum;
    PackMask capped = any_capped;
    if (constants.is_given) {
      const Pack factor = 1 + constants.kappa / 2;
      if constexpr (kind == ElementKind::dx) {
        return {entry * factor, no_lanes()};
      } else {
        Pack of_location = std::fabs(constants.tangent_mean);
        if (elements.v != nullptr) {
          of_location = of_location + magnitude(Pack::load(elements.v + i));
        }
        sum = factor * r * of_location;
        const Pack of_variance = fused(Pack(4 + constants.kappa), x_hat, error);
        sum = fused(of_variance, Pack(constants.of_variance_sensitivity), sum);
        capped = no_lanes();
      }
    } else {
      Pack v = 0.0;
      if (elements.v == nullptr) {
        capped = no_lanes();
      } else if constexpr (kind == ElementKind::tangent_y) {
        v = magnitude(Pack::load(elements.v + i));
      } else {
        v = magnitude(weighted<Pack>(elements, constants, i));
      }
      Pack inner = v + Pack(constants.spread_of_v);
      inner = fused(x_hat, Pack(constants.products_of_v), inner);
      inner = fused(error, Pack(constants.projection_of_v), inner);
      sum = fused(r, inner, Pack(constants.rho) * entry);
    }
    if constexpr (kind == ElementKind::tangent_y) {
      sum = sum + entry;
      if (elements.gamma != nullptr) sum = sum * gamma();
      if (elements.tangent_gamma != nullptr) {
        const Pack of_gamma = magnitude(Pack::load(elements.tangent_gamma + i));
        sum = fused(error + x_hat, of_gamma, sum);
        capped = capped | (is_capped & (of_gamma > Pack(0.0)));
      }
      if (elements.tangent_beta != nullptr) {
        sum = sum + magnitude(Pack::load(elements.tangent_beta + i));
      }
    }
    return {sum, capped};
  }
}

/// S of a pack, and what of it is blind.
template <ElementKind kind>
HWY_INLINE PackSensitivity rated(const ElementArrays& elements,
                                 const GroupConstants& constants,
                                 const Sensitivities& sensitivities, const Sizes& sizes,
                                 Pack inverse_ulp, std::size_t i) {
  PackSensitivity s =
      sensitivity_of<kind>(elements, constants, sensitivities, sizes, i);
  if constexpr (kind == ElementKind::dgamma) {
    // SPEC 8: blind where 4 times what is attainable drowns the gradient.
    const Pack attainable =
        fused(Pack(4 * constants.unit_roundoff), s.sum * inverse_ulp, Pack(2.0));
    s.is_capped = s.is_capped | (attainable > sizes.entry * inverse_ulp);
  }
  return s;
}

}  // namespace truenorm::filter::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
