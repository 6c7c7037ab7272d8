// SPDX-License-Identifier: Apache-2.0
// Scores of ordinary packs: the loop in which nearly all elements go.

#if defined(TRUENORM_FILTER_ORDINARY_TALLY_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TRUENORM_FILTER_ORDINARY_TALLY_INL_HPP
#undef TRUENORM_FILTER_ORDINARY_TALLY_INL_HPP
#else
#define TRUENORM_FILTER_ORDINARY_TALLY_INL_HPP
#endif

#include "oracle/filter/settled_pack_inl.hpp"
#include "oracle/filter/tally_inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace truenorm::filter::HWY_NAMESPACE {

/// What the second half of a word adds to c.
HWY_INLINE Pack with_low(Pack /*value*/, Pack /*factor*/, Pack c) { return c; }
HWY_INLINE Pack with_low(WordOf<Pack> value, Pack factor, Pack c) {
  return fused(value.lo, factor, c);
}

/// Where the first half of a word shows the binade: its second half may lead out of it
/// only from a power of two.
HWY_INLINE PackMask is_within_binade(Pack /*value*/, Pack size, Pack smallest) {
  return size >= smallest;
}
HWY_INLINE PackMask is_within_binade(WordOf<Pack> /*value*/, Pack size, Pack smallest) {
  return (size > power_of_two_of(size)) & (size >= smallest);
}

/// Scores packs in which nothing is out of the ordinary: eight elements that N settles,
/// whose answers are numbers not too far off. All else it refuses.
///
/// values   In units of y's ulp an answer is a whole number a, or lies in a finer binade at
///          least half an ulp beyond y's own; so with t = y/ulp, settled, the answer is
///          RN(y) iff |a - t| < 1/2, and a neighbour of y iff |a - t| < 1 and a is whole.
///          A good answer rounds nearly all elements correctly: such a pack counts at once
class OrdinaryTally {
 public:
  OrdinaryTally(const ChunkScoring& scoring, const RoundingGrid& grid)
      : smallest_normal_(grid.smallest_normal),
        smallest_(larger(grid.smallest_normal * grid.ulp_of_one, smallest_safe)),
        largest_(grid.largest),
        inverse_(grid.inverse_bits),
        limit_ulps_(scoring.limit_ulps),
        limit_excess_(scoring.limit_excess),
        unit_roundoff_(scoring.unit_roundoff),
        notable_excess_(scoring.notable_excess),
        usual_error_(smaller(0.5, scoring.limit_ulps)),
        usual_excess_(smaller(scoring.notable_excess, scoring.limit_excess)) {}

  template <ElementKind kind, class N>
  HWY_INLINE bool add(const SizedElement<N>& y, const ElementArrays& elements,
                      const GroupConstants& constants,
                      const Sensitivities& sensitivities, ChunkScoring& scoring,
                      std::size_t i) {
    const Pack y_size = magnitude(high(y.element.value));
    const Pack inverse_ulp =
        (inverse_ - PackBits(larger(power_of_two_of(y_size), smallest_normal_)))
            .as_doubles();
    const Pack t = high(y.element.value) * inverse_ulp;
    const Pack tail =
        magnitude(with_low(y.element.value, inverse_ulp, t - round_to_integer(t)));
    const Pack bound = fused(y.element.error, inverse_ulp, Pack(0x1p-52));
    const PackSensitivity s =
        rated<kind>(elements, constants, sensitivities, y.sizes, inverse_ulp, i);
    const Pack actual = Pack::load(scoring.actual + i);
    const Pack error =
        with_low(-y.element.value, inverse_ulp, fused(actual, inverse_ulp, -t));
    const Pack size = magnitude(error);
    const Pack sensitivity = s.sum * inverse_ulp;
    const Pack excess = size / fused(unit_roundoff_, sensitivity, Pack(0.5));
    // A tail at least twice the largest bound away from 0 and 1/2.
    const PackMask is_settled = (magnitude(tail - Pack(0.25)) < Pack(0.25 - 0x1p-20)) &
                                (bound <= Pack(0x1p-21)) & (y_size <= largest_) &
                                is_within_binade(y.element.value, y_size, smallest_) &
                                (sensitivity <= Pack(largest_safe));
    const PackMask is_usual =
        is_settled & (size < usual_error_) & (excess < usual_excess_) & !s.is_capped;
    if (!all(is_usual)) {
      if (!all(is_settled & (size <= Pack(largest_plain_error)))) return false;
      const PackMask within = (excess <= limit_excess_) & (size <= limit_ulps_);
      if (!all(within)) {
        if (scoring.flushes_to_zero) return false;
        fails_ = true;
      }
      const PackMask is_wrong = size >= Pack(0.5);
      const Pack a = actual * inverse_ulp;
      const double farthest = is_planted("filter_two_neighbours") ? 2 : 1;
      const PackMask is_no_neighbour =
          (size >= Pack(farthest)) | !(round_to_integer(a) == a);
      incorrect_ += __builtin_popcount(bits_of(is_wrong));
      unfaithful_ += __builtin_popcount(bits_of(is_wrong & is_no_neighbour));
      blind_ += __builtin_popcount(bits_of(s.is_capped));
      const Pack beyond = size - Pack(0.5);
      const PackMask shows =
          (beyond > Pack(0.0)) & sums_.shows_less(sensitivity, beyond);
      if (bits_of(shows) != 0) {
        if (bits_of(shows & (sensitivity == Pack(0.0))) != 0)
          shows_no_precision_ = true;
        sums_.show(sensitivity, beyond, shows);
      }
      const PackMask notable = excess >= notable_excess_;
      if (bits_of(notable) != 0) {
        const Settled settled = settle(y.element, *scoring.grid);
        note({settled, s, Pack(0.0), Pack(0.0), error, excess}, i, bits_of(notable),
             scoring);
      }
    }
    sums_.add(error, size, excess, sensitivity);
    ++packs_;
    PackBits(size).shifted_right<46>().store(scoring.leading_bits_of.data() + i);
    scoring.counted[i / pack_lanes] = 0xff;
    return true;
  }

  void finish(LaneTally& tally) const {
    sums_.finish(tally);
    const std::int64_t count = packs_ * static_cast<std::int64_t>(pack_lanes);
    tally.count += count;
    tally.correctly_rounded += count - incorrect_;
    tally.faithful += count - unfaithful_;
    tally.blind += blind_;
    tally.passes = tally.passes && !fails_;
    tally.shows_no_precision = tally.shows_no_precision || shows_no_precision_;
  }

 private:
  Pack smallest_normal_;
  Pack smallest_;
  Pack largest_;
  PackBits inverse_;
  Pack limit_ulps_;
  Pack limit_excess_;
  Pack unit_roundoff_;
  Pack notable_excess_;
  Pack usual_error_;
  Pack usual_excess_;
  PackSums sums_;
  std::int64_t packs_ = 0;
  std::int64_t incorrect_ = 0;
  std::int64_t unfaithful_ = 0;
  std::int64_t blind_ = 0;
  bool fails_ = false;
  bool shows_no_precision_ = false;
};

}  // namespace truenorm::filter::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
