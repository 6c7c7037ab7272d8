// SPDX-License-Identifier: Apache-2.0
// What a Truth claims of a real, held against an interval that holds the real.
#pragma once

#include <mpfr.h>

#include <string>
#include <string_view>

#include "oracle/test/interval.hpp"
#include "oracle/truth.hpp"

namespace truenorm::twin {

enum class Finding {
  right,
  open,  ///< some numbers of the interval bear the claim out and others do not
  wrong_finiteness,
  wrong_binade,  ///< the ulp is that of another binade
  wrong_overflow,
  wrong_rounding,
  wrong_sign_of_zero,
  wrong_tail,
};

[[nodiscard]] std::string_view name(Finding finding);
[[nodiscard]] inline bool is_wrong(Finding finding) { return finding > Finding::open; }

/// Compares claims with intervals, without allocating.
class ClaimCheck {
 public:
  ClaimCheck();
  ~ClaimCheck();
  ClaimCheck(const ClaimCheck&) = delete;
  ClaimCheck& operator=(const ClaimCheck&) = delete;

  /// What must be so of every number y of the interval (SPEC 7): the claim's rounded
  /// value is RN(y), its ulp that of y, and its tail right to 2^-20 ulp.
  [[nodiscard]] Finding check(const Truth& truth, const Format& format,
                              const Interval& y);

 private:
  struct Distance {
    double ulps = 0;
    int half_order = 0;  ///< -1, 0, 1: less than half an ulp, just that, more
  };

  [[nodiscard]] Distance distance(mpfr_srcptr end, int ulp_exponent);
  void set_base(const Truth& truth, const Format& format, int sign);

  mpfr_t base_;
  mpfr_t distance_;
};

/// Takes the interval's number for the value of the format, or the midpoint between two,
/// that it holds: at a precision at which any other number should have left it.
///
/// result   false if it holds none, or is not that narrow
[[nodiscard]] bool narrow_to_boundary(const Format& format, Interval& y);

/// Whether the interval is so narrow that what is open in it is most likely a number on
/// a boundary, which no other precision settles.
[[nodiscard]] bool is_likely_on_boundary(const Format& format, const Interval& y);

/// The rounding and the tail of the interval's lower end, for a message.
[[nodiscard]] std::string expected_text(const Format& format, const Interval& y);

/// A truth as expected_text writes it.
[[nodiscard]] std::string claimed_text(const Truth& truth);

}  // namespace truenorm::twin
