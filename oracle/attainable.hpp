// SPDX-License-Identifier: Apache-2.0
// What error is attainable for a given input: S of SPEC 8.
#pragma once

#include <cstddef>
#include <functional>

#include "oracle/exact_group.hpp"
#include "oracle/refine.hpp"

namespace truenorm {

/// The first-order effect of relative perturbations of the inputs and stages, per unit
/// roundoff.
struct Sensitivity {
  long double sum = 0;     ///< S
  bool is_capped = false;  ///< a cap of S acts: the element demands no correct digit

  friend Sensitivity operator*(const Sensitivity& s, long double factor) {
    return {s.sum * factor, s.is_capped};
  }
  friend Sensitivity operator+(const Sensitivity& s, long double term) {
    return {s.sum + term, s.is_capped};
  }
};

/// S for the values of one group whose mean and spread are numbers.
///
/// values   long double, for its exponents: sums and products of binary64 numbers and
///          their reciprocals neither overflow nor underflow in it. Where the scale is 0
///          or undefined only mean() and variance() mean anything
/// source   SPEC 8. For eps_mode outside kappa is (sqrt(q) + |eps|)/|s|, the condition of
///          that sum; for the floors, which add nothing, it is 1. V/(q + eps) is V/s^2
class Attainable {
 public:
  /// values   `group` must outlive this
  Attainable(const ExactGroup& group, Settler& settler, long double unit_roundoff);

  /// X_i, the error of x-hat.
  [[nodiscard]] Sensitivity normalized_error(std::size_t i) const;
  [[nodiscard]] Sensitivity y(std::size_t i, long double gamma, long double beta) const;
  [[nodiscard]] Sensitivity mean() const;
  [[nodiscard]] Sensitivity variance() const;
  [[nodiscard]] Sensitivity rstd() const;
  [[nodiscard]] Sensitivity norm() const;
  [[nodiscard]] Sensitivity scale(long double gamma) const;
  [[nodiscard]] Sensitivity offset(long double gamma, long double beta) const;
  /// What an element adds to S of dvariance, for |w| = 1.
  [[nodiscard]] Sensitivity dvariance(std::size_t i) const;

  /// (x - mean)/s
  [[nodiscard]] long double normalized(std::size_t i) const;
  /// r = 1/|s|
  [[nodiscard]] long double reciprocal() const { return r_; }
  [[nodiscard]] long double kappa() const { return kappa_; }
  [[nodiscard]] long double rho() const { return rho_; }
  [[nodiscard]] long double unit_roundoff() const { return unit_roundoff_; }
  [[nodiscard]] const ExactGroup& group() const { return group_; }

  /// max(<|x|>, |mean|)/|s|
  [[nodiscard]] long double conditioning() const;
  /// Whether q + eps or the sum of squares leaves the range of the compute format.
  [[nodiscard]] bool leaves_range(const Format& compute) const;

 private:
  void take_statistics(Settler& settler);
  [[nodiscard]] long double condition_of_scale() const;
  [[nodiscard]] long double magnitude(std::size_t i) const;
  [[nodiscard]] long double centered(std::size_t i) const;

  const ExactGroup& group_;
  long double unit_roundoff_;
  // The mean in two parts, so that nothing of a small difference is lost to a large one.
  double mean_high_ = 0;
  long double mean_low_ = 0;
  long double spread_ = 0;           ///< q
  long double spread_plus_eps_ = 0;  ///< q + eps, however nearly they cancel
  long double scale_ = 0;            ///< s; 0 where it is not regular
  long double r_ = 0;
  long double largest_x_ = 0;
  long double mean_of_x_ = 0;   ///< <|x|>
  long double uncentred_ = 1;   ///< f = 1 - 1/n; 1 without a mean
  long double mean_error_ = 0;  ///< M = 3f<|x|>; 0 without a mean
  long double kappa_ = 1;
  long double rho_ = 0;
  bool rho_is_capped_ = false;
  long double variance_error_ = 0;  ///< V
  long double sum_of_squares_ = 0;  ///< of x
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
