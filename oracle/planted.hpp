// SPDX-License-Identifier: Apache-2.0
// Faults that a test plants in the oracle, to see whether the tests notice.
#pragma once

#include <string_view>

namespace truenorm {

#ifdef TRUENORM_PLANTED_FAULTS
/// Whether the environment's TRUENORM_PLANT names the fault.
[[nodiscard]] bool is_planted(std::string_view fault);
/// Whether a fault is planted in the exact levels, which the filter would hide.
[[nodiscard]] bool filter_is_left_out();
#else
/// Nothing is planted in the oracle that is shipped: the compiler drops each faulty branch.
[[nodiscard]] constexpr bool is_planted(std::string_view /*fault*/) { return false; }
[[nodiscard]] constexpr bool filter_is_left_out() { return false; }
#endif

}  // namespace truenorm
