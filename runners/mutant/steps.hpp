// SPDX-License-Identifier: Apache-2.0
// The steps of a normalization in floats, each of which a mutant may take otherwise.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "oracle/canonical.hpp"

namespace truenorm::mutant {

/// Wider than what any mutant computes in, so that a mutant has no flaw but its own.
using Real = long double;
using Reals = std::span<const Real>;

/// A group and what is known of it so far.
struct Group {
  std::int64_t number = 0;
  std::vector<Real> x;
  Real mean = 0;
  Real spread = 0;
  bool clamp_acts = false;
  Real scale = 0;
  std::vector<Real> x_hat;
};

/// gamma + gamma_offset and beta of an element; an absent one has no operation.
struct Affine {
  std::optional<Real> gamma;
  std::optional<Real> beta;
};

/// What the steps of one question have in common.
struct Setting {
  const Question& question;
  CanonicalForm form;
  Real eps = 0;

  /// Rounded to the dtype of x.
  [[nodiscard]] Real stored(Real value) const;
  /// Rounded to the dtype that libraries compute in: float64 for that, else float32.
  [[nodiscard]] Real working(Real value) const;
};

/// Every step may read the setting, which outlives it.
struct Steps {
  std::function<Real(Real)> input;
  std::function<Real(Reals)> mean;
  std::function<Real(Reals, Real mean)> spread;
  /// What takes the place of a group's mean and spread once they are known.
  std::function<void(Group&)> revised_statistics;
  std::function<Real(Real spread, const Group&)> scale;
  std::function<Real(const Group&, std::size_t i)> normalized;
  std::function<Real(Real gamma)> gamma;  ///< what becomes of gamma + gamma_offset
  std::function<Real(const Group&, std::size_t i, const Affine&)> y;
  /// Of a batch of n elements that is to be stored as running variance.
  std::function<Real(Real spread, Real n)> stored_variance;
  std::function<Real(Real old_value, Real batch)> blended;
  /// J v of SPEC 4, for the weights gamma that made v of dy.
  std::function<std::vector<Real>(const Group&, Reals v, Reals gamma)> jacobian_product;
  /// What an element adds to the gradients of gamma and beta.
  std::function<Real(const Group&, std::size_t i, Real dy, const Affine&)> dgamma_term;
  std::function<Real(const Group&, std::size_t i, Real dy)> dbeta_term;
  /// The number of the group whose statistics a group takes.
  std::function<std::int64_t(std::int64_t)> group_of_statistics;
};

/// The steps as they are due.
[[nodiscard]] Steps right_steps(const Setting& setting);

/// a_1 + ... + a_n, compensated.
[[nodiscard]] Real sum_of(Reals terms);
/// Terms made of the members of a group.
template <typename Term>
[[nodiscard]] std::vector<Real> terms_of(Reals members, const Term& term) {
  std::vector<Real> terms;
  terms.reserve(members.size());
  for (const Real member : members) terms.push_back(term(member));
  return terms;
}
/// IEEE 754-2019 maximum: NaN propagates.
[[nodiscard]] Real maximum(Real a, Real b);
/// lambda of SPEC 4: how much of the root's own derivative reaches s.
[[nodiscard]] Real root_share(const Setting& setting, Real spread, Real scale);

}  // namespace truenorm::mutant
