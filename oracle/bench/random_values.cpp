// SPDX-License-Identifier: Apache-2.0
// SplitMix64 as a counter, twelve halves of it a number.
#include "oracle/bench/random_values.hpp"

#include <cmath>

namespace truenorm::bench {
namespace {

std::uint64_t mix64(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

std::uint64_t fnv1a64(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char letter : text) {
    hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3U;
  }
  return hash;
}

}  // namespace

std::vector<double> normal_values(std::string_view name, std::int64_t count,
                                  double mean, double deviation) {
  const std::uint64_t key = mix64(fnv1a64(name));
  std::uint64_t counter = 0;
  std::vector<double> values(static_cast<std::size_t>(count));
  for (double& value : values) {
    std::uint64_t halves = 0;
    for (int i = 0; i < 6; ++i) {
      const std::uint64_t z = mix64(key + ++counter * 0x9e3779b97f4a7c15U);
      halves += (z >> 32) + (z & 0xffffffffU);
    }
    value = mean + deviation * (std::ldexp(static_cast<double>(halves), -32) - 6);
  }
  return values;
}

}  // namespace truenorm::bench
