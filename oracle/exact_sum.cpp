// SPDX-License-Identifier: Apache-2.0
// Significands are added in the bin of their exponent, and bins to one long integer.
#include "oracle/exact_sum.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace truenorm {
namespace {

constexpr int significand_bits = 53;
constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63;
constexpr std::uint64_t hidden_bit = std::uint64_t{1} << 52;
/// A double is its significand times 2 to its biased exponent less this.
constexpr int bias = 1075;

/// Of a subnormal number too, whose field of 0 means the same as 1.
int biased_exponent(std::uint64_t bits) {
  const auto field = static_cast<int>(bits >> 52 & 0x7ff);
  return field + (field == 0 ? 1 : 0);
}

/// value = significand * 2^(exponent - bias)
struct Parts {
  explicit Parts(double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    const std::uint64_t hidden = (bits >> 52 & 0x7ff) != 0 ? hidden_bit : 0;
    const auto size = static_cast<std::int64_t>((bits & (hidden_bit - 1)) | hidden);
    significand = (bits & sign_bit) != 0 ? -size : size;
    exponent = biased_exponent(bits);
  }

  std::int64_t significand;
  int exponent;
};

}  // namespace

void MagnitudeRange::add(std::span<const double> values) {
  for (const double value : values) {
    const std::uint64_t bits = std::bit_cast<std::uint64_t>(value) & ~sign_bit;
    most_ = std::max(most_, bits);
    least_before_ = std::min(least_before_, bits - 1);
  }
}

bool MagnitudeRange::is_finite() const { return std::isfinite(largest()); }

double MagnitudeRange::largest() const { return std::bit_cast<double>(most_); }

int MagnitudeRange::lowest_exponent() const {
  return most_ == 0 ? 1 : biased_exponent(least_before_ + 1);
}

int MagnitudeRange::highest_exponent() const { return biased_exponent(most_); }

ExactSum::ExactSum(std::initializer_list<MagnitudeRange> factors)
    : factors_(factors.size()), lowest_(0) {
  int highest = 0;
  for (const MagnitudeRange& factor : factors) {
    lowest_ += factor.lowest_exponent();
    highest += factor.highest_exponent();
  }
  const auto exponents = static_cast<std::size_t>(highest - lowest_) + 1;
  bins_.resize(exponents);
  // A bin's number, and a limb for what further collections carry.
  limbs_.resize((exponents + significand_bits + 128) / 64 + 2);
}

void ExactSum::make_room(std::size_t count) {
  if (added_ + count > most_added) collect();
  added_ += count;
}

// In each loop a zero, which may have a lower exponent than the first bin, goes there.

void ExactSum::add(std::span<const double> values) {
  make_room(values.size());
  for (const double value : values) {
    const Parts x(value);
    bins_[static_cast<std::size_t>(std::max(x.exponent - lowest_, 0))].low +=
        x.significand;
  }
}

void ExactSum::add_magnitudes(std::span<const double> values) {
  make_room(values.size());
  for (const double value : values) {
    const Parts x(std::fabs(value));
    bins_[static_cast<std::size_t>(std::max(x.exponent - lowest_, 0))].low +=
        x.significand;
  }
}

void ExactSum::add(std::span<const double> a, std::span<const double> b) {
  make_room(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    const Parts x(a[i]);
    const Parts y(b[i]);
    const int exponent = x.exponent + y.exponent;
    bins_[static_cast<std::size_t>(std::max(exponent - lowest_, 0))].low +=
        static_cast<Wide>(x.significand) * y.significand;
  }
}

void ExactSum::add(std::span<const double> a, std::span<const double> b,
                   std::span<const double> c) {
  make_room(a.size());
  constexpr std::uint64_t low_mask = (std::uint64_t{1} << significand_bits) - 1;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const Parts x(a[i]);
    const Parts y(b[i]);
    const Parts z(c[i]);
    const int exponent = x.exponent + y.exponent + z.exponent;
    const Wide product = static_cast<Wide>(x.significand) * y.significand;
    const auto low =
        static_cast<std::int64_t>(static_cast<std::uint64_t>(product) & low_mask);
    const auto high = static_cast<std::int64_t>(product >> significand_bits);
    Bin& bin = bins_[static_cast<std::size_t>(std::max(exponent - lowest_, 0))];
    bin.low += static_cast<Wide>(low) * z.significand;
    bin.high += static_cast<Wide>(high) * z.significand;
  }
}

void ExactSum::add_to_limbs(Wide value, std::size_t shift) {
  if (value == 0) return;
  __extension__ using Size = unsigned __int128;
  const bool is_negative = value < 0;
  const auto bits = static_cast<Size>(value);
  const Size size = is_negative ? -bits : bits;
  const std::size_t places = shift % 64;
  const Size lower = size << places;
  const auto top = static_cast<std::uint64_t>(places == 0 ? 0 : size >> (128 - places));
  const std::uint64_t parts[] = {static_cast<std::uint64_t>(lower),
                                 static_cast<std::uint64_t>(lower >> 64), top};
  std::uint64_t carry = 0;
  std::size_t i = 0;
  for (std::size_t at = shift / 64; at < limbs_.size() && (i < 3 || carry != 0); ++at) {
    const std::uint64_t part = i < 3 ? parts[i] : 0;
    ++i;
    const Size there = limbs_[at];
    const Size sum = is_negative ? there - part - carry : there + part + carry;
    limbs_[at] = static_cast<std::uint64_t>(sum);
    carry = static_cast<std::uint64_t>(sum >> 64) & 1;
  }
}

void ExactSum::collect() {
  for (std::size_t i = 0; i < bins_.size(); ++i) {
    add_to_limbs(bins_[i].low, i);
    add_to_limbs(bins_[i].high, i + significand_bits);
  }
  std::fill(bins_.begin(), bins_.end(), Bin());
  added_ = 0;
}

Rational ExactSum::total() {
  collect();
  std::vector<std::uint64_t> limbs = limbs_;
  const bool is_negative = (limbs.back() & sign_bit) != 0;
  if (is_negative) {
    std::uint64_t carry = 1;
    for (std::uint64_t& limb : limbs) {
      limb = ~limb + carry;
      carry = carry != 0 && limb == 0 ? 1 : 0;
    }
  }
  Rational result;
  mpq_ptr number = result.backend().data();
  mpz_import(mpq_numref(number), limbs.size(), -1, sizeof(std::uint64_t), 0, 0,
             limbs.data());
  if (is_negative) mpz_neg(mpq_numref(number), mpq_numref(number));
  const int unit = lowest_ - bias * static_cast<int>(factors_);
  const auto power = static_cast<mp_bitcnt_t>(std::abs(unit));
  if (unit < 0) {
    mpq_div_2exp(number, number, power);
  } else {
    mpq_mul_2exp(number, number, power);
  }
  return result;
}

}  // namespace truenorm
