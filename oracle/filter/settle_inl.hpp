// SPDX-License-Identifier: Apache-2.0
// The rounding test: whether all numbers within a bound round alike, and to what.

#if defined(TRUENORM_FILTER_SETTLE_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TRUENORM_FILTER_SETTLE_INL_HPP
#undef TRUENORM_FILTER_SETTLE_INL_HPP
#else
#define TRUENORM_FILTER_SETTLE_INL_HPP
#endif

#include "oracle/filter/element_inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace truenorm::filter::HWY_NAMESPACE {

/// y = rounded + tail ulp, where `settled` holds.
struct Settled {
  Pack rounded;
  Pack tail;
  Pack ulp;
  Pack inverse_ulp;
  PackMask settled;
};

/// The grid on which a number of that size lies.
struct Binade {
  Pack ulp;
  Pack inverse_ulp;
};

HWY_INLINE Binade binade_of(Pack power_of_two, const RoundingGrid& grid) {
  const Pack ulp =
      larger(power_of_two, Pack(grid.smallest_normal)) * Pack(grid.ulp_of_one);
  return {ulp, (PackBits(std::uint64_t{2046} << 52) - PackBits(ulp)).as_doubles()};
}

/// The power of two at or below a positive number; 0 for 0.
HWY_INLINE Pack power_of_two_of(Pack size) {
  return (PackBits(size) & PackBits(0x7ff0000000000000)).as_doubles();
}

/// Whether a tail, known to within an error, keeps clear of every boundary.
HWY_INLINE PackMask is_clear(Pack tail_size, Pack error) {
  if (is_planted("filter_midpoints_ignored")) return tail_size > error;
  return (tail_size > error) & (Pack(0.5) - tail_size > error) &
         (error <= Pack(0x1p-21));
}

/// The rounding of value +- error, and where it is certain. bounds.md, section 6.
///
/// values   in doubles nothing counts as exact: what is goes on to words
HWY_INLINE Settled settle(const Approximation<Pack>& y, const RoundingGrid& grid) {
  const Pack size = magnitude(y.value);
  const Binade binade = binade_of(power_of_two_of(size), grid);
  const Pack scaled_size = size * binade.inverse_ulp;
  const Pack integer = round_to_integer(scaled_size);
  const Pack tail = scaled_size - integer;
  const Pack error = fused(y.error, binade.inverse_ulp, Pack(0x1p-52));
  const Pack rounded = integer * binade.ulp;
  const PackMask settled = is_clear(magnitude(tail), error) &
                           (rounded <= Pack(grid.largest)) &
                           (size >= Pack(smallest_safe));
  return {with_sign_of(rounded, y.value), times_sign_of(tail, y.value), binade.ulp,
          binade.inverse_ulp, settled};
}

HWY_INLINE Settled settle(const Approximation<WordOf<Pack>>& y,
                          const RoundingGrid& grid) {
  // Adding 0 turns -0 into +0: a real has no signed zero.
  const Pack high_part = y.value.hi + Pack(0.0);
  const Pack size = magnitude(high_part);
  const Pack low_part = times_sign_of(y.value.lo, high_part);

  // Just below a power of two the binade is the one below.
  Pack power = power_of_two_of(size);
  const PackMask is_below = (size == power) & (low_part < Pack(0.0));
  if (!is_planted("filter_binade_above"))
    power = select(is_below, power * Pack(0.5), power);
  const Binade binade = binade_of(power, grid);

  const Pack scaled_size = size * binade.inverse_ulp;
  Pack integer = round_to_integer(scaled_size);
  Pack tail = fused(low_part, binade.inverse_ulp, scaled_size - integer);
  const PackMask is_beyond = magnitude(tail) > Pack(0.5);
  const Pack step = with_sign_of(Pack(1.0), tail);
  integer = select(is_beyond, integer + step, integer);
  tail = select(is_beyond, tail - step, tail);

  const Pack error = fused(y.error, binade.inverse_ulp, Pack(0x1p-52));
  const Pack tail_size = magnitude(tail);
  // A tail that is rounded to a boundary may have lost the side on which it lies.
  const PackMask is_exact =
      (y.error == Pack(0.0)) &
      ((low_part == Pack(0.0)) | ((tail_size > Pack(0.0)) & (tail_size < Pack(0.5))));
  const Pack rounded = integer * binade.ulp;
  const PackMask is_in_range =
      (rounded <= Pack(grid.largest)) & (size <= Pack(largest_safe)) &
      ((size >= Pack(smallest_safe)) | (is_exact & (size == Pack(0.0))));
  return {with_sign_of(rounded, high_part), times_sign_of(tail, high_part), binade.ulp,
          binade.inverse_ulp, (is_clear(tail_size, error) | is_exact) & is_in_range};
}

HWY_INLINE Settled select(PackMask mask, const Settled& yes, const Settled& no) {
  return {select(mask, yes.rounded, no.rounded), select(mask, yes.tail, no.tail),
          select(mask, yes.ulp, no.ulp), select(mask, yes.inverse_ulp, no.inverse_ulp),
          yes.settled | no.settled};
}

}  // namespace truenorm::filter::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
