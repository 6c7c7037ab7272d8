// SPDX-License-Identifier: Apache-2.0
// The exact level (SPEC 7): whether a sum of surds is rational, and which number it is.
#pragma once

#include <optional>

#include "oracle/surd_terms.hpp"
#include "oracle/truth.hpp"

namespace truenorm {

/// The rational that the sum of the terms equals, if it equals one.
///
/// Proof. Let the sum be a + sum of b_k sqrt(d_k), every d_k > 0 and no square of a
/// rational. If d_k/d_l = t^2 for a rational t > 0, then sqrt(d_k) = t sqrt(d_l): the two
/// terms are one multiple of sqrt(d_l). Collecting all terms in this way leaves one root
/// for each class of the group of rationals modulo squares, none of them the class of 1.
/// Roots of different classes are, with 1, linearly independent over the rationals
/// (A. S. Besicovitch, J. London Math. Soc. 15, 1940: for distinct primes p_i the 2^k
/// products of a subset of the sqrt(p_i) are; each root here is a rational multiple of
/// such a product, and classes differ in the product). So the sum equals a rational c iff
/// every collected coefficient is 0, and then c = a.
///
/// Equality with a boundary of a format, a rational, is thereby decided. If it does not
/// hold, the distance is positive and an enclosure that is narrow enough shows its sign.
[[nodiscard]] std::optional<Rational> rational_value(const SurdTerms& terms);

/// The truth of a real that is known exactly.
[[nodiscard]] Truth exact_truth(const Rational& value, const Format& format);

}  // namespace truenorm
