// SPDX-License-Identifier: Apache-2.0
// Exact sums of doubles, and of products of up to three: integers, a bin an exponent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <span>
#include <vector>

#include "oracle/rational.hpp"

namespace truenorm {

/// What magnitudes some doubles have, and with that between which exponents they lie.
///
/// values   magnitudes as bits, which are ordered as the numbers are
class MagnitudeRange {
 public:
  void add(std::span<const double> values);

  /// False if a number is NaN or infinite.
  [[nodiscard]] bool is_finite() const;
  /// The largest magnitude; 0 of none.
  [[nodiscard]] double largest() const;
  /// The biased exponents of numbers other than 0; both the smallest one if there is none.
  [[nodiscard]] int lowest_exponent() const;
  [[nodiscard]] int highest_exponent() const;

 private:
  /// Less 1, so that a zero comes after all others.
  std::uint64_t least_before_ = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t most_ = 0;
};

/// The sum of products of one number each out of up to three ranges.
///
/// values   all finite, at most 2^20 at a time; takes 32 bytes for each exponent that a
///          product may have
class ExactSum {
 public:
  explicit ExactSum(std::initializer_list<MagnitudeRange> factors);

  void add(std::span<const double> values);
  void add_magnitudes(std::span<const double> values);
  /// Adds products of numbers at the same places.
  void add(std::span<const double> a, std::span<const double> b);
  void add(std::span<const double> a, std::span<const double> b,
           std::span<const double> c);

  [[nodiscard]] Rational total();

 private:
  __extension__ using Wide = __int128;
  /// low + high 2^53, in units of a product's last bit. Products of 53 bits each leave
  /// room for `most_added` of them.
  struct Bin {
    Wide low = 0;
    Wide high = 0;
  };
  static constexpr std::size_t most_added = std::size_t{1} << 20;

  void add_to_limbs(Wide value, std::size_t shift);
  void make_room(std::size_t count);
  void collect();

  std::size_t factors_;
  int lowest_;  ///< sum of biased exponents that the first bin has
  std::size_t added_ = 0;
  std::vector<Bin> bins_;
  /// What left the bins, a number in two's complement, lowest limb first.
  std::vector<std::uint64_t> limbs_;
};

}  // namespace truenorm
