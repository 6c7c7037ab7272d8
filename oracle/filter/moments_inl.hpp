// SPDX-License-Identifier: Apache-2.0
// Sums over a chunk of a group: eight lanes, each compensated, joined in a fixed order.

#if defined(TRUENORM_FILTER_MOMENTS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TRUENORM_FILTER_MOMENTS_INL_HPP
#undef TRUENORM_FILTER_MOMENTS_INL_HPP
#else
#define TRUENORM_FILTER_MOMENTS_INL_HPP
#endif

#include "oracle/filter/element_inl.hpp"
#include "oracle/filter/kernels.hpp"

HWY_BEFORE_NAMESPACE();
namespace truenorm::filter::HWY_NAMESPACE {

/// Elements whose sum is kept apart from others': the fewer there are, the less the
/// roundings of their rests amount to.
inline constexpr std::size_t block_size = 16 * pack_lanes;

/// Sums pairs a + b with |b| <= 8u |a| in eight lanes. bounds.md has the error of it.
class LaneSum {
 public:
  // Spelled out: a default that the compiler makes is of no instruction set.
  HWY_INLINE LaneSum()
      : sum_(0.0), rest_(0.0), magnitudes_(0.0), blocks_{Pack(0.0), Pack(0.0)} {}

  HWY_INLINE void add(Pack a, Pack b) {
    const WordOf<Pack> next = two_sum(sum_, a);
    sum_ = next.hi;
    if (!is_planted("filter_sum_uncompensated")) rest_ = rest_ + (next.lo + b);
    magnitudes_ = magnitudes_ + magnitude(a);
  }

  /// Ends a block.
  HWY_INLINE void end_block() {
    blocks_ = blocks_ + two_sum(sum_, rest_);
    sum_ = 0.0;
    rest_ = 0.0;
  }

  /// Adds the blocks' lanes to a sum over chunks, from the first to the last.
  void finish(LongSum& total) const {
    alignas(64) double sums[pack_lanes];
    alignas(64) double rests[pack_lanes];
    alignas(64) double magnitudes[pack_lanes];
    blocks_.hi.store(sums);
    blocks_.lo.store(rests);
    magnitudes_.store(magnitudes);
    double sum = 0;
    double rest = 0;
    for (std::size_t j = 0; j < pack_lanes; ++j) {
      const WordOf<double> next = two_sum(sum, sums[j]);
      sum = next.hi;
      rest += next.lo + rests[j];
      total.magnitudes += magnitudes[j];
    }
    const WordOf<double> here = two_sum(sum, rest);
    const WordOf<double> before{total.sum.hi, total.sum.lo};
    const WordOf<double> after = before + here;
    total.sum = {after.hi, after.lo};
    total.chunks += 1;
  }

 private:
  Pack sum_;
  Pack rest_;
  Pack magnitudes_;
  WordOf<Pack> blocks_;
};

/// Calls add(i) for each pack of a chunk, and end_block() after each block.
template <class Add, class EndBlock>
HWY_INLINE void for_each_pack(std::size_t count, const Add& add,
                              const EndBlock& end_block) {
  for (std::size_t begin = 0; begin < count; begin += block_size) {
    const std::size_t end = count - begin < block_size ? count : begin + block_size;
    for (std::size_t i = begin; i < end; i += pack_lanes) add(i);
    end_block();
  }
}

HWY_INLINE double sum_of_lanes(Pack lanes) {
  alignas(64) double values[pack_lanes];
  lanes.store(values);
  double sum = 0;
  for (const double value : values) sum += value;
  return sum;
}

/// Takes the least and the largest lane into sums that have extremes.
template <class Sums>
void take_extremes(Pack least, Pack most, Sums& sums) {
  alignas(64) double lows[pack_lanes];
  alignas(64) double highs[pack_lanes];
  least.store(lows);
  most.store(highs);
  for (std::size_t j = 0; j < pack_lanes; ++j) {
    sums.low = smaller(sums.low, lows[j]);
    sums.high = larger(sums.high, highs[j]);
  }
}

void rough(const double* x, std::size_t count, RoughSums& sums) {
  Pack low = sums.low;
  Pack high = sums.high;
  Pack sum = 0.0;
  Pack magnitudes = 0.0;
  Pack squares = 0.0;
  std::size_t i = 0;
  for (; i + pack_lanes <= count; i += pack_lanes) {
    const Pack here = Pack::load(x + i);
    low = smaller(low, here);
    high = larger(high, here);
    sum = sum + here;
    magnitudes = magnitudes + magnitude(here);
    squares = fused(here, here, squares);
  }
  if (i < count) {
    const PackMask mask = first_lanes(count - i);
    const Pack here = keep(mask, Pack::load(x + i));
    low = smaller(low, select(mask, here, low));
    high = larger(high, select(mask, here, high));
    sum = sum + here;
    magnitudes = magnitudes + magnitude(here);
    squares = fused(here, here, squares);
  }
  take_extremes(low, high, sums);
  sums.sum += sum_of_lanes(sum);
  sums.magnitudes += sum_of_lanes(magnitudes);
  sums.squares += sum_of_lanes(squares);
}

void central(const double* x, std::size_t count, const GroupForm& form,
             double reference, CentralSums& sums) {
  LaneSum differences;
  LaneSum squares;
  const bool is_centered = form.location == Location::mean;
  const bool is_absolute = form.power == Power::one;
  const auto add = [&](std::size_t i) HWY_ATTR {
    Pack here = Pack::load(x + i);
    WordOf<Pack> d{here, 0.0};
    if (is_centered) d = two_sum(here, Pack(-reference));
    if (is_absolute) d.hi = magnitude(d.hi);
    if (i + pack_lanes > count) {
      const PackMask mask = first_lanes(count - i);
      d = {keep(mask, d.hi), keep(mask, d.lo)};
    }
    if (is_centered || is_absolute) differences.add(d.hi, d.lo);
    const WordOf<Pack> square = two_product(d.hi, d.hi);
    squares.add(square.hi, fused(d.hi + d.hi, d.lo, square.lo));
  };
  const auto end_block = [&]() HWY_ATTR {
    if (is_centered || is_absolute) differences.end_block();
    squares.end_block();
  };
  for_each_pack(count, add, end_block);
  differences.finish(sums.differences);
  squares.finish(sums.squares);
}

void spread(const double* x, std::size_t count, const GroupConstants& constants,
            SpreadSums& sums) {
  Pack products = 0.0;
  Pack deviations = 0.0;
  const Center<Pack> center(constants);
  for (std::size_t i = 0; i < count; i += pack_lanes) {
    Pack here = Pack::load(x + i);
    Pack c = magnitude(center.of(here));
    if (i + pack_lanes > count) {
      const PackMask mask = first_lanes(count - i);
      here = keep(mask, here);
      c = keep(mask, c);
    }
    products = fused(c, magnitude(here), products);
    deviations = deviations + c;
  }
  sums.products += sum_of_lanes(products);
  sums.deviations += sum_of_lanes(deviations);
}

void products(const ElementArrays& elements, const GroupConstants& constants,
              ProductSums& sums) {
  LaneSum of_v;
  LaneSum moments;
  Pack errors = 0.0;
  Pack least = sums.low;
  Pack most = sums.high;
  PackMask capped = Pack(0.0) > Pack(0.0);
  PackMask rests = capped;
  PackMask lossy = capped;
  const Center<WordOf<Pack>> center(constants);
  const Sensitivities sensitivities(constants);
  const auto add = [&](std::size_t i) HWY_ATTR {
    const std::size_t rest = elements.count - i;
    const PackMask valid = first_lanes(rest < pack_lanes ? rest : pack_lanes);
    // A NaN behind the last element would outlive a v of 0.
    const Pack x = keep(valid, Pack::load(elements.x + i));
    WordOf<Pack> v = weighted<WordOf<Pack>>(elements, constants, i);
    const WordOf<Pack> c = center.of(x);
    v = {keep(valid, v.hi), keep(valid, v.lo)};
    least = smaller(least, select(valid, v.hi, least));
    most = larger(most, select(valid, v.hi, most));
    const Pack factor = elements.gamma == nullptr
                            ? Pack(1.0)
                            : high(gamma_of<WordOf<Pack>>(elements, constants, i));
    const PackMask is_zero =
        (Pack::load(elements.v + i) == Pack(0.0)) | (factor == Pack(0.0));
    lossy = lossy | (valid & !is_zero & (magnitude(v.hi) < Pack(smallest_safe)));
    rests = rests | !(v.lo == Pack(0.0));
    of_v.add(v.hi, v.lo);
    const WordOf<Pack> product = two_product(v.hi, c.hi);
    moments.add(product.hi, fused(v.hi, c.lo, fused(v.lo, c.hi, product.lo)));
    const Pack x_hat = c.hi * Pack(constants.reciprocal.hi);
    errors = fused(magnitude(v.hi),
                   sensitivities.of_normalized(magnitude(x), magnitude(x_hat)), errors);
    capped = capped | (sensitivities.is_capped(magnitude(x), magnitude(x_hat)) & valid);
  };
  const auto end_block = [&]() HWY_ATTR {
    of_v.end_block();
    moments.end_block();
  };
  for_each_pack(elements.count, add, end_block);
  sums.is_capped = sums.is_capped || bits_of(capped) != 0;
  sums.loses_bits = sums.loses_bits || bits_of(lossy) != 0;
  sums.has_rests = sums.has_rests || bits_of(rests) != 0;
  of_v.finish(sums.v);
  moments.finish(sums.moments);
  sums.errors += sum_of_lanes(errors);
  take_extremes(least, most, sums);
}

}  // namespace truenorm::filter::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
