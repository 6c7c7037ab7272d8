// SPDX-License-Identifier: Apache-2.0
// The exact level (SPEC 7): a group's statistics as rationals, its values as surds.
#pragma once

#include "oracle/group.hpp"
#include "oracle/surd.hpp"

namespace truenorm {

/// A group whose inputs are all finite, exactly.
///
/// values   Inputs are rationals, so mean and spread are; the scale is one square root
///          and a rational at most, and every value of the group lies in its field.
///          Whether a value equals a boundary of a format is thereby decidable, however
///          near they lie; if it does not, refining tells on which side it falls
class DecidedGroup {
 public:
  explicit DecidedGroup(const Group& group);

  [[nodiscard]] const Rational& mean() const { return mean_; }
  /// q, clamped if the form says so.
  [[nodiscard]] const Rational& spread() const { return spread_; }
  [[nodiscard]] ScaleSign scale_sign() const { return scale_sign_; }

  /// The exact quantity of an element x (which only y looks at).
  ///
  /// values   the scale is not 0 and defined, unless the quantity is the mean; gamma and
  ///          beta are finite; normalized values are not rounded
  [[nodiscard]] Surd value(Quantity quantity, double x, const Affine& affine) const;
  /// (x - mean)/s
  [[nodiscard]] Surd normalized(double x) const;

 private:
  [[nodiscard]] Surd gamma_over_scale(const Affine& affine) const;

  const CanonicalForm* form_;
  Rational mean_;
  Rational spread_;
  Surd scale_;
  ScaleSign scale_sign_ = ScaleSign::undefined;
};

/// gamma + gamma_offset; 1 for an absent gamma without offset.
[[nodiscard]] Rational effective_gamma(const CanonicalForm& form, const Affine& affine);

}  // namespace truenorm
