// SPDX-License-Identifier: Apache-2.0
// One group, exactly: its statistics as rationals, its values as surds (SPEC 2).
#pragma once

#include <cstddef>
#include <functional>

#include "oracle/canonical.hpp"
#include "oracle/exact.hpp"
#include "oracle/exact_sum.hpp"
#include "oracle/group_values.hpp"

namespace truenorm {

/// The statistics of a group that the inputs give.
struct GivenStatistics {
  double mean = 0;
  double variance = 0;
};

/// A group's location, spread and scale.
///
/// values   Inputs are rationals, so mean and spread are; the scale is one square root
///          and a rational at most, and every value of the group lies in its field. A
///          group without elements has statistics that are NaN
class ExactGroup {
 public:
  /// values   `form` and what x is read from must outlive this
  ExactGroup(const CanonicalForm& form, const GroupValues& x,
             const GivenStatistics& given);

  [[nodiscard]] const CanonicalForm& form() const { return *form_; }
  [[nodiscard]] const GroupValues& x() const { return x_; }

  [[nodiscard]] const Exact& mean() const { return mean_; }
  /// q, clamped if the form says so.
  [[nodiscard]] const Exact& spread() const { return spread_; }
  [[nodiscard]] const Exact& scale() const { return scale_; }
  /// r = 1/s
  [[nodiscard]] const Exact& reciprocal() const { return reciprocal_; }
  /// Whether s is a number other than 0, so that finite inputs give finite values.
  [[nodiscard]] bool is_regular() const {
    return scale_.is_finite() && scale_.sign() != 0;
  }

  /// c = x - mean
  [[nodiscard]] Exact centered(std::size_t i) const;
  /// x-hat = c/s
  [[nodiscard]] Exact normalized(std::size_t i) const;

  /// lambda of SPEC 4: how much of the root's own derivative reaches s.
  ///
  /// values   0 where a floor acts; s/sqrt(q) for eps_mode outside, NaN where q = 0
  [[nodiscard]] Exact root_share() const;
  /// Whether the scale does not depend on a given variance, because the clamp acts.
  [[nodiscard]] bool clamp_acts() const { return clamp_acts_; }

 private:
  [[nodiscard]] Exact mean_of_inputs(const Rational& sum) const;
  [[nodiscard]] Exact spread_of_inputs(const Rational& sum,
                                       const Rational& sum_of_squares) const;
  /// The root of the spread, for eps modes in which epsilon stays outside of it.
  [[nodiscard]] Exact root_of_spread() const;
  [[nodiscard]] Exact scale_of_spread() const;

  const CanonicalForm* form_;
  GroupValues x_;
  MagnitudeRange magnitudes_;  ///< of x, where the statistics come from it
  Exact mean_;
  Exact spread_;
  Exact scale_;
  Exact reciprocal_;
  bool clamp_acts_ = false;
};

/// Of a vector v that has an entry for each element of a group.
struct VectorSums {
  Exact sum;              ///< of v
  Exact sum_of_products;  ///< of v c
};

/// The sums entry by entry, as IEEE has them where something is not finite.
[[nodiscard]] VectorSums vector_sums(const ExactGroup& group,
                                     const std::function<Exact(std::size_t)>& v);

/// J v, for the Jacobian J of x -> x-hat within a group.
///
/// values   J_ij = r (delta_ij - 1/n - lambda x-hat_i x-hat_j / m) is symmetric, so the
///          same product takes w = dy (gamma + gamma_offset) to dx and a tangent of x to
///          that of x-hat. Without a mean the 1/n is missing; with given statistics J is
///          r on its diagonal. NaN where s = 0
/// source   SPEC 4
class JacobianProduct {
 public:
  /// values   `group` and what v reads must outlive this; v gives an entry for each of the
  ///          group's elements. It is asked again for each entry of the product, so that a
  ///          large group needs no list of rationals. `sums` are those of v
  JacobianProduct(const ExactGroup& group, std::function<Exact(std::size_t)> v,
                  const VectorSums& sums);

  [[nodiscard]] Exact at(std::size_t i) const;
  /// (1/m) sum of v x-hat; 0 with given statistics.
  [[nodiscard]] const Exact& projection() const { return projection_; }

 private:
  const ExactGroup* group_;
  std::function<Exact(std::size_t)> v_;
  Exact mean_of_v_;
  Exact projection_;
  Exact shared_projection_;  ///< lambda times the projection
};

}  // namespace truenorm
