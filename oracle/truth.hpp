// SPDX-License-Identifier: Apache-2.0
// The truth of one output element, settled against an output format.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "oracle/question.hpp"

namespace truenorm {

/// Which level of SPEC 7 settled an element; special: the truth is not finite.
enum class Level { filter, refine, decide, special };

[[nodiscard]] std::string_view name(Level level);

/// Which levels may settle an element.
enum class Levels {
  all,    ///< the filter first: its answers are proven, and a thousand times faster
  exact,  ///< refine and decide alone, to hold the filter against
};

/// Why a truth is what it is, as far as SPEC 6 treats elements differently.
enum class Origin {
  regular,     ///< finite inputs and s > 0 or s < 0: the truth is a finite real
  degenerate,  ///< a non-finite input, or s = 0
  undefined,   ///< finite inputs, but the root of a negative number
};

/// A real, rounded to a format, and what the rounding left out.
///
/// values   y = rounded + tail_ulps * 2^ulp_exponent, the tail known to 2^-21 ulp.
///          Where RN overflows, y = +-overflow_threshold + tail_ulps * 2^ulp_exponent and
///          the tail is relatively precise
struct Truth {
  double rounded = 0;  ///< RN_F(y); or the NaN, Inf that y is
  bool overflows =
      false;              ///< y is finite and RN_F(y) is not; it has y's sign, also NaN
  double tail_ulps = 0;   ///< 0 where the truth is not finite
  int ulp_exponent = 0;   ///< ulp_F(y) = 2^ulp_exponent
  bool is_finite = true;  ///< of y itself, before rounding
  Origin origin = Origin::regular;
  Level level = Level::refine;
};

/// The truth of every element of an output, row-major, settled in `format`.
[[nodiscard]] std::vector<Truth> truth(const Question& question,
                                       std::string_view output, const Format& format,
                                       Levels levels = Levels::all);

/// Every true element of an output to 30 significant digits, row-major.
[[nodiscard]] std::vector<std::string> truth_texts(const Question& question,
                                                   std::string_view output);

/// The true element to 30 significant digits: "0", "nan", "inf" and "-inf" for those.
[[nodiscard]] std::string truth_text(const Question& question, std::string_view output,
                                     std::int64_t index);

}  // namespace truenorm
