// SPDX-License-Identifier: Apache-2.0
// Random integers that are the same on every machine (ARCHITECTURE 3).
#pragma once

#include <cstdint>
#include <string_view>

#include "oracle/format.hpp"

namespace truenorm {

/// The z(k) of one input of a case: z(k) = mix64(key + (k + 1) * 0x9E3779B97F4A7C15),
/// key = mix64(seed XOR fnv1a64(input name)).
///
/// source   mix64: Steele, Lea, Flood 2014, doi:10.1145/2660193.2660195, as in
///          java.util.SplittableRandom; FNV-1a with its 64-bit prime and offset basis
class RandomSequence {
 public:
  RandomSequence(std::uint64_t seed, std::string_view input_name);

  [[nodiscard]] std::uint64_t operator()(std::uint64_t k) const;

 private:
  std::uint64_t key_;
};

/// z(i) >> 11, uniform over [0, 2^53).
[[nodiscard]] std::int64_t uniform_integer(const RandomSequence& z, std::uint64_t i);

/// The sum of the twelve 32-bit halves of z(6i) to z(6i + 5), less 6 * 2^32.
[[nodiscard]] std::int64_t normal_integer(const RandomSequence& z, std::uint64_t i);

/// sign * (1 + fraction / 2^52) * 2^exponent
struct LogUniform {
  bool is_negative;        ///< the top bit of z(2i)
  std::uint64_t fraction;  ///< the low 52 bits of z(2i)
  std::int64_t exponent;   ///< low + floor(z(2i + 1) * (high - low + 1) / 2^64)
};

/// values   low <= high
[[nodiscard]] LogUniform log_uniform(const RandomSequence& z, std::uint64_t i,
                                     std::int64_t low, std::int64_t high);

/// Pattern number floor(z(i) * F / 2^64) of the F finite patterns, the positive ones in
/// order first, then the negative ones.
[[nodiscard]] std::uint64_t finite_pattern(const RandomSequence& z, std::uint64_t i,
                                           const Format& format);

/// The top bits of z(i), as many as the format has: any pattern, NaN and Inf included.
[[nodiscard]] std::uint64_t any_pattern(const RandomSequence& z, std::uint64_t i,
                                        const Format& format);

}  // namespace truenorm
