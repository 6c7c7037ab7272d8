// SPDX-License-Identifier: Apache-2.0
// Eight doubles at a time, the same bits at any vector width.

// Highway compiles this once for each instruction set.
#if defined(TRUENORM_FILTER_PACK_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TRUENORM_FILTER_PACK_INL_HPP
#undef TRUENORM_FILTER_PACK_INL_HPP
#else
#define TRUENORM_FILTER_PACK_INL_HPP
#endif

#include <hwy/highway.h>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "oracle/filter/kernels.hpp"

HWY_BEFORE_NAMESPACE();
namespace truenorm::filter::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Doubles = hn::CappedTag<double, pack_lanes>;
using Integers = hn::RebindToUnsigned<Doubles>;
using Vector = hn::Vec<Doubles>;
using VectorMask = hn::Mask<Doubles>;

inline constexpr std::size_t vector_lanes = sizeof(Vector) / sizeof(double);
/// Vectors in a pack.
inline constexpr std::size_t parts = pack_lanes / vector_lanes;

/// A statement for each part k, written out: in a loop a pack lies in memory until the
/// compiler unrolls it, and what it does about that memory takes it long.
#undef TRUENORM_PART
#define TRUENORM_PART(index, ...)            \
  if constexpr (index < parts) {             \
    constexpr std::size_t k = index % parts; \
    __VA_ARGS__;                             \
  }
#undef TRUENORM_EACH_PART
#define TRUENORM_EACH_PART(...)   \
  do {                            \
    TRUENORM_PART(0, __VA_ARGS__) \
    TRUENORM_PART(1, __VA_ARGS__) \
    TRUENORM_PART(2, __VA_ARGS__) \
    TRUENORM_PART(3, __VA_ARGS__) \
    TRUENORM_PART(4, __VA_ARGS__) \
    TRUENORM_PART(5, __VA_ARGS__) \
    TRUENORM_PART(6, __VA_ARGS__) \
    TRUENORM_PART(7, __VA_ARGS__) \
  } while (false)

/// How an operation on packs is compiled: inline, but not in the portable code, which calls
/// fma() anyway, nor with sanitizers: there it costs minutes.
#undef TRUENORM_OPERATION
#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128 || HWY_IS_ASAN || \
    defined(__SANITIZE_ADDRESS__)
#define TRUENORM_OPERATION HWY_NOINLINE inline
#else
#define TRUENORM_OPERATION HWY_INLINE
#endif

struct PackMask {
  VectorMask part[parts];

  TRUENORM_OPERATION PackMask operator&(PackMask other) const {
    PackMask result;
    TRUENORM_EACH_PART(result.part[k] = hn::And(part[k], other.part[k]));
    return result;
  }
  TRUENORM_OPERATION PackMask operator|(PackMask other) const {
    PackMask result;
    TRUENORM_EACH_PART(result.part[k] = hn::Or(part[k], other.part[k]));
    return result;
  }
  TRUENORM_OPERATION PackMask operator!() const {
    PackMask result;
    TRUENORM_EACH_PART(result.part[k] = hn::Not(part[k]));
    return result;
  }
};

/// Eight lanes. Every operation is one of IEEE 754 on each lane by itself, and none joins
/// two lanes, so how many lanes a register holds does not show.
struct Pack {
  Vector part[parts];

  Pack() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): a number in all lanes
  TRUENORM_OPERATION Pack(double value) {
    TRUENORM_EACH_PART(part[k] = hn::Set(Doubles(), value));
  }
  static TRUENORM_OPERATION Pack load(const double* from) {
    Pack result;
    TRUENORM_EACH_PART(result.part[k] = hn::LoadU(Doubles(), from + k * vector_lanes));
    return result;
  }
  TRUENORM_OPERATION void store(double* to) const {
    TRUENORM_EACH_PART(hn::StoreU(part[k], Doubles(), to + k * vector_lanes));
  }

#define TRUENORM_LANEWISE(op, function)                                      \
  friend TRUENORM_OPERATION Pack op(Pack a, Pack b) {                        \
    Pack result;                                                             \
    TRUENORM_EACH_PART(result.part[k] = hn::function(a.part[k], b.part[k])); \
    return result;                                                           \
  }
  TRUENORM_LANEWISE(operator+, Add)
  TRUENORM_LANEWISE(operator-, Sub)
  TRUENORM_LANEWISE(operator*, Mul)
  TRUENORM_LANEWISE(operator/, Div)
#undef TRUENORM_LANEWISE

#define TRUENORM_COMPARED(op, function)                                      \
  friend TRUENORM_OPERATION PackMask op(Pack a, Pack b) {                    \
    PackMask result;                                                         \
    TRUENORM_EACH_PART(result.part[k] = hn::function(a.part[k], b.part[k])); \
    return result;                                                           \
  }
  TRUENORM_COMPARED(operator<, Lt)
  TRUENORM_COMPARED(operator<=, Le)
  TRUENORM_COMPARED(operator>, Gt)
  TRUENORM_COMPARED(operator>=, Ge)
  TRUENORM_COMPARED(operator==, Eq)
#undef TRUENORM_COMPARED

  friend TRUENORM_OPERATION Pack operator-(Pack a) {
    TRUENORM_EACH_PART(a.part[k] = hn::Neg(a.part[k]));
    return a;
  }
};

TRUENORM_OPERATION Pack magnitude(Pack a) {
  TRUENORM_EACH_PART(a.part[k] = hn::Abs(a.part[k]));
  return a;
}
/// To the nearest integer, ties to even.
TRUENORM_OPERATION Pack round_to_integer(Pack a) {
  TRUENORM_EACH_PART(a.part[k] = hn::Round(a.part[k]));
  return a;
}
/// a b + c, rounded once.
TRUENORM_OPERATION Pack fused(Pack a, Pack b, Pack c) {
#if HWY_NATIVE_FMA
  TRUENORM_EACH_PART(c.part[k] = hn::MulAdd(a.part[k], b.part[k], c.part[k]));
  return c;
#else
  alignas(64) double lanes[3][pack_lanes];
  a.store(lanes[0]);
  b.store(lanes[1]);
  c.store(lanes[2]);
  for (std::size_t j = 0; j < pack_lanes; ++j) {
    lanes[0][j] = std::fma(lanes[0][j], lanes[1][j], lanes[2][j]);
  }
  return Pack::load(lanes[0]);
#endif
}
TRUENORM_OPERATION Pack select(PackMask mask, Pack yes, Pack no) {
  TRUENORM_EACH_PART(yes.part[k] =
                         hn::IfThenElse(mask.part[k], yes.part[k], no.part[k]));
  return yes;
}
/// As x86's instructions have it: b, where one is a NaN or both are zeros.
TRUENORM_OPERATION Pack smaller(Pack a, Pack b) {
#if HWY_ARCH_X86 && HWY_TARGET < HWY_EMU128
  TRUENORM_EACH_PART(a.part[k] = hn::Min(a.part[k], b.part[k]));
  return a;
#else
  return select(a < b, a, b);
#endif
}
TRUENORM_OPERATION Pack larger(Pack a, Pack b) {
#if HWY_ARCH_X86 && HWY_TARGET < HWY_EMU128
  TRUENORM_EACH_PART(a.part[k] = hn::Max(a.part[k], b.part[k]));
  return a;
#else
  return select(a > b, a, b);
#endif
}
/// The value where the mask holds, else 0.
TRUENORM_OPERATION Pack keep(PackMask mask, Pack value) {
  TRUENORM_EACH_PART(value.part[k] = hn::IfThenElseZero(mask.part[k], value.part[k]));
  return value;
}
HWY_INLINE std::uint32_t bits_of(VectorMask mask) {
#if HWY_TARGET == HWY_AVX3
  return mask.raw;
#else
  std::uint8_t bytes[8] = {};
  hn::StoreMaskBits(Doubles(), mask, bytes);
  return bytes[0];
#endif
}
/// Bit i is set where lane i's is.
TRUENORM_OPERATION std::uint32_t bits_of(PackMask mask) {
  std::uint32_t result = 0;
  TRUENORM_EACH_PART(result |= bits_of(mask.part[k]) << (k * vector_lanes));
  return result;
}
TRUENORM_OPERATION bool all(PackMask mask) {
  bool result = true;
  TRUENORM_EACH_PART(result = result && hn::AllTrue(Doubles(), mask.part[k]));
  return result;
}
/// Of a pack's first `count` lanes, those that part k has.
HWY_INLINE std::size_t lanes_in_part(std::size_t count, std::size_t k) {
  const std::size_t before = k * vector_lanes;
  const std::size_t here = count > before ? count - before : 0;
  return here < vector_lanes ? here : vector_lanes;
}
/// The first `count` lanes.
TRUENORM_OPERATION PackMask first_lanes(std::size_t count) {
  PackMask result;
  TRUENORM_EACH_PART(result.part[k] = hn::FirstN(Doubles(), lanes_in_part(count, k)));
  return result;
}
/// |a| with the sign of b.
TRUENORM_OPERATION Pack with_sign_of(Pack a, Pack b) {
  TRUENORM_EACH_PART(a.part[k] = hn::CopySign(a.part[k], b.part[k]));
  return a;
}
/// a, negated where b is negative.
TRUENORM_OPERATION Pack times_sign_of(Pack a, Pack b) {
  const Vector sign = hn::SignBit(Doubles());
  TRUENORM_EACH_PART(a.part[k] = hn::Xor(a.part[k], hn::And(sign, b.part[k])));
  return a;
}

/// The bits of eight doubles, as unsigned integers.
struct PackBits {
  hn::Vec<Integers> part[parts];

  PackBits() = default;
  TRUENORM_OPERATION explicit PackBits(std::uint64_t value) {
    TRUENORM_EACH_PART(part[k] = hn::Set(Integers(), value));
  }
  TRUENORM_OPERATION explicit PackBits(Pack a) {
    TRUENORM_EACH_PART(part[k] = hn::BitCast(Integers(), a.part[k]));
  }
  TRUENORM_OPERATION Pack as_doubles() const {
    Pack result;
    TRUENORM_EACH_PART(result.part[k] = hn::BitCast(Doubles(), part[k]));
    return result;
  }
  TRUENORM_OPERATION void store(std::uint64_t* to) const {
    TRUENORM_EACH_PART(hn::StoreU(part[k], Integers(), to + k * vector_lanes));
  }
  friend TRUENORM_OPERATION PackBits operator&(PackBits a, PackBits b) {
    TRUENORM_EACH_PART(a.part[k] = hn::And(a.part[k], b.part[k]));
    return a;
  }
  friend TRUENORM_OPERATION PackBits operator-(PackBits a, PackBits b) {
    TRUENORM_EACH_PART(a.part[k] = hn::Sub(a.part[k], b.part[k]));
    return a;
  }
  template <int count>
  TRUENORM_OPERATION PackBits shifted_right() const {
    PackBits result;
    TRUENORM_EACH_PART(result.part[k] = hn::ShiftRight<count>(part[k]));
    return result;
  }
};

// The same names for one double, so that a formula serves both.

HWY_INLINE double magnitude(double a) { return std::fabs(a); }
HWY_INLINE double round_to_integer(double a) { return std::nearbyint(a); }
HWY_INLINE double fused(double a, double b, double c) { return __builtin_fma(a, b, c); }
HWY_INLINE double select(bool mask, double yes, double no) { return mask ? yes : no; }
HWY_INLINE double smaller(double a, double b) { return a < b ? a : b; }
HWY_INLINE double larger(double a, double b) { return a > b ? a : b; }

}  // namespace truenorm::filter::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
