// SPDX-License-Identifier: Apache-2.0
// RN of an MPFR number, by scaling it to units in the last place.
#pragma once

#include <mpfr.h>

#include "oracle/format.hpp"

namespace truenorm::twin {

/// e with 2^e <= |value| < 2^(e + 1), for value != 0.
[[nodiscard]] long exponent_of(mpfr_srcptr value);

/// Whether RN takes a positive number beyond the format.
[[nodiscard]] bool rounds_beyond(const Format& format, mpfr_srcptr magnitude);

/// RN_F(value): ties to even, overflow_result beyond the format.
[[nodiscard]] double nearest(const Format& format, mpfr_srcptr value);

}  // namespace truenorm::twin
