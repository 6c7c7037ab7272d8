// SPDX-License-Identifier: Apache-2.0
// The closed form of S for a group, out of sums over its elements (SPEC 8).
#pragma once

#include "oracle/canonical.hpp"

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

/// What S takes of a group: statistics, and sums over its elements.
///
/// values   c = x - mean. Long double, for its exponents: sums and products of binary64
///          numbers and their reciprocals neither overflow nor underflow in it
struct GroupMeasures {
  long double size = 0;     ///< n
  long double divisor = 0;  ///< m
  long double mean = 0;
  long double spread = 0;           ///< q
  long double spread_plus_eps = 0;  ///< q + eps, however nearly they cancel
  long double eps = 0;
  long double scale = 0;  ///< s; 0 where it is not regular
  long double largest_x = 0;
  long double magnitudes = 0;  ///< sum of |x|
  long double squares = 0;     ///< sum of x^2
  long double products = 0;    ///< sum of |c| |x|
  long double deviations = 0;  ///< sum of |c|
};

/// S for the values of one group whose mean and spread are numbers.
///
/// values   Where the scale is 0 or undefined only mean() and variance() mean anything.
///          x and x_hat are magnitudes
/// source   SPEC 8. For eps_mode outside kappa is (sqrt(q) + |eps|)/|s|, the condition of
///          that sum; for the floors, which add nothing, it is 1. V/(q + eps) is V/s^2
class AttainableGroup {
 public:
  AttainableGroup(const CanonicalForm& form, const GroupMeasures& measures,
                  long double unit_roundoff);

  /// X, the error of x-hat.
  [[nodiscard]] Sensitivity normalized_error(long double x, long double x_hat) const;
  [[nodiscard]] Sensitivity y(long double x, long double x_hat, long double gamma,
                              long double beta) const;
  [[nodiscard]] Sensitivity mean() const;
  [[nodiscard]] Sensitivity variance() const;
  [[nodiscard]] Sensitivity rstd() const;
  [[nodiscard]] Sensitivity norm() const;
  [[nodiscard]] Sensitivity scale(long double gamma) const;
  [[nodiscard]] Sensitivity offset(long double gamma, long double beta) const;
  /// values   the sum of |w| over the group, and dmean itself
  ///
  /// SPEC 8 has the first term alone. But all terms share one r, and q + eps that nearly
  /// cancel leave it off by kappa/2 as they do the r of dx: float32 arithmetic that rounds
  /// an epsilon of 1e-5 has an excess of 1544 without the second term, where y and dx stay
  /// below 1 (variance -9.9998997e-06). Where nothing cancels kappa is 1, and so S is
  /// SPEC's.
  [[nodiscard]] Sensitivity dmean(long double weights, long double value) const;
  /// What S of dvariance multiplies |w| (X + (4 + kappa) |x-hat|) by.
  [[nodiscard]] long double dvariance_factor() const;
  [[nodiscard]] Sensitivity dvariance(long double x, long double x_hat) const;

  /// r = 1/|s|
  [[nodiscard]] long double reciprocal() const { return r_; }
  [[nodiscard]] long double kappa() const { return kappa_; }
  [[nodiscard]] long double rho() const { return rho_; }
  [[nodiscard]] bool rho_is_capped() const { return rho_is_capped_; }
  /// f = 1 - 1/n; 1 without a mean.
  [[nodiscard]] long double uncentred() const { return uncentred_; }
  /// M = 3f<|x|>; 0 without a mean.
  [[nodiscard]] long double mean_error() const { return mean_error_; }
  [[nodiscard]] long double unit_roundoff() const { return unit_roundoff_; }

  /// max(<|x|>, |mean|)/|s|
  [[nodiscard]] long double conditioning() const;
  /// Whether q + eps or the sum of squares leaves the range of the compute format.
  [[nodiscard]] bool leaves_range(const Format& compute) const;

 private:
  [[nodiscard]] long double condition_of_scale() const;

  const CanonicalForm* form_;
  GroupMeasures measures_;
  long double unit_roundoff_;
  long double r_ = 0;
  long double mean_of_x_ = 0;  ///< <|x|>
  long double uncentred_ = 1;
  long double mean_error_ = 0;
  long double kappa_ = 1;
  long double rho_ = 0;
  bool rho_is_capped_ = false;
  long double variance_error_ = 0;  ///< V
};

/// S of a running statistic, from that of the batch's.
[[nodiscard]] Sensitivity blended_sensitivity(const Question& question,
                                              long double old_value,
                                              const Sensitivity& batch);

}  // namespace truenorm
