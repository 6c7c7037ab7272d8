// SPDX-License-Identifier: Apache-2.0
// A chunk's elements one pack after the other: settled, and kept or scored.

#if defined(TRUENORM_FILTER_SCORE_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TRUENORM_FILTER_SCORE_INL_HPP
#undef TRUENORM_FILTER_SCORE_INL_HPP
#else
#define TRUENORM_FILTER_SCORE_INL_HPP
#endif

#include "oracle/filter/ordinary_tally_inl.hpp"
#include "oracle/filter/settled_pack_inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace truenorm::filter::HWY_NAMESPACE {

/// A pack that is not ordinary, out of the way of the loop that seldom meets one.
template <ElementKind kind>
HWY_NOINLINE void score_pack(const ElementArrays& elements,
                             const GroupConstants& constants, const RoundingGrid& grid,
                             std::size_t i, ChunkScoring& scoring, PackTally& lanes) {
  const std::size_t rest = elements.count - i;
  const PackMask valid = first_lanes(rest < pack_lanes ? rest : pack_lanes);
  const SettledPack here = settled_pack<kind>(elements, constants, grid, valid, i);
  const PackSensitivity s = rated<kind>(elements, constants, Sensitivities(constants),
                                        here.sizes, here.settled.inverse_ulp, i);
  lanes.add(i, here.settled, s, here.extra, valid, scoring);
}

/// Scores the full packs that N settles; how many elements that were.
template <ElementKind kind, class N>
HWY_INLINE std::size_t score_in(const ElementArrays& elements,
                                const GroupConstants& constants,
                                const RoundingGrid& grid, ChunkScoring& scoring,
                                PackTally& lanes, LaneTally& tally) {
  OrdinaryTally ordinary(scoring, grid);
  const Normalizer<N> normalizer(constants);
  const Sensitivities sensitivities(constants);
  const std::size_t full = elements.count / pack_lanes * pack_lanes;
  for (std::size_t i = 0; i < full; i += pack_lanes) {
    const SizedElement<N> y = element_of<kind, N>(elements, constants, normalizer, i);
    if (!ordinary.add<kind>(y, elements, constants, sensitivities, scoring, i)) {
      score_pack<kind>(elements, constants, grid, i, scoring, lanes);
    }
  }
  ordinary.finish(tally);
  return full;
}

template <ElementKind kind>
void score_chunk(const ElementArrays& elements, const GroupConstants& constants,
                 const RoundingGrid& grid, ChunkScoring& scoring, LaneTally& tally) {
  scoring.unsettled_count = 0;
  scoring.odd_count = 0;
  scoring.notable_count = 0;
  scoring.grid = &grid;
  PackTally lanes(scoring, grid);
  std::size_t i = 0;
  if constexpr (kind != ElementKind::rounded_y) {
    i = grid.suits_doubles
            ? score_in<kind, Pack>(elements, constants, grid, scoring, lanes, tally)
            : score_in<kind, WordOf<Pack>>(elements, constants, grid, scoring, lanes,
                                           tally);
  }
  for (; i < elements.count; i += pack_lanes) {
    score_pack<kind>(elements, constants, grid, i, scoring, lanes);
  }
  lanes.finish(tally);
  count_bins(elements.count, scoring);
}

void settle_elements(ElementKind kind, const ElementArrays& elements,
                     const GroupConstants& constants, const RoundingGrid& grid,
                     SettledChunk& chunk) {
  switch (kind) {
    case ElementKind::y:
      return settle_chunk<ElementKind::y>(elements, constants, grid, chunk);
    case ElementKind::rounded_y:
      return settle_chunk<ElementKind::rounded_y>(elements, constants, grid, chunk);
    case ElementKind::dx:
      return settle_chunk<ElementKind::dx>(elements, constants, grid, chunk);
    case ElementKind::tangent_y:
      return settle_chunk<ElementKind::tangent_y>(elements, constants, grid, chunk);
    case ElementKind::dgamma:
      return settle_chunk<ElementKind::dgamma>(elements, constants, grid, chunk);
    case ElementKind::dbeta:
      return settle_chunk<ElementKind::dbeta>(elements, constants, grid, chunk);
  }
}

void score_elements(ElementKind kind, const ElementArrays& elements,
                    const GroupConstants& constants, const RoundingGrid& grid,
                    ChunkScoring& scoring, LaneTally& tally) {
  switch (kind) {
    case ElementKind::y:
      return score_chunk<ElementKind::y>(elements, constants, grid, scoring, tally);
    case ElementKind::rounded_y:
      return score_chunk<ElementKind::rounded_y>(elements, constants, grid, scoring,
                                                 tally);
    case ElementKind::dx:
      return score_chunk<ElementKind::dx>(elements, constants, grid, scoring, tally);
    case ElementKind::tangent_y:
      return score_chunk<ElementKind::tangent_y>(elements, constants, grid, scoring,
                                                 tally);
    case ElementKind::dgamma:
      return score_chunk<ElementKind::dgamma>(elements, constants, grid, scoring,
                                              tally);
    case ElementKind::dbeta:
      return score_chunk<ElementKind::dbeta>(elements, constants, grid, scoring, tally);
  }
}

}  // namespace truenorm::filter::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
