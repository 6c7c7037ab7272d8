// SPDX-License-Identifier: Apache-2.0
// Random questions: shapes, attributes, and values from named classes of trouble.
#include "oracle/test/random_question.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>

#include "oracle/test/twin_rational.hpp"

namespace truenorm::twin {
namespace {

/// Draws that are the same on every machine: no distribution of the standard library.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t bits() { return engine_(); }
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(bits() %
                                           static_cast<std::uint64_t>(high - low + 1));
  }
  bool one_in(std::int64_t count) { return between(1, count) == 1; }
  /// Uniform on [0, 1).
  double unit() { return std::ldexp(static_cast<double>(bits() >> 11), -53); }
  /// Near normal, as a sum of uniform numbers.
  double normal() {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += unit();
    return sum;
  }
  double sign() { return one_in(2) ? -1.0 : 1.0; }
  template <typename T, std::size_t count>
  const T& among(const std::array<T, count>& choices) {
    return choices[static_cast<std::size_t>(between(0, count - 1))];
  }

 private:
  std::mt19937_64 engine_;
};

double largest(const Format& format) {
  return std::ldexp(2.0 - std::ldexp(1.0, 1 - format.precision_bits), format.emax);
}

double tiniest(const Format& format) {
  return std::ldexp(1.0, format.emin - format.precision_bits + 1);
}

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
  switch (dice.between(0, 14)) {
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
        v = dice.sign() * largest(format) * (1.0 - dice.unit() / 4);
      break;
    case 12:  // subnormal
      for (double& v : values) {
        v = tiniest(format) * static_cast<double>(dice.between(-9, 9));
      }
      break;
    default:  // small integers and halves, whose spread is often a square
      for (double& v : values) v = static_cast<double>(dice.between(-8, 8)) / 2;
      break;
  }
  return values;
}

Tensor draw_tensor(Dice& dice, const Format& format, const Shape& shape,
                   Content content) {
  Tensor tensor(format, shape);
  Values values = draw_values(dice, format, static_cast<std::size_t>(tensor.size()));
  if (content == Content::special && !values.empty() && dice.one_in(3)) {
    const std::array specials{std::numeric_limits<double>::quiet_NaN(),
                              std::numeric_limits<double>::infinity(),
                              -std::numeric_limits<double>::infinity()};
    const std::int64_t places = dice.between(1, 2);
    for (std::int64_t i = 0; i < places; ++i) {
      values[dice.bits() % values.size()] = dice.among(specials);
    }
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double bound = largest(format);
    // Rounding must not make an infinity where a number was drawn.
    if (std::isfinite(values[i])) values[i] = std::clamp(values[i], -bound, bound);
  }
  return make_tensor(format, shape, values);
}

const Format& draw_parameter_format(Dice& dice, const Format& x_format) {
  static const std::array all{float16, bfloat16, float32, float64};
  return dice.one_in(3) ? dice.among(all) : x_format;
}

mpq_class draw_eps(Dice& dice) {
  static const std::array decimals{0.0,  1e-12, 1e-8,    1e-6, 1e-5, 1e-3,
                                   0.25, 1.0,   0x1p-20, 4.0,  9.0,  0x1p-1074};
  switch (dice.between(0, 9)) {
    case 0:
      return mpq_class("39/1024");
    case 1:
      return mpq_class("1/1000000");
    case 2: {
      mpq_class fraction(static_cast<long>(dice.between(-60, 60)),
                         static_cast<unsigned long>(dice.between(1, 60)));
      fraction.canonicalize();
      return fraction;
    }
    case 3:
      return rational_of(-dice.among(decimals));
    default:
      return rational_of(dice.among(decimals));
  }
}

Shape draw_shape(Dice& dice, std::int64_t rank) {
  Shape shape;
  std::int64_t room = dice.one_in(12) ? 300 : 60;
  for (std::int64_t axis = 0; axis < rank; ++axis) {
    const std::int64_t most = axis + 1 == rank ? room : std::min<std::int64_t>(room, 6);
    shape.push_back(dice.between(1, std::max<std::int64_t>(most, 1)));
    room /= shape.back();
  }
  std::rotate(shape.begin(),
              shape.begin() + dice.between(0, std::max<std::int64_t>(rank - 1, 0)),
              shape.end());
  return shape;
}

std::vector<std::int64_t> draw_axes(Dice& dice, std::int64_t rank) {
  std::vector<std::int64_t> axes;
  for (std::int64_t axis = 0; axis < rank; ++axis) {
    if (!dice.one_in(3)) axes.push_back(axis);
  }
  for (std::size_t i = axes.size(); i > 1; --i)
    std::swap(axes[i - 1], axes[dice.bits() % i]);
  for (std::int64_t& axis : axes) {
    if (dice.one_in(3)) axis -= rank;
  }
  return axes;
}

Attributes draw_attributes(Dice& dice, const std::string& op, std::int64_t rank) {
  Attributes attributes;
  if (op == "rms_norm" || !dice.one_in(5)) {
    attributes["eps"] = to_attribute(draw_eps(dice));
  }
  static const std::array<std::string, 4> modes{"inside", "outside", "floor",
                                                "floor_inside"};
  if (!dice.one_in(3)) attributes["eps_mode"] = dice.among(modes);
  if (dice.one_in(3)) attributes["gamma_offset"] = dice.between(0, 1);
  if (dice.one_in(3)) attributes["round_normalized"] = dice.one_in(2);
  if (op != "batch_norm_inference") {
    // Rank 0 has no last axis for the default to name.
    if (!dice.one_in(4)) attributes["axes"] = draw_axes(dice, rank);
    return attributes;
  }
  if (dice.one_in(2)) {
    attributes["layout"] =
        std::string(dice.one_in(2) ? "channels_first" : "channels_last");
  }
  if (dice.one_in(2)) attributes["clamp_variance"] = dice.one_in(2);
  if (rank < 2) {
    attributes["batched"] = false;
  } else if (dice.one_in(2)) {
    attributes["batched"] = dice.one_in(2);
  }
  return attributes;
}

/// Moves eps to where the root nearly or exactly vanishes, or is rational.
void aim_eps(Dice& dice, const Question& drawn, Attributes& attributes) {
  const Evaluation evaluation = evaluate(drawn);
  if (evaluation.groups.empty()) return;
  const Extended& spread = evaluation.groups.front().spread;
  if (!spread.is_number()) return;
  const mpq_class& q = spread.number().a;
  switch (dice.between(0, 5)) {
    case 0:
      attributes["eps"] = to_attribute(-q);
      break;
    case 1:
      attributes["eps"] = to_attribute(-q * (1 - power_of_two(-dice.between(1, 90))));
      break;
    case 2:
      attributes["eps"] = to_attribute(q * mpq_class(9, 16));
      break;
    case 3:
      attributes["eps"] = to_attribute(rational_of(std::fabs(dice.normal()) + 0.1) * q);
      break;
    default: {  // q + eps becomes the square of a dyadic number near sqrt(q)
      const long double root = sgn(q) > 0 ? std::sqrt(approximate({q, 0, 0})) : 1.0L;
      if (root < 0x1p-900L || root > 0x1p900L) return;
      int exponent = 0;
      const auto fraction = static_cast<double>(std::frexp(root, &exponent));
      const mpq_class base =
          rational_of(std::ceil(std::ldexp(fraction, 6))) * power_of_two(exponent - 6);
      attributes["eps"] = to_attribute(base * base - q);
    }
  }
}

/// Nearly all variances are not negative, as those that libraries keep.
void mostly_positive(Dice& dice, Tensor& variance) {
  for (std::int64_t i = 0; i < variance.size(); ++i) {
    if (!dice.one_in(12)) variance.set(i, std::fabs(variance[i]));
  }
}

}  // namespace

Question random_question(std::uint64_t seed, const Format& x_format, Content content) {
  static const std::array<std::string, 3> names{"layer_norm", "rms_norm",
                                                "batch_norm_inference"};
  return random_question(seed, x_format, content, names[seed % names.size()]);
}

Question random_question(std::uint64_t seed, const Format& x_format, Content content,
                         std::string_view operator_name) {
  Dice dice(seed);
  const OperatorSpec& op = *find_operator(operator_name);
  const bool is_given = operator_name == "batch_norm_inference";
  const std::int64_t rank = dice.between(is_given ? 1 : 0, 4);
  const Shape shape = draw_shape(dice, rank);
  Attributes attributes = draw_attributes(dice, op.name, rank);
  Tensors inputs;
  inputs.emplace("x", draw_tensor(dice, x_format, shape, content));
  const Shape parameters = parameter_shape(op, attributes, shape);
  const auto draw = [&](const std::string& name) {
    inputs.emplace(name, draw_tensor(dice, draw_parameter_format(dice, x_format),
                                     parameters, content));
  };
  if (is_given) {
    draw("mean");
    draw("variance");
    mostly_positive(dice, inputs.find("variance")->second);
  }
  if (!dice.one_in(3)) draw("gamma");
  if (!dice.one_in(3)) draw("beta");
  if (dice.one_in(4)) {
    aim_eps(dice, Question(op, Direction::forward, attributes, inputs), attributes);
  }
  return Question(op, Direction::forward, std::move(attributes), std::move(inputs));
}

std::int64_t scaled_count(std::int64_t base_count) {
  const char* multiplier = std::getenv("TRUENORM_TEST_MULTIPLIER");
  if (multiplier == nullptr) return base_count;
  return static_cast<std::int64_t>(static_cast<double>(base_count) *
                                   std::strtod(multiplier, nullptr));
}

void for_seeds_until(std::int64_t element_count, std::uint64_t first_seed,
                     const std::function<std::int64_t(std::uint64_t seed)>& examine) {
  std::int64_t examined = 0;
  for (std::uint64_t seed = first_seed; examined < element_count; ++seed) {
    examined += examine(seed);
  }
}

std::string text_of(const Question& question) {
  std::string text = question.op().name;
  for (const auto& [name, value] : question.attributes()) {
    text += "\n  " + name + " = ";
    if (const auto* flag = std::get_if<bool>(&value)) {
      text += *flag ? "true" : "false";
    } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      text += std::to_string(*integer);
    } else if (const auto* real = std::get_if<Rational>(&value)) {
      text += real->str();
    } else if (const auto* word = std::get_if<std::string>(&value)) {
      text += *word;
    } else {
      for (const std::int64_t axis : std::get<std::vector<std::int64_t>>(value)) {
        text += std::to_string(axis) + " ";
      }
    }
  }
  for (const auto& [name, tensor] : question.inputs()) {
    text += "\n  " + name + ": " + std::string(tensor.format().name) + " (";
    for (const std::int64_t dimension : tensor.shape()) {
      text += " " + std::to_string(dimension);
    }
    text += " ) =";
    for (std::int64_t i = 0; i < tensor.size(); ++i) text += " " + hex_float(tensor[i]);
  }
  return text;
}

}  // namespace truenorm::twin
