// SPDX-License-Identifier: Apache-2.0
// The kernels once for each instruction set, and the choice among them at run time.
#include "oracle/filter/kernels.hpp"

#include <iterator>

// Without FMA a kernel would have to emulate it: those sets share the portable code.
#define HWY_DISABLED_TARGETS \
  (HWY_SSSE3 | HWY_SSE4 | HWY_SVE | HWY_SVE_256 | HWY_SVE2 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "oracle/filter/kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "oracle/filter/decode_inl.hpp"
#include "oracle/filter/gradient_inl.hpp"
#include "oracle/filter/moments_inl.hpp"
#include "oracle/filter/quantities_inl.hpp"
#include "oracle/filter/score_inl.hpp"
#include "oracle/filter/statistics_inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace truenorm::filter::HWY_NAMESPACE {

Kernels here() {
  return {decode,    rough,         central,         spread,
          products,  statistics,    share_products,  share_given_tangents,
          quantity,  settle_number, gradient_terms,  add_terms,
          sum_terms, gradient_of,   settle_elements, score_elements};
}

}  // namespace truenorm::filter::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace truenorm::filter {

HWY_EXPORT(here);

RoundingGrid::RoundingGrid(const Format& format)
    : smallest_normal(truenorm::smallest_normal(format)),
      ulp_of_one(std::ldexp(1.0, 1 - format.precision_bits)),
      largest(largest_finite(format)),
      inverse_bits(static_cast<std::uint64_t>(2046 + format.precision_bits - 1) << 52),
      suits_doubles(format.precision_bits <= 24) {}

const Kernels& kernels() {
  static const Kernels chosen = HWY_DYNAMIC_DISPATCH(here)();
  return chosen;
}

std::vector<NamedKernels> all_kernels() {
  std::vector<NamedKernels> all;
  std::int64_t rest = HWY_SUPPORTED_TARGETS & HWY_TARGETS;
  for (; rest != 0; rest &= rest - 1) {
    const std::int64_t target = rest & -rest;
    hwy::ChosenTarget chosen;
    chosen.Update(target);
    // A single set has a table of one.
    const std::size_t place =
        std::size(HWY_DISPATCH_TABLE(here)) == 1 ? 0 : chosen.GetIndex();
    all.push_back({hwy::TargetName(target), HWY_DISPATCH_TABLE(here)[place]()});
  }
  return all;
}

}  // namespace truenorm::filter
#endif  // HWY_ONCE
