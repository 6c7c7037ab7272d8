// SPDX-License-Identifier: Apache-2.0
// What error is attainable for a group that is known exactly: S of SPEC 8.
#pragma once

#include <cmath>
#include <cstddef>
#include <functional>

#include "oracle/attainable_group.hpp"
#include "oracle/exact_group.hpp"
#include "oracle/refine.hpp"

namespace truenorm {

/// S for the values of one exact group, whose mean and spread are numbers.
class Attainable {
 public:
  /// values   `group` must outlive this
  Attainable(const ExactGroup& group, Settler& settler, long double unit_roundoff);

  /// X_i, the error of x-hat.
  [[nodiscard]] Sensitivity normalized_error(std::size_t i) const {
    return formulas_.normalized_error(magnitude(i), std::fabs(normalized(i)));
  }
  [[nodiscard]] Sensitivity y(std::size_t i, long double gamma,
                              long double beta) const {
    return formulas_.y(magnitude(i), std::fabs(normalized(i)), gamma, beta);
  }
  /// What an element adds to S of dvariance, for |w| = 1.
  [[nodiscard]] Sensitivity dvariance(std::size_t i) const {
    return formulas_.dvariance(magnitude(i), std::fabs(normalized(i)));
  }
  /// (x - mean)/s
  [[nodiscard]] long double normalized(std::size_t i) const;

  /// What the group has one of.
  [[nodiscard]] const AttainableGroup& formulas() const { return formulas_; }
  [[nodiscard]] const ExactGroup& group() const { return group_; }

 private:
  [[nodiscard]] GroupMeasures measure(Settler& settler);
  [[nodiscard]] long double magnitude(std::size_t i) const;
  [[nodiscard]] long double centered(double value) const;

  const ExactGroup& group_;
  // The mean in two parts, so that nothing of a small difference is lost to a large one.
  double mean_high_ = 0;
  long double mean_low_ = 0;
  long double scale_ = 0;  ///< s; 0 where it is not regular
  AttainableGroup formulas_;
};

/// S for the entries of a JacobianProduct: of dx, or of the tangent of x-hat.
class AttainableProduct {
 public:
  /// values   `attainable` and what `magnitude` reads must outlive this; `magnitude` gives
  ///          each |v|, `projection` is |(1/m) sum of v x-hat|
  AttainableProduct(const Attainable& attainable,
                    std::function<long double(std::size_t)> magnitude,
                    long double projection);

  /// values   `entry` is the product's entry i
  [[nodiscard]] Sensitivity at(std::size_t i, long double entry) const;

 private:
  const Attainable& attainable_;
  std::function<long double(std::size_t)> magnitude_;
  long double projection_;
  long double mean_of_v_ = 0;         ///< <|v|>, 0 without a mean
  long double mean_of_products_ = 0;  ///< (1/m) sum of |v x-hat|
  long double mean_of_errors_ = 0;    ///< (1/m) sum of |v| X
  bool is_capped_ = false;
};

}  // namespace truenorm
