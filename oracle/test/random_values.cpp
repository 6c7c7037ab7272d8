// SPDX-License-Identifier: Apache-2.0
// Values from classes that are known to break normalization layers.
#include "oracle/test/random_values.hpp"

#include <algorithm>
#include <limits>
#include <vector>

namespace truenorm::twin {
namespace {

/// Rows of these came out wrong: squares overflow float16 from 256 on, sums above 65504.
constexpr std::array reported_constants{
    0.0,    2.0, 14.0,    100.0,  255.875, 256.0, 512.0, 1234.0, 1449.5,
    2000.0, 1e4, 60000.0, 65504., 80002.,  1e6,   1e8,   0.1,    1e-3};

/// Zeros, gammas near 0, float32's squares out of range, and variances of about -eps.
constexpr std::array reported_scales{0.0,   -0.0, 15.8125, 3e-5,  1e-23, 1e-30,
                                     1e20,  1e25, 1e30,    3e38,  1.0,   9.9998997e-06,
                                     1e-12, 1e-5, 0.03125, 128.0, 480.0, 464.0};

/// A random significand on a binade.
double on_binade(Dice& dice, std::int64_t exponent) {
  return dice.sign() * std::ldexp(1.0 + dice.unit(), static_cast<int>(exponent));
}

using Values = std::vector<double>;

/// Values before their rounding to the format.
Values draw_values(Dice& dice, const Format& format, std::size_t count) {
  Values values(count);
  const std::int64_t emin = format.emin - format.precision_bits + 1;
  const std::int64_t anywhere = dice.between(emin, format.emax - 1);
  const std::int64_t tame = dice.between(-6, 6);
  const double ulp = std::ldexp(1.0, 1 - format.precision_bits);
  const std::size_t chosen =
      count == 0 ? 0 : static_cast<std::size_t>(dice.bits() % count);
  switch (dice.between(0, 17)) {
    case 0:  // the whole exponent range
      for (double& v : values) v = on_binade(dice, dice.between(emin, format.emax));
      break;
    case 1:  // a window of it
      for (double& v : values) v = on_binade(dice, anywhere + dice.between(0, 6));
      break;
    case 2:  // normal
      for (double& v : values) v = dice.normal();
      break;
    case 3: {  // normal, anywhere
      const double unit = std::ldexp(1.0, static_cast<int>(anywhere));
      for (double& v : values) v = unit * dice.normal();
      break;
    }
    case 4: {  // an offset of up to 1e8 deviations
      const double offset = dice.sign() * std::pow(10.0, 8.0 * dice.unit());
      for (double& v : values)
        v = std::ldexp(offset + dice.normal(), static_cast<int>(tame));
      break;
    }
    case 5: {  // a constant
      const double constant = on_binade(dice, dice.one_in(2) ? anywhere : tame);
      for (double& v : values) v = constant;
      break;
    }
    case 6: {  // a constant but for one unit in the last place
      const double constant = on_binade(dice, dice.one_in(2) ? anywhere : tame);
      for (double& v : values) v = constant;
      if (count > 0) values[chosen] += constant * ulp;
      break;
    }
    case 7: {  // a spike on a background
      const double background = dice.one_in(2) ? 0.0 : on_binade(dice, tame);
      for (double& v : values) v = background;
      if (count > 0)
        values[chosen] = on_binade(dice, dice.one_in(2) ? anywhere : tame + 12);
      break;
    }
    case 8: {  // alternating
      const double constant = on_binade(dice, dice.one_in(2) ? anywhere : tame);
      for (std::size_t i = 0; i < count; ++i) {
        values[i] = (i % 2 == 0 ? constant : -constant) *
                    (1.0 + ulp * static_cast<double>(dice.between(0, 1)));
      }
      break;
    }
    case 9: {  // a few units in the last place around a constant
      const double constant = std::ldexp(1.0 + dice.unit(), static_cast<int>(tame));
      for (double& v : values) {
        v = constant * (1.0 + 2 * ulp * static_cast<double>(dice.between(-3, 3)));
      }
      break;
    }
    case 10:  // zeros
      for (double& v : values) v = dice.one_in(4) ? on_binade(dice, tame) : 0.0;
      break;
    case 11:  // next to overflow
      for (double& v : values)
        v = dice.sign() * largest_finite(format) * (1.0 - dice.unit() / 4);
      break;
    case 12: {  // a constant that reports of defects name
      const double constant = dice.sign() * dice.among(reported_constants);
      for (double& v : values) v = constant;
      break;
    }
    case 13: {  // a spread that one-pass sums lose beside such a constant
      const double constant = dice.sign() * dice.among(reported_constants);
      const double step = dice.one_in(2) ? 1.0 : 0.0078125;
      for (double& v : values) {
        v = constant + step * static_cast<double>(dice.between(-1, 1));
      }
      break;
    }
    case 14:  // scales of all kinds beside each other
      for (double& v : values) v = dice.sign() * dice.among(reported_scales);
      break;
    case 15:  // subnormal
      for (double& v : values) {
        v = smallest_subnormal(format) * static_cast<double>(dice.between(-9, 9));
      }
      break;
    default:  // small integers and halves, whose spread is often a square
      for (double& v : values) v = static_cast<double>(dice.between(-8, 8)) / 2;
      break;
  }
  return values;
}

void put_specials(Dice& dice, Values& values) {
  constexpr std::array specials{std::numeric_limits<double>::quiet_NaN(),
                                std::numeric_limits<double>::infinity(),
                                -std::numeric_limits<double>::infinity()};
  const std::int64_t places = dice.between(1, 2);
  for (std::int64_t i = 0; i < places; ++i) {
    values[dice.bits() % values.size()] = dice.among(specials);
  }
}

/// Another class of values for each slice along an axis.
Values draw_slices(Dice& dice, const Format& format, const Shape& shape,
                   std::size_t axis) {
  std::size_t inner = 1;
  for (std::size_t i = axis + 1; i < shape.size(); ++i) {
    inner *= static_cast<std::size_t>(shape[i]);
  }
  const auto extent = static_cast<std::size_t>(shape[axis]);
  const auto count = static_cast<std::size_t>(element_count(shape));
  Values values(count);
  for (std::size_t slice = 0; slice < extent; ++slice) {
    const Values of_slice = draw_values(dice, format, count / extent);
    for (std::size_t i = 0; i < of_slice.size(); ++i) {
      values[(i / inner * extent + slice) * inner + i % inner] = of_slice[i];
    }
  }
  return values;
}

}  // namespace

Tensor random_tensor(Dice& dice, const Format& format, const Shape& shape,
                     Content content) {
  const auto count = static_cast<std::size_t>(element_count(shape));
  const bool has_slices = count > 0 && !shape.empty() && dice.one_in(3);
  const auto axis =
      has_slices ? static_cast<std::size_t>(dice.bits() % shape.size()) : 0;
  Values values = has_slices ? draw_slices(dice, format, shape, axis)
                             : draw_values(dice, format, count);
  if (content == Content::special && count > 0 && dice.one_in(3)) {
    put_specials(dice, values);
  }
  for (double& value : values) {
    const double bound = largest_finite(format);
    // Rounding must not make an infinity where a number was drawn.
    if (std::isfinite(value)) value = std::clamp(value, -bound, bound);
  }
  return make_tensor(format, shape, values);
}

}  // namespace truenorm::twin
