// SPDX-License-Identifier: Apache-2.0
// Sums over what meets a parameter: across groups, or along a stretch of one.

#if defined(TRUENORM_FILTER_GRADIENT_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TRUENORM_FILTER_GRADIENT_INL_HPP
#undef TRUENORM_FILTER_GRADIENT_INL_HPP
#else
#define TRUENORM_FILTER_GRADIENT_INL_HPP
#endif

#include "oracle/filter/sensitivity_inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace truenorm::filter::HWY_NAMESPACE {

/// A sum as hi + lo within `error`, and what S adds up.
template <class T>
struct RunningSum {
  T hi;
  T lo;
  T error;
  T sensitivity;

  /// Adds a term of that kind. Only what is added to lo is ever rounded, so the error
  /// grows by these roundings; they vanish where all is exact. bounds.md, section 7.
  HWY_INLINE void add(const RunningSum& term) {
    const WordOf<T> next = two_sum(hi, term.hi);
    const T rest = next.lo + term.lo;
    hi = next.hi;
    lo = lo + rest;
    // One rounding makes the rest and one adds it, each at most u of its result; twice
    // that covers the roundings of the error itself.
    const T rounded = magnitude(rest) + magnitude(lo);
    error = error + fused(rounded, T(0x1p-52), term.error);
    sensitivity = sensitivity + term.sensitivity;
  }
};

HWY_INLINE RunningSum<Pack> load_sum(const GradientArrays& from, std::size_t i) {
  return {Pack::load(from.hi + i), Pack::load(from.lo + i), Pack::load(from.error + i),
          Pack::load(from.sensitivity + i)};
}

HWY_INLINE void store_sum(const RunningSum<Pack>& sum, const GradientArrays& to,
                          std::size_t i) {
  sum.hi.store(to.hi + i);
  sum.lo.store(to.lo + i);
  sum.error.store(to.error + i);
  sum.sensitivity.store(to.sensitivity + i);
}

/// dy x-hat of each element, or dy; bit i % 8 of byte i / 8 where a cap of S acts. Whether
/// one does at all.
bool gradient_terms(GradientKind kind, const ElementArrays& elements,
                    const GroupConstants& constants, const GradientArrays& terms,
                    std::uint8_t* capped) {
  if (kind == GradientKind::dbeta) {
    for (std::size_t i = 0; i < elements.count; i += pack_lanes) {
      const Pack dy = Pack::load(elements.v + i);
      store_sum({dy, Pack(0.0), Pack(0.0), magnitude(dy)}, terms, i);
    }
    return false;
  }
  const Normalizer<WordOf<Pack>> normalizer(constants);
  const Sensitivities sensitivities(constants);
  std::uint32_t any = 0;
  for (std::size_t i = 0; i < elements.count; i += pack_lanes) {
    const std::size_t rest = elements.count - i;
    const PackMask valid = first_lanes(rest < pack_lanes ? rest : pack_lanes);
    const auto x_hat = normalizer.of(Pack::load(elements.x + i));
    const auto term = dgamma_of<WordOf<Pack>>(elements, constants, x_hat, i);
    const PackSensitivity s = sensitivity_of<ElementKind::dgamma>(
        elements, constants, sensitivities, {Pack(0.0), magnitude(x_hat.value.hi)}, i);
    const std::uint32_t bits = bits_of(s.is_capped & valid);
    capped[i / pack_lanes] = static_cast<std::uint8_t>(bits);
    any |= bits;
    store_sum({term.value.hi, term.value.lo, term.error, s.sum}, terms, i);
  }
  return any != 0;
}

/// totals[i] += terms[i]
void add_terms(const GradientArrays& terms, std::size_t count,
               const GradientArrays& totals) {
  std::size_t i = 0;
  for (; i + pack_lanes <= count; i += pack_lanes) {
    RunningSum<Pack> total = load_sum(totals, i);
    total.add(load_sum(terms, i));
    store_sum(total, totals, i);
  }
  for (; i < count; ++i) {
    RunningSum<double> total{totals.hi[i], totals.lo[i], totals.error[i],
                             totals.sensitivity[i]};
    total.add({terms.hi[i], terms.lo[i], terms.error[i], terms.sensitivity[i]});
    totals.hi[i] = total.hi;
    totals.lo[i] = total.lo;
    totals.error[i] = total.error;
    totals.sensitivity[i] = total.sensitivity;
  }
}

/// totals[0] += the sum of all terms: in eight lanes, joined from the first to the last.
void sum_terms(const GradientArrays& terms, std::size_t count,
               const GradientArrays& totals) {
  const Pack zero = 0.0;
  RunningSum<Pack> lanes{zero, zero, zero, zero};
  std::size_t i = 0;
  for (; i + pack_lanes <= count; i += pack_lanes) lanes.add(load_sum(terms, i));
  alignas(64) double values[4][pack_lanes];
  store_sum(lanes, {values[0], values[1], values[2], values[3]}, 0);
  RunningSum<double> total{totals.hi[0], totals.lo[0], totals.error[0],
                           totals.sensitivity[0]};
  for (std::size_t j = 0; j < pack_lanes; ++j) {
    total.add({values[0][j], values[1][j], values[2][j], values[3][j]});
  }
  for (; i < count; ++i) {
    total.add({terms.hi[i], terms.lo[i], terms.error[i], terms.sensitivity[i]});
  }
  totals.hi[0] = total.hi;
  totals.lo[0] = total.lo;
  totals.error[0] = total.error;
  totals.sensitivity[0] = total.sensitivity;
}

/// A finished sum as a number.
Bounded gradient_of(double hi, double lo, double error) {
  const WordOf<double> sum = two_sum(hi, lo);
  return {{sum.hi, sum.lo}, error * slack};
}

}  // namespace truenorm::filter::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
