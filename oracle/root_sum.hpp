// SPDX-License-Identifier: Apache-2.0
// Sums of square roots with rational factors: reals from any number of fields, exactly.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "oracle/evaluation.hpp"
#include "oracle/refine.hpp"
#include "oracle/surd.hpp"

namespace truenorm {

/// a + b_1 sqrt(d_1) + ... + b_k sqrt(d_k); or NaN, or an infinity, which absorb.
///
/// values   Unlike a Surd's, sums and products may leave a field, so the two sides of
///          an equality can be brought together whatever they were made of
class RootSum {
 public:
  RootSum() = default;  ///< 0
  // NOLINTNEXTLINE(google-explicit-constructor): a number is one of these
  RootSum(const Rational& number) : rational_(number) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  RootSum(const Surd& number);
  explicit RootSum(const ElementValue& value);
  /// An element of a tensor.
  explicit RootSum(double value);

  [[nodiscard]] bool is_finite() const { return special_ == 0; }
  [[nodiscard]] double special() const { return special_; }

  RootSum& operator+=(const RootSum& term);
  friend RootSum operator+(RootSum left, const RootSum& right) { return left += right; }
  friend RootSum operator-(const RootSum& value);
  friend RootSum operator-(const RootSum& left, const RootSum& right) {
    return left + -right;
  }
  friend RootSum operator*(const RootSum& left, const RootSum& right);

  /// The rational that the number is, if it is one.
  [[nodiscard]] std::optional<Rational> rational() const;
  /// -1, 0 or 1 of a number.
  ///
  /// values   decided: 0 by rational(), else by an enclosure, which shows the sign of a
  ///          number that is not 0
  [[nodiscard]] int sign(Settler& settler) const;
  /// The number to about 60 bits.
  [[nodiscard]] long double approximate(Settler& settler) const;
  /// To 30 significant digits, or nan, inf, -inf.
  [[nodiscard]] std::string text(Settler& settler) const;

 private:
  struct Root {
    Rational factor;
    Rational radicand;
  };

  void add_root(const Rational& factor, const Rational& radicand);
  [[nodiscard]] std::vector<Surd> terms() const;

  Rational rational_;
  std::vector<Root> roots_;  ///< radicands differ and are no squares
  double special_ = 0;
};

/// Whether both are the same number, or the same special value.
[[nodiscard]] bool is_equal(const RootSum& left, const RootSum& right);

}  // namespace truenorm
