// SPDX-License-Identifier: Apache-2.0
// Rows of numbers from named classes that are hard on floating-point arithmetic.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "oracle/test/random_values.hpp"

namespace truenorm::twin {

/// What a group of x looks like.
enum class RowClass {
  normal,
  far,              ///< normal, anywhere in the exponent range
  offset,           ///< 10^0 to 10^8 deviations away from 0
  spike,            ///< one element far above the others
  spikes,           ///< a few of them
  alternating,      ///< +a, -a, +a, ..., some of them an ulp off
  constant,         ///< a constant, some elements an ulp or two off
  subnormal,        ///< small multiples of the smallest subnormal
  near_overflow,    ///< the largest binades, whose squares leave the format
  log_uniform,      ///< the whole exponent range
  ramp,             ///< evenly spaced
  rectified,        ///< half of the elements are 0
  mean_is_element,  ///< pairs around a value that is an element too
  integers,         ///< small integers and halves: exact results and ties
};

/// What dy, or a tangent of x, looks like.
enum class DirectionClass {
  normal,
  constant,
  one_hot,
  cancelling,   ///< +a, -a, ..., some of them an ulp off
  along_x_hat,  ///< a + b x-hat, which the Jacobian takes to nearly 0
  log_uniform,
};

[[nodiscard]] std::span<const RowClass> row_classes();
[[nodiscard]] std::span<const DirectionClass> direction_classes();
[[nodiscard]] std::string_view name(RowClass row_class);
[[nodiscard]] std::string_view name(DirectionClass direction_class);
[[nodiscard]] std::optional<RowClass> find_row_class(std::string_view name);

/// Values to be rounded to the format: none is beyond its largest.
[[nodiscard]] std::vector<double> draw_row(Dice& dice, const Format& format,
                                           RowClass row_class, std::size_t count);

/// values   x_hat has an element for each value drawn; only `along_x_hat` looks at it
[[nodiscard]] std::vector<double> draw_direction(Dice& dice, const Format& format,
                                                 DirectionClass direction_class,
                                                 std::span<const double> x_hat);

/// Near normal at two draws a number, from -3.5 to 3.5.
[[nodiscard]] double quick_normal(Dice& dice);

/// A random sign and significand on a random binade of the format.
[[nodiscard]] double draw_anywhere(Dice& dice, const Format& format);

}  // namespace truenorm::twin
