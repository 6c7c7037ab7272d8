// SPDX-License-Identifier: Apache-2.0
// One number for a sequence of results, the same for the same bits.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "oracle/filter/kernels.hpp"

namespace truenorm::twin {

/// FNV-1a, a 64-bit word at a time, with the high bits brought down.
class Digest {
 public:
  void add(std::uint64_t bits) {
    state_ = (state_ ^ bits) * 0x100000001b3;
    state_ ^= state_ >> 29;
  }
  void add(double value) {
    // Which NaN an operation makes is the machine's choice.
    add(std::isnan(value) ? ~std::uint64_t{0} : std::bit_cast<std::uint64_t>(value));
  }
  void add(bool value) { add(std::uint64_t{value}); }
  void add(const filter::Word& word) {
    add(word.hi);
    add(word.lo);
  }
  void add(const filter::Bounded& number) {
    add(number.value);
    add(number.error);
  }
  void add(const filter::LongSum& sum) {
    add(sum.sum);
    add(sum.magnitudes);
    add(sum.chunks);
  }
  void add(const double* values, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) add(values[i]);
  }
  void add(const std::vector<double>& values, std::size_t count) {
    add(values.data(), count);
  }
  [[nodiscard]] std::uint64_t value() const { return state_; }

 private:
  std::uint64_t state_ = 0xcbf29ce484222325;
};

}  // namespace truenorm::twin
