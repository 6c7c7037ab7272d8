// SPDX-License-Identifier: Apache-2.0
// The interval level (SPEC 7): sums of surds enclosed by MPFR with directed rounding.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "oracle/surd_sums.hpp"
#include "oracle/surd_terms.hpp"
#include "oracle/truth.hpp"

namespace truenorm {

/// Settles reals that are given as sums of surds, at a precision that doubles from 128
/// bits until it suffices.
///
/// values   What no enclosure can settle, equality with a value of the format or a
///          midpoint, is decided; so every rounding is, and a precision limit is needed
///          nowhere. Terms may not ask the settler that asks them
/// throws   OracleFault if they do
class Settler {
 public:
  static constexpr long first_bits = 128;

  /// The sum, rounded to the format.
  [[nodiscard]] Truth settle(const SurdTerms& terms, const Format& format);
  [[nodiscard]] Truth settle(std::span<const Surd> terms, const Format& format);
  /// The sum to 30 significant digits, nearest; 0 is "0".
  [[nodiscard]] std::string decimal(const SurdTerms& terms);
  [[nodiscard]] std::string decimal(std::span<const Surd> terms);
  /// The sum to about 60 bits.
  [[nodiscard]] long double approximate(const SurdTerms& terms);
  [[nodiscard]] long double approximate(std::span<const Surd> terms);

 private:
  const Interval& enclose(const SurdTerms& terms, std::size_t doublings);

  std::vector<std::unique_ptr<SurdSums>> sums_;  ///< of one sum, at each precision
  bool is_asking_ = false;
};

}  // namespace truenorm
