// SPDX-License-Identifier: Apache-2.0
// One pattern a class; where it lies in the exponent range is drawn with it.
#include "oracle/test/nasty_values.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace truenorm::twin {
namespace {

constexpr std::array all_row_classes{
    RowClass::normal,          RowClass::far,       RowClass::offset,
    RowClass::spike,           RowClass::spikes,    RowClass::alternating,
    RowClass::constant,        RowClass::subnormal, RowClass::near_overflow,
    RowClass::log_uniform,     RowClass::ramp,      RowClass::rectified,
    RowClass::mean_is_element, RowClass::integers,
};

constexpr std::array all_direction_classes{
    DirectionClass::normal,      DirectionClass::constant,
    DirectionClass::one_hot,     DirectionClass::cancelling,
    DirectionClass::along_x_hat, DirectionClass::log_uniform,
};

double on_binade(Dice& dice, std::int64_t exponent) {
  return dice.sign() * std::ldexp(1.0 + dice.unit(), static_cast<int>(exponent));
}

/// The value moved by some units in its last place.
double moved(const Format& format, double value, std::int64_t steps) {
  double result = round_to_nearest(format, value);
  for (; steps > 0; --steps) result = next_up(format, result);
  for (; steps < 0; ++steps) result = next_down(format, result);
  return result;
}

using Values = std::vector<double>;

void alternate(Dice& dice, const Format& format, double value, Values& values) {
  const std::array steps{moved(format, value, -1), moved(format, value, 0),
                         moved(format, value, 1)};
  const std::int64_t rarity = dice.between(1, 8);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double magnitude = dice.one_in(rarity) ? dice.among(steps) : steps[1];
    values[i] = i % 2 == 0 ? magnitude : -magnitude;
  }
}

void limit(const Format& format, Values& values) {
  const double bound = largest_finite(format);
  for (double& v : values) v = std::clamp(v, -bound, bound);
}

}  // namespace

std::span<const RowClass> row_classes() { return all_row_classes; }

std::span<const DirectionClass> direction_classes() { return all_direction_classes; }

std::string_view name(RowClass row_class) {
  switch (row_class) {
    case RowClass::normal:
      return "normal";
    case RowClass::far:
      return "far";
    case RowClass::offset:
      return "offset";
    case RowClass::spike:
      return "spike";
    case RowClass::spikes:
      return "spikes";
    case RowClass::alternating:
      return "alternating";
    case RowClass::constant:
      return "constant";
    case RowClass::subnormal:
      return "subnormal";
    case RowClass::near_overflow:
      return "near_overflow";
    case RowClass::log_uniform:
      return "log_uniform";
    case RowClass::ramp:
      return "ramp";
    case RowClass::rectified:
      return "rectified";
    case RowClass::mean_is_element:
      return "mean_is_element";
    case RowClass::integers:
      return "integers";
  }
  return {};
}

std::string_view name(DirectionClass direction_class) {
  switch (direction_class) {
    case DirectionClass::normal:
      return "normal";
    case DirectionClass::constant:
      return "constant";
    case DirectionClass::one_hot:
      return "one_hot";
    case DirectionClass::cancelling:
      return "cancelling";
    case DirectionClass::along_x_hat:
      return "along_x_hat";
    case DirectionClass::log_uniform:
      return "log_uniform";
  }
  return {};
}

std::optional<RowClass> find_row_class(std::string_view class_name) {
  for (const RowClass row_class : all_row_classes) {
    if (name(row_class) == class_name) return row_class;
  }
  return std::nullopt;
}

double quick_normal(Dice& dice) {
  constexpr std::uint64_t low_half = 0xffffffff;
  const std::uint64_t a = dice.bits();
  const std::uint64_t b = dice.bits();
  const auto sum =
      static_cast<double>((a >> 32) + (a & low_half) + (b >> 32) + (b & low_half));
  // The sum of four uniform numbers has the variance 4/12.
  return (sum * 0x1p-32 - 2) * 1.7320508;
}

double draw_anywhere(Dice& dice, const Format& format) {
  const std::int64_t lowest = format.emin - format.precision_bits + 1;
  return on_binade(dice, dice.between(lowest, format.emax));
}

std::vector<double> draw_row(Dice& dice, const Format& format, RowClass row_class,
                             std::size_t count) {
  Values values(count);
  const std::int64_t lowest = format.emin - format.precision_bits + 1;
  const int tame = static_cast<int>(dice.between(-4, 4));
  const int anywhere = static_cast<int>(dice.between(lowest, format.emax - 1));
  const double unit = std::ldexp(1.0, dice.one_in(4) ? anywhere : tame);
  switch (row_class) {
    case RowClass::normal:
      for (double& v : values) v = std::ldexp(quick_normal(dice), tame);
      break;
    case RowClass::far:
      for (double& v : values) v = std::ldexp(quick_normal(dice), anywhere);
      break;
    case RowClass::offset: {
      const double offset =
          dice.sign() * std::pow(10.0, static_cast<double>(dice.between(0, 8)));
      for (double& v : values) v = (offset + quick_normal(dice)) * unit;
      break;
    }
    case RowClass::spike:
    case RowClass::spikes: {
      for (double& v : values) v = dice.one_in(3) ? 0 : quick_normal(dice) * unit;
      std::int64_t spikes = row_class == RowClass::spike ? 1 : dice.between(2, 6);
      for (; spikes > 0; --spikes) {
        const std::int64_t height = dice.between(3, dice.one_in(3) ? 1000 : 40);
        values[dice.bits() % count] =
            dice.sign() *
            std::ldexp(unit * (1 + dice.unit()), static_cast<int>(height));
      }
      break;
    }
    case RowClass::alternating:
      alternate(dice, format, unit * (1 + dice.unit()), values);
      break;
    case RowClass::constant: {
      const double constant = dice.sign() * unit * (1 + dice.unit());
      std::array<double, 5> steps{};
      for (std::size_t i = 0; i < steps.size(); ++i) {
        steps[i] = moved(format, constant, static_cast<std::int64_t>(i) - 2);
      }
      const std::int64_t rarity = dice.between(1, 20);
      for (double& v : values) v = dice.one_in(rarity) ? dice.among(steps) : steps[2];
      break;
    }
    case RowClass::subnormal: {
      const std::int64_t most = std::int64_t{1} << dice.between(0, 12);
      for (double& v : values) {
        v = smallest_subnormal(format) * static_cast<double>(dice.between(-most, most));
      }
      break;
    }
    case RowClass::near_overflow: {
      const bool has_signs = dice.one_in(2);
      for (double& v : values) {
        v = largest_finite(format) * (1 - dice.unit() * 0.75);
        if (has_signs) v *= dice.sign();
      }
      break;
    }
    case RowClass::log_uniform:
      for (double& v : values) v = draw_anywhere(dice, format);
      break;
    case RowClass::ramp: {
      const double start = quick_normal(dice) * unit;
      const double step = quick_normal(dice) * unit / static_cast<double>(count);
      for (std::size_t i = 0; i < count; ++i) {
        values[i] = start + step * static_cast<double>(i);
      }
      break;
    }
    case RowClass::rectified:
      for (double& v : values) v = std::max(0.0, quick_normal(dice) * unit);
      break;
    case RowClass::mean_is_element: {
      const double center = moved(format, quick_normal(dice) * unit, 0);
      for (std::size_t i = 0; i + 1 < count; i += 2) {
        const double half =
            std::ldexp(static_cast<double>(dice.between(0, 15)), std::ilogb(unit) - 4);
        values[i] = center + half;
        values[i + 1] = center - half;
      }
      if (count % 2 == 1) values[count - 1] = center;
      break;
    }
    case RowClass::integers:
      for (double& v : values) v = static_cast<double>(dice.between(-8, 8)) / 2;
      break;
  }
  limit(format, values);
  return values;
}

std::vector<double> draw_direction(Dice& dice, const Format& format,
                                   DirectionClass direction_class,
                                   std::span<const double> x_hat) {
  Values values(x_hat.size());
  const double unit =
      std::ldexp(1 + dice.unit(), static_cast<int>(dice.between(-4, 4)));
  switch (direction_class) {
    case DirectionClass::normal:
      for (double& v : values) v = unit * quick_normal(dice);
      break;
    case DirectionClass::constant:
      for (double& v : values) v = unit;
      break;
    case DirectionClass::one_hot:
      values[dice.bits() % values.size()] = unit;
      break;
    case DirectionClass::cancelling:
      alternate(dice, format, unit, values);
      break;
    case DirectionClass::along_x_hat: {
      const double constant = dice.one_in(2) ? 0 : quick_normal(dice);
      for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = constant + unit * x_hat[i];
      }
      break;
    }
    case DirectionClass::log_uniform:
      for (double& v : values) v = draw_anywhere(dice, format);
      break;
  }
  limit(format, values);
  return values;
}

}  // namespace truenorm::twin
