// SPDX-License-Identifier: Apache-2.0
// A chunk's elements one pack after the other: settled, and then kept or scored.

#if defined(TRUENORM_FILTER_SCORE_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TRUENORM_FILTER_SCORE_INL_HPP
#undef TRUENORM_FILTER_SCORE_INL_HPP
#else
#define TRUENORM_FILTER_SCORE_INL_HPP
#endif

#include "oracle/filter/settle_inl.hpp"
#include "oracle/histogram.hpp"

HWY_BEFORE_NAMESPACE();
namespace truenorm::filter::HWY_NAMESPACE {

/// S of a pack's elements, and where a cap of S acts.
struct PackSensitivity {
  Pack sum;
  PackMask is_capped;
};

HWY_INLINE PackMask no_lanes() { return Pack(0.0) > Pack(0.0); }

/// S of one kind of element, from |entry|, the magnitude of what SPEC 8 multiplies by rho.
template <ElementKind kind>
HWY_INLINE PackSensitivity sensitivity_of(const ElementArrays& elements,
                                          const GroupConstants& constants,
                                          const Sensitivities& sensitivities,
                                          Pack entry, std::size_t i) {
  // A sum of one term is not rounded.
  if constexpr (kind == ElementKind::dbeta) return {Pack(0.0), no_lanes()};
  const Pack signed_x = Pack::load(elements.x + i);
  const Pack x = magnitude(signed_x);
  const Pack c = Center<Pack>(constants).of(signed_x);
  const Pack x_hat = magnitude(c * Pack(constants.reciprocal.hi));
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

/// What a kind of element is in N.
template <ElementKind kind, class N>
HWY_INLINE Approximation<N> element_of(const ElementArrays& elements,
                                       const GroupConstants& constants,
                                       const Normalizer<N>& normalizer, std::size_t i) {
  if constexpr (kind == ElementKind::y) {
    return y_of<N>(elements, constants, normalizer, i);
  } else if constexpr (kind == ElementKind::dx) {
    return dx_of<N>(elements, constants, normalizer, i);
  } else if constexpr (kind == ElementKind::dgamma) {
    return dgamma_of<N>(elements, constants, normalizer, i);
  } else {
    return {exactly<N>(Pack::load(elements.v + i)), Pack(0.0)};
  }
}

struct SettledElements {
  Settled settled;
  Pack extra;  ///< what a rounding on the way adds to the error attainable
};

/// y with a rounded x-hat; the rounding is of x's format, and so is the result.
HWY_INLINE SettledElements settle_rounded_y(const ElementArrays& elements,
                                            const GroupConstants& constants,
                                            const RoundingGrid& grid,
                                            const Normalizer<WordOf<Pack>>& normalizer,
                                            std::size_t i) {
  const Settled x_hat = settle(normalizer.of(Pack::load(elements.x + i)), grid);
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
  return {result, Pack(0.5) * gamma_size * x_hat.ulp};
}

/// An element, and |entry|, the magnitude of what S multiplies by rho.
template <class N>
struct ElementAndEntry {
  Approximation<N> element;
  Pack entry;
};

template <ElementKind kind, class N>
HWY_INLINE ElementAndEntry<N> element_and_entry(const ElementArrays& elements,
                                                const GroupConstants& constants,
                                                const Normalizer<N>& normalizer,
                                                std::size_t i) {
  if constexpr (kind == ElementKind::tangent_y) {
    const auto [y, entry] = tangent_y_of<N>(elements, constants, normalizer, i);
    return {y, magnitude(entry)};
  } else {
    const Approximation<N> y = element_of<kind, N>(elements, constants, normalizer, i);
    return {y, magnitude(high(y.value))};
  }
}

/// A pack's elements, settled.
struct SettledPack {
  Settled settled;
  Pack entry;
  Pack extra;
};

template <ElementKind kind, class N>
HWY_INLINE SettledPack settle_in(const ElementArrays& elements,
                                 const GroupConstants& constants,
                                 const RoundingGrid& grid, std::size_t i) {
  const ElementAndEntry<N> y =
      element_and_entry<kind, N>(elements, constants, Normalizer<N>(constants), i);
  return {settle(y.element, grid), y.entry, Pack(0.0)};
}

/// In doubles where those suffice, else in words.
template <ElementKind kind>
HWY_INLINE SettledPack settled_pack(const ElementArrays& elements,
                                    const GroupConstants& constants,
                                    const RoundingGrid& grid, PackMask valid,
                                    std::size_t i) {
  if constexpr (kind == ElementKind::rounded_y) {
    const Normalizer<WordOf<Pack>> normalizer(constants);
    const SettledElements here =
        settle_rounded_y(elements, constants, grid, normalizer, i);
    return {here.settled, Pack(0.0), here.extra};
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

/// 1/a to about 2^-48, for a normal a < 2^1000; the same on every instruction set, and
/// with more of it at a time than a division.
HWY_INLINE Pack reciprocal_of(Pack a) {
  // Negating the exponent is 1/a but for a factor within 1 +- 1/8; each step squares the
  // relative error.
  Pack r = (PackBits(0x7fde623822fc16e6) - PackBits(a)).as_doubles();
  for (int step = 0; step < 4; ++step) r = fused(r, fused(-a, r, Pack(1.0)), r);
  return r;
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
    const Pack excess =
        size * reciprocal_of(fused(unit_roundoff_, sensitivity, roundings));

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
    // The bins of what is not counted lie beyond the window.
    const PackBits bins =
        PackBits(size).shifted_right<46>() -
        PackBits(static_cast<std::uint64_t>(Histogram::window_leading_bits));
    bins.store(scoring.bin_of.data() + i);
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
  for (std::size_t i = 0; i < count; i += pack_lanes) {
    std::uint32_t counted = scoring.counted[i / pack_lanes];
    if (counted == 0xff) {
      for (std::size_t j = 0; j < pack_lanes; ++j) {
        ++scoring.bins[scoring.bin_of[i + j]];
      }
      continue;
    }
    for (; counted != 0; counted &= counted - 1) {
      ++scoring
            .bins[scoring.bin_of[i + static_cast<std::size_t>(__builtin_ctz(counted))]];
    }
  }
}

/// S of a pack, and what of it is blind.
template <ElementKind kind>
HWY_INLINE PackSensitivity rated(const ElementArrays& elements,
                                 const GroupConstants& constants,
                                 const Sensitivities& sensitivities, Pack entry,
                                 Pack inverse_ulp, std::size_t i) {
  PackSensitivity s =
      sensitivity_of<kind>(elements, constants, sensitivities, entry, i);
  if constexpr (kind == ElementKind::dgamma) {
    // SPEC 8: blind where 4 times what is attainable drowns the gradient.
    const Pack attainable =
        fused(Pack(4 * constants.unit_roundoff), s.sum * inverse_ulp, Pack(2.0));
    s.is_capped = s.is_capped | (attainable > magnitude(entry) * inverse_ulp);
  }
  return s;
}

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

/// A pack that is not ordinary, out of the way of the loop that seldom meets one.
template <ElementKind kind>
HWY_NOINLINE void score_pack(const ElementArrays& elements,
                             const GroupConstants& constants, const RoundingGrid& grid,
                             std::size_t i, ChunkScoring& scoring, PackTally& lanes) {
  const std::size_t rest = elements.count - i;
  const PackMask valid = first_lanes(rest < pack_lanes ? rest : pack_lanes);
  const SettledPack here = settled_pack<kind>(elements, constants, grid, valid, i);
  const PackSensitivity s = rated<kind>(elements, constants, Sensitivities(constants),
                                        here.entry, here.settled.inverse_ulp, i);
  lanes.add(i, here.settled, s, here.extra, valid, scoring);
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
    OrdinaryTally ordinary(scoring, grid);
    const Normalizer<Pack> normalizer(constants);
    const Sensitivities sensitivities(constants);
    const std::size_t full =
        grid.suits_doubles ? elements.count / pack_lanes * pack_lanes : 0;
    for (; i < full; i += pack_lanes) {
      const ElementAndEntry<Pack> y =
          element_and_entry<kind, Pack>(elements, constants, normalizer, i);
      if (!ordinary.add<kind>(y.element, y.entry, elements, constants, sensitivities,
                              scoring, i)) {
        score_pack<kind>(elements, constants, grid, i, scoring, lanes);
      }
    }
    ordinary.finish(tally);
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
