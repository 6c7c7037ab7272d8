// SPDX-License-Identifier: Apache-2.0
// Questions with an output half-way between two floats, or a hair beside it, by algebra.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "oracle/question.hpp"
#include "oracle/test/quadratic.hpp"
#include "oracle/test/random_values.hpp"

namespace truenorm::twin {

/// A midpoint of two neighbouring floats.
struct Midpoint {
  mpz_class significand;  ///< of the lower neighbour
  mpq_class ulp;

  /// The lower neighbour, and with one step the upper.
  [[nodiscard]] double neighbour(long steps) const;
  [[nodiscard]] bool has_even_lower() const {
    return mpz_even_p(significand.get_mpz_t()) != 0;
  }
};

/// A question whose first element of an output is sign times a midpoint, but for a hair.
struct Tie {
  Question question;
  std::string output;
  Midpoint midpoint;
  int sign = 1;
};

/// Where the value lies: on the midpoint, or 2^-bits ulp or less away from it, on the
/// side of 0 (-1) or on the other one.
struct Side {
  int direction = 0;
  long bits = 0;
};

/// The double that a rational is.
[[nodiscard]] double as_double(const mpq_class& value);

/// A tensor whose every element is the value.
[[nodiscard]] Tensor constant_tensor(const Format& format, const Shape& shape,
                                     const mpq_class& value);

/// Groups of elements side by side, in the shape that the operator wants: all of them
/// meet the first parameter with their first element.
///
/// values   batch_norm and batch_norm_inference have one group
[[nodiscard]] Shape shape_of_groups(const OperatorSpec& op, std::int64_t groups,
                                    std::int64_t group_size);

/// The attributes that the operator needs for such an x, without eps.
[[nodiscard]] Attributes attributes_for(const OperatorSpec& op);

/// Sets eps and eps_mode so that s is the root, for a group of that spread.
void aim_scale(Dice& dice, const mpq_class& spread, const mpq_class& root,
               Attributes& attributes);

[[nodiscard]] Midpoint draw_midpoint(Dice& dice, const Format& format);

/// The factor that takes the number to the midpoint of a draw; none if there is no
/// midpoint that a dyadic multiple of the number's denominator reaches.
struct Aim {
  mpq_class factor;  ///< an integer times a power of two
  Midpoint midpoint;
};

[[nodiscard]] std::optional<Aim> draw_aim(Dice& dice, const Format& format,
                                          const mpq_class& number);

/// Compares the truth of the first element with what the construction says.
void check(const Tie& tie, const Side& side);

}  // namespace truenorm::twin
