// SPDX-License-Identifier: Apache-2.0
// Asks each library for its version, at run time where it can tell.
#include "oracle/bench/versions.hpp"

#include <gmp.h>
#include <mpfr.h>
#include <oneapi/tbb/version.h>

#include <boost/version.hpp>
#ifdef TRUENORM_BENCH_ARB
#include <arb.h>
#endif

namespace truenorm::bench {

std::map<std::string, std::string> versions() {
#ifdef __clang__
  const std::string compiler = __VERSION__;
#else
  const std::string compiler = std::string("GCC ") + __VERSION__;
#endif
  return {
#ifdef TRUENORM_BENCH_ARB
      {"Arb", arb_version},
#endif
      {"Boost", std::to_string(BOOST_VERSION / 100000) + "." +
                    std::to_string(BOOST_VERSION / 100 % 1000)},
      {"GMP", gmp_version},
      {"MPFR", mpfr_get_version()},
      {"compiler", compiler},
      {"oneTBB", TBB_runtime_version()},
  };
}

}  // namespace truenorm::bench
