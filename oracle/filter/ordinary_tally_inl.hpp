// SPDX-License-Identifier: Apache-2.0
// Scores of ordinary packs: the loop in which nearly all elements go.

#if defined(TRUENORM_FILTER_ORDINARY_TALLY_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TRUENORM_FILTER_ORDINARY_TALLY_INL_HPP
#undef TRUENORM_FILTER_ORDINARY_TALLY_INL_HPP
#else
#define TRUENORM_FILTER_ORDINARY_TALLY_INL_HPP
#endif

#include "oracle/filter/tally_inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace truenorm::filter::HWY_NAMESPACE {

/// Scores packs in which nothing is out of the ordinary: eight elements that doubles
/// settle, whose answers are numbers not too far off. All else it refuses.
///
/// values   In units of y's ulp an answer is a whole number a, or lies in a finer binade at
///          least half an ulp beyond y's own; so with t = y/ulp, settled, the answer is
///          RN(y) iff |a - t| < 1/2, and a neighbour of y iff |a - t| < 1 and a is whole
class OrdinaryTally {
 public:
  OrdinaryTally(const ChunkScoring& scoring, const RoundingGrid& grid)
      : smallest_normal_(grid.smallest_normal),
        largest_(grid.largest),
        inverse_(grid.inverse_bits),
        limit_ulps_(scoring.limit_ulps),
        limit_excess_(scoring.limit_excess),
        unit_roundoff_(scoring.unit_roundoff),
        notable_excess_(scoring.notable_excess) {}

  template <ElementKind kind>
  HWY_INLINE bool add(const Approximation<Pack>& y, Pack entry,
                      const ElementArrays& elements, const GroupConstants& constants,
                      const Sensitivities& sensitivities, ChunkScoring& scoring,
                      std::size_t i) {
    const Pack y_size = magnitude(y.value);
    const Pack inverse_ulp =
        (inverse_ - PackBits(larger(power_of_two_of(y_size), smallest_normal_)))
            .as_doubles();
    const Pack t = y.value * inverse_ulp;
    const Pack tail = magnitude(t - round_to_integer(t));
    const Pack bound = fused(y.error, inverse_ulp, Pack(0x1p-52));
    // bound < tail < 1/2 - bound, in one comparison.
    const PackMask is_clear =
        (magnitude(tail - Pack(0.25)) < Pack(0.25) - bound) & (bound <= Pack(0x1p-21));

    const PackSensitivity s =
        rated<kind>(elements, constants, sensitivities, entry, inverse_ulp, i);
    const Pack a = Pack::load(scoring.actual + i) * inverse_ulp;
    const Pack error = a - t;
    const Pack size = magnitude(error);
    const Pack sensitivity = s.sum * inverse_ulp;
    const Pack excess =
        size * reciprocal_of(fused(unit_roundoff_, sensitivity, Pack(0.5)));
    const PackMask is_ordinary =
        is_clear & (y_size <= largest_) & (magnitude(t) >= Pack(1.0)) &
        (size <= Pack(largest_plain_error)) & (sensitivity <= Pack(largest_safe));
    const PackMask within = (excess <= limit_excess_) & (size <= limit_ulps_);
    if (!all(is_ordinary)) return false;
    if (!all(within)) {
      if (scoring.flushes_to_zero) return false;
      fails_ = true;
    }

    sums_.add(error, size, excess, sensitivity);
    ++packs_;
    const PackMask is_correct = size < Pack(0.5);
    const double farthest = is_planted("filter_two_neighbours") ? 2 : 1;
    const PackMask is_faithful = (size < Pack(farthest)) & (round_to_integer(a) == a);
    correct_ += __builtin_popcount(bits_of(is_correct));
    faithful_ += __builtin_popcount(bits_of(is_correct | is_faithful));
    blind_ += __builtin_popcount(bits_of(s.is_capped));

    (PackBits(size).shifted_right<46>() -
     PackBits(static_cast<std::uint64_t>(Histogram::window_leading_bits)))
        .store(scoring.bin_of.data() + i);
    scoring.counted[i / pack_lanes] = 0xff;

    const Pack beyond = size - Pack(0.5);
    const PackMask shows = (beyond > Pack(0.0)) & sums_.shows_less(sensitivity, beyond);
    const PackMask notable = excess >= notable_excess_;
    if (bits_of(shows | notable) != 0) {
      if (bits_of(shows & (sensitivity == Pack(0.0))) != 0) shows_no_precision_ = true;
      if (bits_of(shows) != 0) sums_.show(sensitivity, beyond, shows);
      if (bits_of(notable) != 0) {
        const Settled settled = settle(y, grid_of(scoring));
        note({settled, s, Pack(0.0), Pack(0.0), error, excess}, i, bits_of(notable),
             scoring);
      }
    }
    return true;
  }

  void finish(LaneTally& tally) const {
    sums_.finish(tally);
    tally.count += packs_ * static_cast<std::int64_t>(pack_lanes);
    tally.correctly_rounded += correct_;
    tally.faithful += faithful_;
    tally.blind += blind_;
    tally.passes = tally.passes && !fails_;
    tally.shows_no_precision = tally.shows_no_precision || shows_no_precision_;
  }

 private:
  static const RoundingGrid& grid_of(const ChunkScoring& scoring) {
    return *scoring.grid;
  }
  Pack smallest_normal_;
  Pack largest_;
  PackBits inverse_;
  Pack limit_ulps_;
  Pack limit_excess_;
  Pack unit_roundoff_;
  Pack notable_excess_;
  PackSums sums_;
  std::int64_t packs_ = 0;
  std::int64_t correct_ = 0;
  std::int64_t faithful_ = 0;
  std::int64_t blind_ = 0;
  bool fails_ = false;
  bool shows_no_precision_ = false;
};

}  // namespace truenorm::filter::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
