// SPDX-License-Identifier: Apache-2.0
// The interval level (SPEC 7): sums of surds enclosed by MPFR with directed rounding.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "oracle/surd.hpp"
#include "oracle/truth.hpp"

namespace truenorm {

/// Settles reals that are given as sums of surds, at a precision that doubles from 128
/// bits until it suffices.
///
/// values   Each term is enclosed with its lower end rounded down and its upper end up,
///          so the enclosure holds the sum and narrows to it. What no enclosure can
///          settle, equality with a value of the format or a midpoint, is decided; so
///          every rounding is, and a precision limit is needed nowhere
class Settler {
 public:
  Settler();
  ~Settler();
  Settler(const Settler&) = delete;
  Settler& operator=(const Settler&) = delete;

  /// The sum, rounded to the format.
  [[nodiscard]] Truth settle(std::span<const Surd> terms, const Format& format);
  /// The sum to 30 significant digits, nearest; 0 is "0".
  [[nodiscard]] std::string decimal(std::span<const Surd> terms);
  /// The sum to about 60 bits.
  [[nodiscard]] long double approximate(std::span<const Surd> terms);

 private:
  struct Enclosures;
  std::unique_ptr<Enclosures> enclosures_;
};

}  // namespace truenorm
