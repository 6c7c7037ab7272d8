// SPDX-License-Identifier: Apache-2.0
// Interval arithmetic on MPFR: lower ends round down, upper ends round up.
#pragma once

#include <memory>
#include <optional>

#include "oracle/rational.hpp"
#include "oracle/truth.hpp"

namespace truenorm {

/// What an enclosure says of the rounding of a real.
struct Placement {
  /// Set if the enclosure settles it.
  std::optional<Truth> truth;
  /// Whether just one value or midpoint is in doubt: the real may equal it.
  bool meets_boundary = false;
};

/// A closed interval [low, high]; 0 at first. No value leaves MPFR's default exponent
/// range, which has room for products of far more doubles and reciprocals than a formula
/// has.
class Interval {
 public:
  explicit Interval(long precision_bits);
  ~Interval();
  Interval(Interval&&) noexcept;
  Interval& operator=(Interval&&) noexcept;

  /// The narrowest interval that holds the number.
  void set(const Rational& value);
  void set(double value);
  /// The root, for 0 <= low.
  void take_root();
  void add(const Interval& term);
  /// Takes an interval away.
  void subtract(const Interval& term);
  void multiply(double factor);
  /// The product of an interval and one that is not negative.
  void set_product(const Interval& factor, const Interval& positive);

  [[nodiscard]] Rational low() const;
  [[nodiscard]] Rational high() const;
  /// A number of it to about 60 bits; none if it is too wide for that.
  [[nodiscard]] std::optional<long double> approximate() const;
  /// Where it lies among the values of a format and the midpoints between them.
  [[nodiscard]] Placement place(const Format& format) const;

 private:
  struct Ends;

  std::unique_ptr<Ends> ends_;
};

}  // namespace truenorm
