// SPDX-License-Identifier: Apache-2.0
// The list of slow peers; Arb is one of them where it was found.
#include "oracle/bench/peers.hpp"

#include <array>

namespace truenorm::bench {

std::span<const SlowPeer> slow_peers() {
  static constexpr std::array peers{
#ifdef TRUENORM_BENCH_ARB
      SlowPeer{"arb", arb_128},
#endif
      SlowPeer{"mpfr", mpfr_256},
      SlowPeer{"boost_mpfr", boost_mpfr_256},
  };
  return peers;
}

}  // namespace truenorm::bench
