// SPDX-License-Identifier: Apache-2.0
// What error is attainable for a given input: S of SPEC 8.
#pragma once

#include "oracle/group.hpp"
#include "oracle/refine.hpp"

namespace truenorm {

/// The first-order effect of relative perturbations of the inputs and stages, per unit
/// roundoff.
struct Sensitivity {
  long double sum = 0;     ///< S
  bool is_capped = false;  ///< a cap of S acts: the element demands no correct digit
};

/// S for the outputs of one group whose statistics are finite.
///
/// values   long double, for its exponents: sums and products of binary64 numbers and
///          their reciprocals neither overflow nor underflow in it. Where the scale is 0
///          or undefined only mean() means anything
/// source   SPEC 8. For eps_mode outside kappa is (sqrt(q) + |eps|)/|s|, the condition of
///          that sum; for the floors, which add nothing, it is 1. V/(q + eps) is V/s^2
class Attainable {
 public:
  Attainable(const Group& group, const GroupSummary& summary,
             long double unit_roundoff);

  [[nodiscard]] Sensitivity y(double x, const Affine& affine) const;
  [[nodiscard]] Sensitivity mean() const;
  [[nodiscard]] Sensitivity rstd() const;
  [[nodiscard]] Sensitivity scale(const Affine& affine) const;
  [[nodiscard]] Sensitivity offset(const Affine& affine) const;

  /// (x - mean)/s
  [[nodiscard]] long double normalized(double x) const;
  [[nodiscard]] long double effective_gamma(const Affine& affine) const;
  /// max(<|x|>, |mean|)/|s|
  [[nodiscard]] long double conditioning() const;
  /// Whether q + eps or the sum of squares leaves the range of the compute format.
  [[nodiscard]] bool leaves_range(const Format& compute) const;

 private:
  [[nodiscard]] long double condition_of_scale() const;

  const CanonicalForm& form_;
  GroupSummary summary_;
  long double unit_roundoff_;
  long double r_ = 0;  ///< 1/|s|
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

}  // namespace truenorm
