// SPDX-License-Identifier: Apache-2.0
// Random draws, the same on every machine, and tensors from named classes of trouble.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <random>

#include "oracle/tensor.hpp"

namespace truenorm::twin {

enum class Content {
  finite,   ///< every input is a finite number
  special,  ///< NaN and infinities may stand among the inputs
};

/// Draws without the standard library's distributions, which differ between machines.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t bits() { return engine_(); }
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(bits() %
                                           static_cast<std::uint64_t>(high - low + 1));
  }
  bool one_in(std::int64_t count) { return between(1, count) == 1; }
  /// Uniform on [0, 1).
  double unit() { return std::ldexp(static_cast<double>(bits() >> 11), -53); }
  /// Near normal, as a sum of uniform numbers.
  double normal() {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += unit();
    return sum;
  }
  double sign() { return one_in(2) ? -1.0 : 1.0; }
  template <typename T, std::size_t count>
  const T& among(const std::array<T, count>& choices) {
    return choices[static_cast<std::size_t>(between(0, count - 1))];
  }

 private:
  std::mt19937_64 engine_;
};

/// A tensor of one class of values, or of one for each slice along some axis.
[[nodiscard]] Tensor random_tensor(Dice& dice, const Format& format, const Shape& shape,
                                   Content content);

}  // namespace truenorm::twin
