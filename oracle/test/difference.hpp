// SPDX-License-Identifier: Apache-2.0
// Derivatives without SPEC 4: central differences of the formula of SPEC 2 in 400 bits.
#pragma once

#include <boost/multiprecision/mpfr.hpp>
#include <map>
#include <string>
#include <vector>

#include "oracle/question.hpp"
#include "oracle/test/placement.hpp"

namespace truenorm::twin {

/// values   120 decimal digits are 400 bits
using Real =
    boost::multiprecision::number<boost::multiprecision::mpfr_float_backend<120>,
                                  boost::multiprecision::et_off>;
using Reals = std::vector<Real>;

/// One tensor for each of some of the differentiable inputs.
using Point = std::map<std::string, Reals, std::less<>>;

/// 2^exponent.
[[nodiscard]] Real two_to(int exponent);

/// A derivative by differences, and the size that it naturally has.
struct Difference {
  Real value = 0;
  Real magnitude = 0;

  /// How far the value may be off.
  [[nodiscard]] Real tolerance() const { return two_to(-130) * magnitude; }
};

/// y as a function of the differentiable inputs, around the inputs of a question.
///
/// values   the inputs are finite, and nothing is rounded on the way
class ForwardMap {
 public:
  explicit ForwardMap(const Question& question);

  /// Whether y is analytic here, no floor and no clamp is near, and the bounds hold on
  /// which the tolerance rests.
  [[nodiscard]] bool is_smooth() const;

  [[nodiscard]] const Point& point() const { return point_; }

  /// The derivative of every element of y along a direction.
  ///
  /// values   the map is smooth; inputs that the direction does not have stay as they are
  [[nodiscard]] std::vector<Difference> along(const Point& direction) const;

 private:
  struct Group {
    std::vector<std::size_t> members;
    Real mean = 0;
    Real spread = 0;    ///< q+
    Real scale = 1;     ///< s
    Real argument = 1;  ///< what the root is taken of; s^2 where it is not taken of q
    Real divisor = 1;   ///< m of SPEC 4
  };

  void normalize(Group& group, std::size_t at, const Point& point) const;
  [[nodiscard]] std::vector<Group> groups_at(const Point& point) const;
  [[nodiscard]] bool is_smooth(const Group& group, std::size_t at) const;
  [[nodiscard]] bool is_clamped() const;
  [[nodiscard]] Real gamma(const Point& point, std::size_t i) const;
  [[nodiscard]] Reals evaluate(const Point& point) const;
  [[nodiscard]] Real radius_along(const Point& direction) const;
  [[nodiscard]] Real bound(std::size_t i, const Point& direction,
                           const Real& radius) const;

  const Question& question_;
  std::vector<Place> places_;
  Real eps_;
  Point point_;
  std::vector<Group> groups_;
};

}  // namespace truenorm::twin
