// SPDX-License-Identifier: Apache-2.0
// A pack's elements, settled: in doubles where those suffice, else in words.

#if defined(TRUENORM_FILTER_SETTLED_PACK_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TRUENORM_FILTER_SETTLED_PACK_INL_HPP
#undef TRUENORM_FILTER_SETTLED_PACK_INL_HPP
#else
#define TRUENORM_FILTER_SETTLED_PACK_INL_HPP
#endif

#include "oracle/filter/sensitivity_inl.hpp"
#include "oracle/filter/settle_inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace truenorm::filter::HWY_NAMESPACE {

/// A pack's elements, settled.
struct SettledPack {
  Settled settled;
  Sizes sizes;
  Pack extra;  ///< what a rounding on the way adds to the error attainable
};

/// y with a rounded x-hat; the rounding is of x's format, and so is the result.
HWY_INLINE SettledPack settle_rounded_y(const ElementArrays& elements,
                                        const GroupConstants& constants,
                                        const RoundingGrid& grid,
                                        const Normalizer<WordOf<Pack>>& normalizer,
                                        std::size_t i) {
  const auto exact_x_hat = normalizer.of(Pack::load(elements.x + i));
  const Settled x_hat = settle(exact_x_hat, grid);
  Approximation<WordOf<Pack>> y{{x_hat.rounded, 0.0}, Pack(0.0)};
  Pack gamma_size = 1.0;
  if (elements.gamma != nullptr) {
    const WordOf<Pack> gamma = gamma_of<WordOf<Pack>>(elements, constants, i);
    gamma_size = magnitude(gamma.hi);
    const WordOf<Pack> product = gamma * x_hat.rounded;
    // Two doubles have a product of two doubles; a word and a double need not.
    const PackMask is_exact = gamma.lo == Pack(0.0);
    const Pack error = magnitude(product.hi) * Pack(unit<WordOf<Pack>>);
    const PackMask is_zero = (x_hat.rounded == Pack(0.0)) | (gamma.hi == Pack(0.0));
    y = {product,
         with_underflow(product.hi, is_zero, select(is_exact, Pack(0.0), error),
                        constants.is_narrow)};
  }
  if (elements.beta != nullptr) {
    const Pack beta = Pack::load(elements.beta + i);
    const PackMask is_exact = (y.error == Pack(0.0)) & (y.value.lo == Pack(0.0));
    const WordOf<Pack> total = y.value + beta;
    const Pack error = fused(magnitude(total.hi), Pack(unit<WordOf<Pack>>), y.error);
    y = {total, select(is_exact, Pack(0.0), error)};
  }
  Settled result = settle(y, grid);
  result.settled = result.settled & x_hat.settled;
  const Pack x_hat_size = magnitude(exact_x_hat.value.hi);
  return {result, {Pack(0.0), x_hat_size}, Pack(0.5) * gamma_size * x_hat.ulp};
}

template <class N>
struct SizedElement {
  Approximation<N> element;
  Sizes sizes;
};

/// What a kind of element is in N.
template <ElementKind kind, class N>
HWY_INLINE SizedElement<N> element_of(const ElementArrays& elements,
                                      const GroupConstants& constants,
                                      const Normalizer<N>& normalizer, std::size_t i) {
  if constexpr (kind == ElementKind::dbeta) {
    return {{exactly<N>(Pack::load(elements.v + i)), Pack(0.0)}, {}};
  } else {
    const Approximation<N> x_hat = normalizer.of(Pack::load(elements.x + i));
    const Pack size = magnitude(high(x_hat.value));
    if constexpr (kind == ElementKind::tangent_y) {
      const auto [y, tangent] = tangent_y_of<N>(elements, constants, x_hat, i);
      return {y, {magnitude(tangent), size}};
    } else {
      Approximation<N> y;
      if constexpr (kind == ElementKind::y) y = y_of<N>(elements, constants, x_hat, i);
      if constexpr (kind == ElementKind::dx)
        y = dx_of<N>(elements, constants, x_hat, i);
      if constexpr (kind == ElementKind::dgamma) {
        y = dgamma_of<N>(elements, constants, x_hat, i);
      }
      return {y, {magnitude(high(y.value)), size}};
    }
  }
}

template <ElementKind kind, class N>
HWY_INLINE SettledPack settle_in(const ElementArrays& elements,
                                 const GroupConstants& constants,
                                 const RoundingGrid& grid, std::size_t i) {
  const SizedElement<N> y =
      element_of<kind, N>(elements, constants, Normalizer<N>(constants), i);
  return {settle(y.element, grid), y.sizes, Pack(0.0)};
}

/// In doubles where those suffice, else in words.
template <ElementKind kind>
HWY_INLINE SettledPack settled_pack(const ElementArrays& elements,
                                    const GroupConstants& constants,
                                    const RoundingGrid& grid, PackMask valid,
                                    std::size_t i) {
  if constexpr (kind == ElementKind::rounded_y) {
    const Normalizer<WordOf<Pack>> normalizer(constants);
    return settle_rounded_y(elements, constants, grid, normalizer, i);
  } else {
    if (!grid.suits_doubles) {
      return settle_in<kind, WordOf<Pack>>(elements, constants, grid, i);
    }
    const SettledPack first = settle_in<kind, Pack>(elements, constants, grid, i);
    if (all(first.settled.settled | !valid)) return first;
    SettledPack again = settle_in<kind, WordOf<Pack>>(elements, constants, grid, i);
    again.settled = select(first.settled.settled, first.settled, again.settled);
    return again;
  }
}

template <ElementKind kind>
void settle_chunk(const ElementArrays& elements, const GroupConstants& constants,
                  const RoundingGrid& grid, SettledChunk& chunk) {
  for (std::size_t i = 0; i < elements.count; i += pack_lanes) {
    const std::size_t rest = elements.count - i;
    const PackMask valid = first_lanes(rest < pack_lanes ? rest : pack_lanes);
    const Settled here =
        settled_pack<kind>(elements, constants, grid, valid, i).settled;
    here.rounded.store(chunk.rounded.data() + i);
    here.tail.store(chunk.tail.data() + i);
    here.ulp.store(chunk.ulp.data() + i);
    chunk.settled[i / pack_lanes] = static_cast<std::uint8_t>(bits_of(here.settled));
  }
}

}  // namespace truenorm::filter::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
