// SPDX-License-Identifier: Apache-2.0
// Scores of packs in which anything may happen.

#if defined(TRUENORM_FILTER_TALLY_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TRUENORM_FILTER_TALLY_INL_HPP
#undef TRUENORM_FILTER_TALLY_INL_HPP
#else
#define TRUENORM_FILTER_TALLY_INL_HPP
#endif

#include "oracle/filter/sensitivity_inl.hpp"
#include "oracle/filter/settle_inl.hpp"
#include "oracle/histogram.hpp"

HWY_BEFORE_NAMESPACE();
namespace truenorm::filter::HWY_NAMESPACE {

/// Below this an ulp has no reciprocal in binary64 that is its double's.
inline constexpr double smallest_plain_ulp = 0x1p-960;
/// The histogram's window; errors beyond it are scored one by one.
inline constexpr double smallest_plain_error = 0x1p-60;
inline constexpr double largest_plain_error = 0x1p59;

/// What of a pack a slow look needs.
struct SlowLook {
  Settled y;
  PackSensitivity s;
  Pack extra;
  Pack actual;
  Pack error;
  Pack excess;
};

/// Leaves elements to others: unsettled ones to the exact levels, odd ones to the scores
/// of single elements.
HWY_NOINLINE void leave(const SlowLook& look, std::size_t i, std::uint32_t left,
                        ChunkScoring& scoring) {
  alignas(64) double lanes[6][pack_lanes];
  look.y.rounded.store(lanes[0]);
  look.y.tail.store(lanes[1]);
  look.y.ulp.store(lanes[2]);
  look.s.sum.store(lanes[3]);
  look.extra.store(lanes[4]);
  look.actual.store(lanes[5]);
  const std::uint32_t capped = bits_of(look.s.is_capped);
  const std::uint32_t settled = bits_of(look.y.settled);
  for (std::uint32_t rest = left; rest != 0; rest &= rest - 1) {
    const auto j = static_cast<std::size_t>(__builtin_ctz(rest));
    // An S beyond binary64 has room in the exact path's long double.
    if ((settled >> j & 1) == 0 || !(lanes[3][j] <= largest_safe)) {
      scoring.unsettled[scoring.unsettled_count++] = static_cast<std::uint16_t>(i + j);
      continue;
    }
    NotedElement& odd = scoring.odd[scoring.odd_count++];
    odd = {};
    odd.i = i + j;
    odd.rounded = lanes[0][j];
    odd.tail = lanes[1][j];
    odd.ulp = lanes[2][j];
    odd.sensitivity = lanes[3][j];
    odd.extra = lanes[4][j];
    odd.actual = lanes[5][j];
    odd.is_blind = (capped >> j & 1) != 0;
  }
}

HWY_NOINLINE void note(const SlowLook& look, std::size_t i, std::uint32_t notable,
                       ChunkScoring& scoring) {
  alignas(64) double lanes[3][pack_lanes];
  look.y.rounded.store(lanes[0]);
  look.error.store(lanes[1]);
  look.excess.store(lanes[2]);
  for (std::uint32_t rest = notable; rest != 0; rest &= rest - 1) {
    const auto j = static_cast<std::size_t>(__builtin_ctz(rest));
    NotedElement& element = scoring.notable[scoring.notable_count++];
    element = {};
    element.i = i + j;
    element.rounded = lanes[0][j];
    element.actual = scoring.actual[i + j];
    element.error_ulps = lanes[1][j];
    element.excess = lanes[2][j];
  }
}

HWY_INLINE double largest_of(Pack lanes) {
  alignas(64) double values[pack_lanes];
  lanes.store(values);
  double largest = values[0];
  for (const double value : values) largest = larger(largest, value);
  return largest;
}

HWY_INLINE PackMask have_one_sign(Pack a, Pack b) {
  return with_sign_of(Pack(1.0), a) == with_sign_of(Pack(1.0), b);
}

/// Sums and extremes over packs, a lane each.
class PackSums {
 public:
  HWY_INLINE PackSums()
      : errors_(0.0),
        magnitudes_(0.0),
        excesses_(0.0),
        largest_error_(0.0),
        largest_excess_(0.0),
        precision_(std::numeric_limits<double>::infinity()),
        finest_(0.0) {}

  HWY_INLINE void add(Pack error, Pack size, Pack excess, Pack sensitivity) {
    errors_ = errors_ + error;
    magnitudes_ = magnitudes_ + size;
    excesses_ = excesses_ + excess;
    largest_error_ = larger(largest_error_, size);
    largest_excess_ = larger(largest_excess_, excess);
    finest_ = larger(finest_, sensitivity);
  }
  /// Where S/beyond is less than before, for beyond > 0.
  HWY_INLINE PackMask shows_less(Pack sensitivity, Pack beyond) const {
    return sensitivity < precision_ * beyond;
  }
  HWY_INLINE void show(Pack sensitivity, Pack beyond, PackMask shows) {
    const double infinity = std::numeric_limits<double>::infinity();
    precision_ =
        smaller(precision_, select(shows, sensitivity / beyond, Pack(infinity)));
  }

  void finish(LaneTally& tally) const {
    add_lanes(errors_, tally.errors);
    add_lanes(magnitudes_, tally.magnitudes);
    add_lanes(excesses_, tally.excesses);
    tally.largest_error = larger(tally.largest_error, largest_of(largest_error_));
    tally.largest_excess = larger(tally.largest_excess, largest_of(largest_excess_));
    tally.precision = smaller(tally.precision, -largest_of(-precision_));
    tally.finest = larger(tally.finest, largest_of(finest_));
  }

 private:
  static void add_lanes(Pack lanes, std::array<double, pack_lanes>& sums) {
    (Pack::load(sums.data()) + lanes).store(sums.data());
  }

  Pack errors_;
  Pack magnitudes_;
  Pack excesses_;
  Pack largest_error_;
  Pack largest_excess_;
  Pack precision_;
  Pack finest_;
};

/// Gathers what a chunk's elements add to a tally, in registers.
class PackTally {
 public:
  PackTally(const ChunkScoring& scoring, const RoundingGrid& grid)
      : has_tiny_ulps_(!grid.suits_doubles),
        limit_ulps_(scoring.limit_ulps),
        limit_excess_(scoring.limit_excess),
        unit_roundoff_(scoring.unit_roundoff),
        notable_excess_(scoring.notable_excess) {}

  HWY_INLINE void add(std::size_t i, const Settled& y, const PackSensitivity& s,
                      Pack extra, PackMask valid, ChunkScoring& scoring) {
    const Pack actual = Pack::load(scoring.actual + i);
    const Pack sensitivity = s.sum * y.inverse_ulp;
    const Pack roundings = fused(extra, y.inverse_ulp, Pack(0.5));
    const Pack error = fused(actual - y.rounded, y.inverse_ulp, -y.tail);
    const Pack size = magnitude(error);
    const Pack excess = size / fused(unit_roundoff_, sensitivity, roundings);

    const PackMask within = (size <= limit_ulps_) & (excess <= limit_excess_);
    PackMask plain = y.settled & valid & (size <= Pack(largest_plain_error)) &
                     (size >= Pack(smallest_plain_error)) &
                     (sensitivity <= Pack(largest_safe));
    if (has_tiny_ulps_) plain = plain & (y.ulp >= Pack(smallest_plain_ulp));
    if (scoring.flushes_to_zero) plain = plain & !(actual == Pack(0.0));
    const PackMask is_correct = actual == y.rounded;
    const PackMask are_zeros = is_correct & (actual == Pack(0.0));
    // Zeros of different signs are counted one by one.
    if (bits_of(are_zeros) != 0)
      plain = plain & !(are_zeros & !have_one_sign(actual, y.rounded));

    std::uint32_t plain_bits = bits_of(plain);
    const std::uint32_t valid_bits = bits_of(valid);
    std::uint32_t exact_bits = 0;
    if (plain_bits != valid_bits) {
      // Of no error, and no zero of another sign: these are plain too.
      const PackMask same = (size == Pack(0.0)) & y.settled & valid &
                            (y.ulp >= Pack(smallest_plain_ulp)) &
                            (sensitivity <= Pack(largest_safe)) &
                            have_one_sign(actual, y.rounded);
      exact_bits = bits_of(same);
      plain = plain | same;
      plain_bits |= exact_bits;
      exact_ += __builtin_popcount(exact_bits);
      if (plain_bits != valid_bits) {
        leave({y, s, extra, actual, error, excess}, i, valid_bits & ~plain_bits,
              scoring);
      }
    }
    const Pack plain_error = keep(plain, error);
    const Pack plain_size = magnitude(plain_error);
    const Pack plain_excess = keep(plain, excess);
    sums_.add(plain_error, plain_size, plain_excess, keep(plain, sensitivity));

    const Pack neighbour = y.rounded + with_sign_of(y.ulp, y.tail);
    // Where the tail is 0 there is no neighbour, and only the value itself will do.
    const PackMask is_faithful =
        is_correct | ((actual == neighbour) & !(y.tail == Pack(0.0)));
    count_ += __builtin_popcount(plain_bits);
    correct_ += __builtin_popcount(bits_of(is_correct) & plain_bits);
    faithful_ += __builtin_popcount(bits_of(is_faithful) & plain_bits);
    blind_ += __builtin_popcount(bits_of(s.is_capped) & plain_bits);
    failures_ |= ~bits_of(within) & plain_bits;

    const Pack beyond = size - roundings;
    const PackMask shows = plain & (beyond > Pack(0.0));
    if (bits_of(shows) != 0) {
      if (bits_of(shows & (sensitivity == Pack(0.0))) != 0) shows_no_precision_ = true;
      sums_.show(sensitivity, beyond, shows);
    }
    PackBits(size).shifted_right<46>().store(scoring.leading_bits_of.data() + i);
    scoring.counted[i / pack_lanes] =
        static_cast<std::uint8_t>(plain_bits & ~exact_bits);
    const std::uint32_t notable = bits_of(plain & (excess >= notable_excess_));
    if (notable != 0) note({y, s, extra, actual, error, excess}, i, notable, scoring);
  }

  void finish(LaneTally& tally) const {
    sums_.finish(tally);
    tally.count += count_;
    tally.exact += exact_;
    tally.correctly_rounded += correct_;
    tally.faithful += faithful_;
    tally.blind += blind_;
    tally.passes = tally.passes && failures_ == 0;
    tally.shows_no_precision = tally.shows_no_precision || shows_no_precision_;
  }

 private:
  bool has_tiny_ulps_;
  Pack limit_ulps_;
  Pack limit_excess_;
  Pack unit_roundoff_;
  Pack notable_excess_;
  PackSums sums_;
  std::int64_t count_ = 0;
  std::int64_t exact_ = 0;
  std::int64_t correct_ = 0;
  std::int64_t faithful_ = 0;
  std::int64_t blind_ = 0;
  std::uint32_t failures_ = 0;
  bool shows_no_precision_ = false;
};

/// Counts the errors of a chunk in their bins.
inline void count_bins(std::size_t count, ChunkScoring& scoring) {
  const auto bin_of = [&](std::size_t i) -> std::int64_t& {
    return scoring.bins[scoring.leading_bits_of[i] - Histogram::window_leading_bits];
  };
  for (std::size_t i = 0; i < count; i += pack_lanes) {
    std::uint32_t counted = scoring.counted[i / pack_lanes];
    if (counted == 0xff) {
      for (std::size_t j = 0; j < pack_lanes; ++j) ++bin_of(i + j);
      continue;
    }
    for (; counted != 0; counted &= counted - 1) {
      ++bin_of(i + static_cast<std::size_t>(__builtin_ctz(counted)));
    }
  }
}

}  // namespace truenorm::filter::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
