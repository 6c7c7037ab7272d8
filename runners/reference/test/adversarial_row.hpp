// SPDX-License-Identifier: Apache-2.0
// Rows that make float algorithms lose digits, drawn at random.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <random>

#include "runners/reference/test/excess.hpp"

namespace truenorm::reference {

/// Draws groups of every kind that is known to hurt: offsets, equal and nearly equal
/// elements, spikes, elements of all magnitudes, the ends of the range.
template <typename T>
class AdversarialRows {
 public:
  explicit AdversarialRows(std::uint64_t seed) : engine_(seed) {}

  [[nodiscard]] GroupCase<T> draw(std::size_t largest_size) {
    GroupCase<T> c;
    c.x.resize(1 + below(largest_size));
    fill(c.x);
    c.location = below(3) == 0 ? Location::none : Location::mean;
    constexpr EpsMode modes[] = {EpsMode::inside, EpsMode::inside, EpsMode::outside,
                                 EpsMode::floor, EpsMode::floor_inside};
    c.eps_mode = modes[below(5)];
    c.eps = eps_for(c.x);
    if (below(2) == 0) c.gamma = parameters(c.x.size());
    if (below(2) == 0) c.beta = parameters(c.x.size());
    return c;
  }

  [[nodiscard]] std::size_t below(std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(engine_);
  }

 private:
  using Limits = std::numeric_limits<T>;

  [[nodiscard]] double uniform(double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(engine_);
  }
  [[nodiscard]] double normal() { return std::normal_distribution<double>()(engine_); }

  /// A finite T of any magnitude.
  [[nodiscard]] T any_magnitude() {
    const int low = Limits::min_exponent - Limits::digits;
    const int exponent =
        low + static_cast<int>(
                  below(static_cast<std::size_t>(Limits::max_exponent - low + 1)));
    const T value = std::ldexp(static_cast<T>(uniform(0.5, 1)), exponent);
    return std::isinf(value) ? Limits::max() : (below(2) == 0 ? value : -value);
  }

  void fill(std::vector<T>& x) {
    const T base = below(2) == 0 ? any_magnitude() : static_cast<T>(normal() * 1000);
    const double offset_sigmas = std::pow(10.0, uniform(0, 9));
    const int kind = static_cast<int>(below(7));
    for (T& element : x) {
      switch (kind) {
        case 0:
          element = static_cast<T>(normal());
          break;
        case 1:
          element = static_cast<T>(offset_sigmas + normal());
          break;
        case 2:
          element = base;
          break;
        case 3:
          element = few_ulps_from(base);
          break;
        case 4:
          element = any_magnitude();
          break;
        case 5:
          element = below(2) == 0 ? base : -base;
          break;
        default:
          element = static_cast<T>(static_cast<double>(below(5)) - 2);
      }
    }
    if (below(3) == 0) x[below(x.size())] = any_magnitude();
    if (below(4) == 0) x[below(x.size())] = few_ulps_from(x[0]);
    if (below(4) == 0) scale_to_an_end(x);
  }

  [[nodiscard]] T few_ulps_from(T value) {
    for (std::size_t step = below(4); step > 0; --step) {
      const T next = std::nextafter(value, below(2) == 0 ? Limits::max() : T(0));
      value = std::isfinite(next) ? next : value;
    }
    return value;
  }

  /// Moves the whole row to the top or the bottom of the range.
  void scale_to_an_end(std::vector<T>& x) {
    T largest = 0;
    for (const T element : x) largest = std::max(largest, std::abs(element));
    if (largest == 0) return;
    const int top = Limits::max_exponent - 1 - std::ilogb(largest);
    const int bottom = Limits::min_exponent - 2 - std::ilogb(largest);
    const int shift = below(2) == 0 ? top : bottom;
    for (T& element : x) element = std::ldexp(element, shift);
  }

  [[nodiscard]] double eps_for(const std::vector<T>& x) {
    constexpr double usual[] = {0,    1e-300, 1e-45, 1e-12, 1e-8,
                                1e-6, 1e-5,   1e-3,  1,     1e30};
    if (below(3) != 0) return usual[below(std::size(usual))];
    // As large as the spread may be.
    const auto element = static_cast<double>(x[below(x.size())]);
    const double eps = element * element * uniform(0, 2);
    return std::isfinite(eps) ? eps : 1;
  }

  [[nodiscard]] std::vector<T> parameters(std::size_t size) {
    const int kind = static_cast<int>(below(4));
    std::vector<T> values(size);
    for (T& value : values) {
      value = kind == 0   ? any_magnitude()
              : kind == 1 ? static_cast<T>(normal())
              : kind == 2 ? static_cast<T>(below(3)) * T(1e8)
                          : T(-1);
    }
    return values;
  }

  std::mt19937_64 engine_;
};

}  // namespace truenorm::reference
