// SPDX-License-Identifier: Apache-2.0
// What truenorm is measured against: values alone, without a score.
#pragma once

#include <span>
#include <string_view>

#include "oracle/bench/problem.hpp"

namespace truenorm::bench {

/// The mean, then the deviations from it, in binary64; rounded to Real at the end.
void two_pass(const Problem<float>& problem, Answer<float>& answer);
void two_pass(const Problem<double>& problem, Answer<double>& answer);

/// Multiprecision, hundreds of times slower: they get a few groups of a row.
struct SlowPeer {
  std::string_view name;
  void (*compute)(const Problem<double>& problem, Answer<double>& answer);
};

void mpfr_256(const Problem<double>& problem, Answer<double>& answer);
void boost_mpfr_256(const Problem<double>& problem, Answer<double>& answer);
/// Balls: an element that they do not settle is left NaN.
void arb_128(const Problem<double>& problem, Answer<double>& answer);

/// Those that this build has.
[[nodiscard]] std::span<const SlowPeer> slow_peers();

}  // namespace truenorm::bench
