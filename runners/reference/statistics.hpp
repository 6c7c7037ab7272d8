// SPDX-License-Identifier: Apache-2.0
// The four ways of computing a group's mean and spread that textbooks know.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <span>
#include <vector>

#include "runners/reference/wide.hpp"

namespace truenorm::reference {

enum class Location { mean, none };

/// p of a sum of |x|^p; of infinity it is the largest |x|.
enum class Power { one, two, infinity };

/// The spread is the variance about the mean, or without a mean the mean square.
template <typename Number>
struct Statistics {
  Number mean{};
  Number mean_tail{};  ///< what the rounded mean left out, as far as it is known
  Number spread{};
};

/// term(0) + ... + term(n - 1), halving: an element takes part in log2(n) additions.
///
/// source   Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., 4.1
template <typename Number, typename Term>
[[nodiscard]] Number pairwise_sum(std::size_t n, const Term& term,
                                  std::size_t begin = 0) {
  if (n == 0) return Number();
  if (n == 1) return term(begin);
  const std::size_t left = n / 2;
  const Number sum = pairwise_sum<Number>(left, term, begin);
  return sum + pairwise_sum<Number>(n - left, term, begin + left);
}

template <typename Number, typename Term>
[[nodiscard]] Number running_sum(std::size_t n, const Term& term) {
  Number sum{};
  for (std::size_t i = 0; i < n; ++i) sum = sum + term(i);
  return sum;
}

/// The largest |x_i|; 0 of nothing, NaN if there is one.
template <std::floating_point T>
[[nodiscard]] T largest_magnitude(std::span<const T> x) {
  T largest = 0;
  for (const T a : x) largest = maximum(largest, std::abs(a));
  return largest;
}

template <std::floating_point T>
[[nodiscard]] T squared(T a) {
  return a * a;
}

/// Two passes over the group, pairwise sums, and the mean corrected by the mean of what it
/// leaves over; the group is scaled, so that no square leaves the range.
template <std::floating_point T>
struct TwoPass {
  using Float = T;
  using Number = Wide<T>;

  [[nodiscard]] static Statistics<Number> statistics(std::span<const T> x,
                                                     Location location) {
    const std::size_t n = x.size();
    const bool is_finite =
        std::all_of(x.begin(), x.end(), [](T a) { return std::isfinite(a); });
    if (n == 0 || !is_finite) return of_special(x, location);

    const int exponent = exponent_of_largest(x);
    std::vector<T> scaled(x.begin(), x.end());
    for (T& a : scaled) a = std::ldexp(a, -exponent);

    if (location == Location::none) {
      const T sum =
          pairwise_sum<T>(n, [&](std::size_t i) { return squared(scaled[i]); });
      return {Number(), Number(), Number(sum / static_cast<T>(n), 2L * exponent)};
    }
    const auto mean_beyond = [&](T origin) {
      const T sum =
          pairwise_sum<T>(n, [&](std::size_t i) { return scaled[i] - origin; });
      return sum / static_cast<T>(n);
    };
    const T mean = mean_beyond(0);
    // Equal elements leave the same few ulps each: their sum is exact, and so is the tail.
    const T tail = mean_beyond(mean);
    const T sum = pairwise_sum<T>(
        n, [&](std::size_t i) { return squared((scaled[i] - mean) - tail); });
    return {Number(mean, exponent), Number(tail, exponent),
            Number(sum / static_cast<T>(n), 2L * exponent)};
  }

  [[nodiscard]] static Number sum_of_powers(std::span<const T> x, Power power) {
    const T largest = largest_magnitude(x);
    if (power == Power::infinity || !std::isfinite(largest)) return Number(largest);
    const int exponent = exponent_of_largest(x);
    const T sum = pairwise_sum<T>(x.size(), [&](std::size_t i) {
      const T scaled = std::ldexp(std::abs(x[i]), -exponent);
      return power == Power::two ? squared(scaled) : scaled;
    });
    return Number(sum, power == Power::two ? 2L * exponent : exponent);
  }

  template <typename Value, typename Term>
  [[nodiscard]] static Value sum(std::size_t n, const Term& term) {
    return pairwise_sum<Value>(n, term);
  }

 private:
  /// e with 2^(e - 1) <= max |x_i| < 2^e; 0 where all are 0.
  [[nodiscard]] static int exponent_of_largest(std::span<const T> x) {
    int exponent = 0;
    (void)std::frexp(largest_magnitude(x), &exponent);
    return exponent;
  }

  /// An empty group divides 0 by 0; in another the infinities and NaNs decide alone, and
  /// the finite elements must not overflow beside them.
  [[nodiscard]] static Statistics<Number> of_special(std::span<const T> x,
                                                     Location location) {
    const bool has_mean = location == Location::mean;
    T sum = 0;
    for (const T a : x) {
      if (!std::isfinite(a)) sum += has_mean ? a : squared(a);
    }
    const T mean = sum / static_cast<T>(x.size());
    if (!has_mean) return {Number(), Number(), Number(mean)};
    return {Number(mean), Number(), Number(mean - mean)};
  }
};

/// Running sums, which all plain textbooks have.
template <std::floating_point T>
struct RunningSums {
  [[nodiscard]] static T sum_of_powers(std::span<const T> x, Power power) {
    if (power == Power::infinity) return largest_magnitude(x);
    return running_sum<T>(x.size(), [&](std::size_t i) {
      return power == Power::two ? squared(x[i]) : std::abs(x[i]);
    });
  }

  template <typename Value, typename Term>
  [[nodiscard]] static Value sum(std::size_t n, const Term& term) {
    return running_sum<Value>(n, term);
  }
};

/// Two passes over the group, each a running sum.
template <std::floating_point T>
struct Sequential : RunningSums<T> {
  using Float = T;
  using Number = T;

  [[nodiscard]] static Statistics<Number> statistics(std::span<const T> x,
                                                     Location location) {
    const auto n = static_cast<T>(x.size());
    T mean = 0;
    if (location == Location::mean) {
      mean = running_sum<T>(x.size(), [&](std::size_t i) { return x[i]; }) / n;
    }
    const T sum =
        running_sum<T>(x.size(), [&](std::size_t i) { return squared(x[i] - mean); });
    return {mean, 0, sum / n};
  }
};

/// One pass that sums x and its squares: E[x^2] - E[x]^2, which cancels.
template <std::floating_point T>
struct SinglePass : RunningSums<T> {
  using Float = T;
  using Number = T;

  [[nodiscard]] static Statistics<Number> statistics(std::span<const T> x,
                                                     Location location) {
    T sum = 0;
    T sum_squares = 0;
    for (const T a : x) {
      sum += a;
      sum_squares += squared(a);
    }
    const auto n = static_cast<T>(x.size());
    const T mean_square = sum_squares / n;
    if (location == Location::none) return {0, 0, mean_square};
    const T mean = sum / n;
    return {mean, 0, mean_square - squared(mean)};
  }
};

/// One pass that updates the mean and the sum of squares about it.
///
/// source   Welford 1962, Note on a method for calculating corrected sums of squares and
///          products, Technometrics 4(3)
template <std::floating_point T>
struct Welford : RunningSums<T> {
  using Float = T;
  using Number = T;

  [[nodiscard]] static Statistics<Number> statistics(std::span<const T> x,
                                                     Location location) {
    if (location == Location::none) return {0, 0, running_mean_square(x)};
    T mean = 0;
    T sum_squares = 0;
    T count = 0;
    for (const T a : x) {
      count += 1;
      const T beyond = a - mean;
      mean += beyond / count;
      sum_squares += beyond * (a - mean);
    }
    // An empty group has neither.
    if (x.empty()) mean /= count;
    return {mean, 0, sum_squares / count};
  }

 private:
  [[nodiscard]] static T running_mean_square(std::span<const T> x) {
    T mean = 0;
    T count = 0;
    for (const T a : x) {
      count += 1;
      mean += (squared(a) - mean) / count;
    }
    return x.empty() ? mean / count : mean;
  }
};

}  // namespace truenorm::reference
