// SPDX-License-Identifier: Apache-2.0
// Random questions: shapes, attributes, and values from classes of trouble.
#include "oracle/test/random_question.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <string>

#include "oracle/test/twin_rational.hpp"

namespace truenorm::twin {
namespace {

const Format& draw_format(Dice& dice, const Format& x_format) {
  const auto any = static_cast<std::size_t>(dice.bits() % formats().size());
  return dice.one_in(3) ? formats()[any] : x_format;
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

/// Dimensions that mostly differ, one of them seldom empty.
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
  if (rank > 0 && dice.one_in(20)) shape[dice.bits() % shape.size()] = 0;
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

std::int64_t smallest_rank(const OperatorSpec& op) {
  if (op.find_attribute("axes") != nullptr) return 0;
  return op.name == "group_norm" ? 2 : 1;
}

std::int64_t draw_divisor(Dice& dice, std::int64_t number) {
  if (number == 0) return dice.between(1, 3);
  std::int64_t divisor = dice.between(1, number);
  while (number % divisor != 0) --divisor;
  return divisor;
}

AttributeValue draw_choice(Dice& dice, const AttributeSpec& spec) {
  return spec.choices[dice.bits() % spec.choices.size()];
}

AttributeValue draw_momentum(Dice& dice) {
  static constexpr std::array usual{0.0, 0.1, 0.5, 0.9, 0.99, 1.0};
  if (dice.one_in(3)) return dice.among(usual);
  return to_attribute(draw_eps(dice));
}

/// The attributes that the shape of x binds, which must all be there.
void draw_shape_attributes(Dice& dice, const OperatorSpec& op, const Shape& shape,
                           Attributes& attributes) {
  const auto rank = static_cast<std::int64_t>(shape.size());
  if (op.find_attribute("axes") != nullptr && (rank == 0 || !dice.one_in(4))) {
    attributes["axes"] = draw_axes(dice, rank);
  }
  if (op.find_attribute("dim") != nullptr && !dice.one_in(4)) {
    attributes["dim"] = dice.between(-rank, rank - 1);
  }
  if (op.find_attribute("batched") != nullptr && (rank < 2 || dice.one_in(2))) {
    attributes["batched"] = rank >= 2 && dice.one_in(2);
  }
  if (const AttributeSpec* layout = op.find_attribute("layout")) {
    const AttributeValue drawn = draw_choice(dice, *layout);
    if (dice.one_in(2)) attributes["layout"] = drawn;
  }
  if (op.find_attribute("groups") != nullptr) {
    const bool is_last =
        attributes.contains("layout") &&
        attributes["layout"] == AttributeValue(std::string("channels_last"));
    attributes["groups"] = draw_divisor(dice, is_last ? shape.back() : shape[1]);
  }
}

Attributes draw_attributes(Dice& dice, const OperatorSpec& op, Direction direction,
                           const Shape& shape) {
  Attributes attributes;
  draw_shape_attributes(dice, op, shape, attributes);
  const bool is_forward = direction == Direction::forward;
  if (op.name == "rms_norm" || !dice.one_in(5)) {
    attributes["eps"] = to_attribute(draw_eps(dice));
  }
  for (const AttributeSpec& spec : op.attributes) {
    if (spec.name == "layout" || dice.one_in(3)) continue;
    if (spec.name == "p" && !is_forward) continue;
    if (spec.kind == AttributeKind::choice) {
      attributes[spec.name] = draw_choice(dice, spec);
    } else if (spec.name == "gamma_offset") {
      attributes[spec.name] = dice.between(0, 1);
    } else if (spec.name == "momentum") {
      attributes[spec.name] = draw_momentum(dice);
    } else if (spec.name == "clamp_variance") {
      attributes[spec.name] = dice.one_in(2);
    } else if (spec.name == "round_normalized") {
      attributes[spec.name] = is_forward && dice.one_in(3);
    }
  }
  const bool has_odd_power =
      attributes.contains("p") && attributes["p"] != AttributeValue(std::string("2"));
  // SPEC 2: inside and floor_inside need p = 2.
  if (has_odd_power) {
    attributes["eps_mode"] = std::string(dice.one_in(2) ? "floor" : "outside");
  }
  return attributes;
}

/// Moves eps to where the root nearly or exactly vanishes, or is rational.
void aim_eps(Dice& dice, const Question& drawn, Attributes& attributes) {
  const std::vector<Group> groups = measure_groups(drawn);
  if (groups.empty()) return;
  const Extended& spread = groups[dice.bits() % groups.size()].spread;
  if (!spread.is_number()) return;
  const mpq_class& q = spread.number().a;
  switch (dice.between(0, 7)) {
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
    case 4:  // where a floor begins to act
      attributes["eps"] = to_attribute(q);
      break;
    case 5:  // a spread far below epsilon, or above
      attributes["eps"] = to_attribute(q * power_of_two(dice.between(-14, 14)));
      break;
    default: {  // q + eps becomes the square of a dyadic number near sqrt(q)
      const long double root = sgn(q) > 0 ? std::sqrt(approximate({q, 0, 0})) : 1.0L;
      if (root < 0x1p-900L || root > 0x1p900L) return;
      int exponent = 0;
      const auto fraction = static_cast<double>(std::frexp(root, &exponent));
      const mpq_class base =
          rational_of(std::ceil(std::ldexp(fraction, 6))) * power_of_two(exponent - 6);
      const bool is_root = drawn.choice("eps_mode") == "floor";
      attributes["eps"] = to_attribute(is_root ? base : mpq_class(base * base - q));
    }
  }
}

/// Nearly all variances are not negative, as those that libraries keep.
void mostly_positive(Dice& dice, Tensor& variance) {
  for (std::int64_t i = 0; i < variance.size(); ++i) {
    if (!dice.one_in(12)) variance.set(i, std::fabs(variance[i]));
  }
}

Tensors draw_inputs(Dice& dice, const OperatorSpec& op, Direction direction,
                    const Attributes& attributes, const Shape& shape,
                    const Format& x_format, Content content) {
  Tensors inputs;
  for (const InputSpec& spec : op.inputs_of(direction)) {
    constexpr std::string_view tangent = "tangent_";
    const bool is_tangent = spec.name.starts_with(tangent);
    if (is_tangent && !inputs.contains(spec.name.substr(tangent.size()))) continue;
    if (!spec.is_required && dice.one_in(3)) continue;
    const Format& format = spec.name == "x" ? x_format : draw_format(dice, x_format);
    Tensor tensor = random_tensor(
        dice, format, input_shape(op, attributes, spec.name, shape), content);
    if (spec.name == "variance") mostly_positive(dice, tensor);
    inputs.emplace(spec.name, std::move(tensor));
  }
  return inputs;
}

}  // namespace

Question random_question(std::uint64_t seed, const Format& x_format, Content content,
                         std::string_view operator_name, Direction direction) {
  Dice dice(seed);
  const OperatorSpec& op = *find_operator(operator_name);
  const Shape shape = draw_shape(dice, dice.between(smallest_rank(op), 5));
  Attributes attributes = draw_attributes(dice, op, direction, shape);
  Tensors inputs =
      draw_inputs(dice, op, direction, attributes, shape, x_format, content);
  const ZeroScaleGradient zero_scale_gradient =
      dice.one_in(3) ? ZeroScaleGradient::zero : ZeroScaleGradient::undefined;
  if (dice.one_in(4)) {
    aim_eps(dice, Question(op, direction, attributes, inputs), attributes);
  }
  return Question(op, direction, std::move(attributes), std::move(inputs),
                  zero_scale_gradient);
}

Question random_question(std::uint64_t seed, const Format& x_format, Content content,
                         std::string_view operator_name) {
  return random_question(seed, x_format, content, operator_name, Direction::forward);
}

Question random_question(std::uint64_t seed, const Format& x_format, Content content) {
  const std::size_t chosen = seed % operators().size();
  return random_question(seed, x_format, content, operators()[chosen].name);
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
  std::string text = question.op().name + " " + std::string(name(question.direction()));
  if (question.zero_scale_gradient() == ZeroScaleGradient::zero) {
    text += ", zero gradient";
  }
  for (const auto& [attribute, value] : question.attributes()) {
    text += "\n  " + attribute + " = ";
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
  for (const auto& [input, tensor] : question.inputs()) {
    text += "\n  " + input + ": " + std::string(tensor.format().name) + " (";
    for (const std::int64_t dimension : tensor.shape()) {
      text += " " + std::to_string(dimension);
    }
    text += " ) =";
    for (std::int64_t i = 0; i < tensor.size(); ++i) text += " " + hex_float(tensor[i]);
  }
  return text;
}

}  // namespace truenorm::twin
