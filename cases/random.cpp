// SPDX-License-Identifier: Apache-2.0
// The random integers, in wrapping 64-bit arithmetic.
#include "cases/random.hpp"

namespace truenorm {
namespace {

std::uint64_t mix64(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

std::uint64_t fnv1a64(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  }
  return hash;
}

/// floor(z * count / 2^64)
std::uint64_t scaled(std::uint64_t z, std::uint64_t count) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((Wide{z} * count) >> 64);
}

}  // namespace

RandomSequence::RandomSequence(std::uint64_t seed, std::string_view input_name)
    : key_(mix64(seed ^ fnv1a64(input_name))) {}

std::uint64_t RandomSequence::operator()(std::uint64_t k) const {
  return mix64(key_ + (k + 1) * 0x9E3779B97F4A7C15U);
}

std::int64_t uniform_integer(const RandomSequence& z, std::uint64_t i) {
  return static_cast<std::int64_t>(z(i) >> 11);
}

std::int64_t normal_integer(const RandomSequence& z, std::uint64_t i) {
  std::uint64_t sum = 0;
  for (std::uint64_t k = 6 * i; k < 6 * i + 6; ++k) {
    const std::uint64_t halves = z(k);
    sum += (halves >> 32) + (halves & 0xFFFFFFFFU);
  }
  return static_cast<std::int64_t>(sum) - (std::int64_t{6} << 32);
}

LogUniform log_uniform(const RandomSequence& z, std::uint64_t i, std::int64_t low,
                       std::int64_t high) {
  const std::uint64_t significand = z(2 * i);
  const auto count = static_cast<std::uint64_t>(high - low + 1);
  return {.is_negative = significand >> 63 != 0,
          .fraction = significand & ((std::uint64_t{1} << 52) - 1),
          .exponent = low + static_cast<std::int64_t>(scaled(z(2 * i + 1), count))};
}

std::uint64_t finite_pattern(const RandomSequence& z, std::uint64_t i,
                             const Format& format) {
  const std::uint64_t positive = encode(format, largest_finite(format)) + 1;
  const std::uint64_t number = scaled(z(i), 2 * positive);
  if (number < positive) return number;
  const std::uint64_t sign = std::uint64_t{1} << (format.storage_bits - 1);
  return sign | (number - positive);
}

std::uint64_t any_pattern(const RandomSequence& z, std::uint64_t i,
                          const Format& format) {
  return z(i) >> (64 - format.storage_bits);
}

}  // namespace truenorm
