// SPDX-License-Identifier: Apache-2.0
// Contiguous elements of any format as doubles; every format is a subset of binary64.

#if defined(TRUENORM_FILTER_DECODE_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TRUENORM_FILTER_DECODE_INL_HPP
#undef TRUENORM_FILTER_DECODE_INL_HPP
#else
#define TRUENORM_FILTER_DECODE_INL_HPP
#endif

#include <bit>
#include <cstring>

#include "oracle/filter/pack_inl.hpp"
#include "oracle/format.hpp"

HWY_BEFORE_NAMESPACE();
namespace truenorm::filter::HWY_NAMESPACE {

using Floats = hn::Rebind<float, Doubles>;
using Words32 = hn::Rebind<std::uint32_t, Doubles>;
using Words16 = hn::Rebind<std::uint16_t, Doubles>;
using FloatVector = hn::Vec<Floats>;

HWY_INLINE FloatVector load_float32(const std::byte* from) {
  return hn::LoadU(Floats(), reinterpret_cast<const float*>(from));
}

HWY_INLINE FloatVector load_bfloat16(const std::byte* from) {
  const auto bits = hn::LoadU(Words16(), reinterpret_cast<const std::uint16_t*>(from));
  return hn::BitCast(Floats(), hn::ShiftLeft<16>(hn::PromoteTo(Words32(), bits)));
}

/// Shifted to where a binary32 has its bits, and scaled by the difference of the biases,
/// which is exact for subnormals too.
HWY_INLINE FloatVector load_float16(const std::byte* from) {
  const Words32 words;
  const auto bits = hn::PromoteTo(
      words, hn::LoadU(Words16(), reinterpret_cast<const std::uint16_t*>(from)));
  const auto size = hn::And(bits, hn::Set(words, 0x7fffU));
  const auto sign = hn::ShiftLeft<16>(hn::Sub(bits, size));
  const auto shifted = hn::ShiftLeft<13>(size);
  const auto number = hn::BitCast(
      words, hn::Mul(hn::BitCast(Floats(), shifted), hn::Set(Floats(), 0x1p112F)));
  // All ones in the exponent: NaN or an infinity.
  const auto special = hn::Or(shifted, hn::Set(words, 0x7f800000U));
  const auto is_special = hn::Gt(size, hn::Set(words, 0x7bffU));
  return hn::BitCast(Floats(),
                     hn::Or(hn::IfThenElse(is_special, special, number), sign));
}

/// Converts `count` elements of `width` bytes; `load` takes a vector of them.
template <class Load>
HWY_INLINE void decode_each(const std::byte* from, std::size_t width, std::size_t count,
                            double* to, const Load& load) {
  std::size_t i = 0;
  for (; i + vector_lanes <= count; i += vector_lanes) {
    // The next chunk or row lies behind this one, and sums come before it is read.
    __builtin_prefetch(from + (count + i) * width);
    hn::StoreU(hn::PromoteTo(Doubles(), load(from + i * width)), Doubles(), to + i);
  }
  if (i == count) return;
  std::byte rest[vector_lanes * sizeof(float)] = {};
  double values[vector_lanes];
  std::memcpy(rest, from + i * width, (count - i) * width);
  hn::StoreU(hn::PromoteTo(Doubles(), load(rest)), Doubles(), values);
  std::memcpy(to + i, values, (count - i) * sizeof *to);
}

void decode(const Format& format, const std::byte* from, std::size_t count,
            double* to) {
  static_assert(std::endian::native == std::endian::little);
  if (format.storage_bits == 64) {
    std::memcpy(to, from, count * sizeof *to);
  } else if (format.storage_bits == 32) {
    decode_each(from, 4, count, to, load_float32);
  } else if (format == bfloat16) {
    decode_each(from, 2, count, to, load_bfloat16);
  } else if (format == float16) {
    decode_each(from, 2, count, to, load_float16);
  } else {
    for (std::size_t i = 0; i < count; ++i) {
      to[i] = truenorm::decode(format, std::to_integer<std::uint64_t>(from[i]));
    }
  }
}

}  // namespace truenorm::filter::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
