// SPDX-License-Identifier: Apache-2.0
// The oracle's derivatives against central differences, wherever y is smooth.
#include "oracle/test/difference.hpp"

#include <array>
#include <functional>

#include "oracle/test/catch.hpp"
#include "oracle/test/random_question.hpp"
#include "oracle/truth.hpp"

namespace truenorm::twin {
namespace {

/// A value of the attribute, drawn from all that derivatives allow.
AttributeValue draw_attribute(Dice& dice, const AttributeSpec& spec,
                              const Shape& shape) {
  static const std::array eps{1e-5, 0x1p-7, 0.0380859375, 0.25, 1.0, 4.0, -0x1p-7};
  const auto rank = static_cast<std::int64_t>(shape.size());
  if (spec.name == "eps") return dice.among(eps);
  if (spec.name == "groups") return dice.between(1, 2);
  if (spec.name == "gamma_offset") return dice.between(0, 1);
  if (spec.name == "round_normalized" || spec.name == "p") return *spec.default_value;
  if (spec.kind == AttributeKind::boolean) return dice.one_in(2);
  if (spec.kind == AttributeKind::axis) return dice.between(-rank, rank - 1);
  if (spec.kind == AttributeKind::choice) {
    return spec.choices[dice.bits() % spec.choices.size()];
  }
  std::vector<std::int64_t> axes;
  for (std::int64_t axis = rank; axis-- > 0;) {
    if (!dice.one_in(3)) axes.push_back(axis);
  }
  return axes;
}

/// A tensor about 0, about an offset, or a constant.
Tensor draw_tensor(Dice& dice, const Shape& shape) {
  static const std::array formats{float16, float32, float64};
  static const std::array offsets{0.0, 1.0, -30.0};
  static const std::array deviations{0.0, 0.25, 1.0, 1.0, 3.0};
  const double offset = dice.among(offsets);
  const double deviation = dice.among(deviations);
  std::vector<double> values(static_cast<std::size_t>(element_count(shape)));
  for (double& value : values) value = offset + deviation * dice.normal();
  return make_tensor(dice.among(formats), shape, values);
}

/// A small question, smooth or not.
Question draw_question(std::uint64_t seed, const OperatorSpec& op, Direction direction,
                       const std::string& eps_mode) {
  static const std::array<Shape, 3> shapes{Shape{2, 4, 4}, Shape{3, 4},
                                           Shape{4, 2, 1, 2}};
  Dice dice(seed);
  const Shape& shape = dice.among(shapes);
  Attributes attributes;
  for (const AttributeSpec& spec : op.attributes) {
    // Running statistics have no derivatives.
    if (spec.name == "momentum") continue;
    attributes.emplace(spec.name, draw_attribute(dice, spec, shape));
  }
  attributes["eps_mode"] = eps_mode;
  Tensors inputs;
  for (const InputSpec& spec : op.inputs_of(direction)) {
    const std::string primal =
        spec.name.starts_with("tangent_") ? spec.name.substr(8) : "x";
    if (!inputs.contains(primal) && spec.name != "x") continue;
    if (!spec.is_required && dice.one_in(5)) continue;
    inputs.emplace(spec.name,
                   draw_tensor(dice, input_shape(op, attributes, spec.name, shape)));
  }
  return Question(op, direction, attributes, inputs);
}

/// A derivative of the oracle, the same by differences, and where both stand.
struct Comparison {
  Real truth;
  Difference difference;
  std::string place;

  [[nodiscard]] bool agrees(const Real& claimed) const {
    // truth_texts has 30 digits.
    const Real last_digit = two_to(-96) * abs(claimed);
    return abs(claimed - difference.value) <= difference.tolerance() + last_digit;
  }
};

std::vector<Comparison> compare_gradients(const Question& question,
                                          const ForwardMap& map) {
  std::vector<Comparison> result;
  const Tensor& dy = *question.input("dy");
  for (const auto& [input, values] : map.point()) {
    const std::vector<std::string> truths = truth_texts(question, "d" + input);
    REQUIRE(truths.size() == values.size());
    for (std::size_t k = 0; k < values.size(); ++k) {
      Reals direction(values.size(), 0);
      direction[k] = 1;
      const std::vector<Difference> changes = map.along({{input, direction}});
      Difference gradient;
      for (std::size_t i = 0; i < changes.size(); ++i) {
        const Real weight = dy[static_cast<std::int64_t>(i)];
        gradient.value += weight * changes[i].value;
        gradient.magnitude += abs(weight) * changes[i].magnitude;
      }
      result.push_back(
          {Real(truths[k]), gradient, "d" + input + "[" + std::to_string(k) + "]"});
    }
  }
  return result;
}

std::vector<Comparison> compare_tangents(const Question& question,
                                         const ForwardMap& map) {
  Point direction;
  for (const auto& [input, values] : map.point()) {
    const Tensor* tangent = question.input("tangent_" + input);
    if (tangent == nullptr) continue;
    Reals& tangents = direction[input];
    for (std::int64_t i = 0; i < tangent->size(); ++i) {
      tangents.emplace_back((*tangent)[i]);
    }
  }
  const std::vector<Difference> changes = map.along(direction);
  const std::vector<std::string> truths = truth_texts(question, "tangent_y");
  REQUIRE(truths.size() == changes.size());
  std::vector<Comparison> result;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    result.push_back(
        {Real(truths[i]), changes[i], "tangent_y[" + std::to_string(i) + "]"});
  }
  return result;
}

/// Calls visit with smooth questions on the operator, and with their derivatives: as many
/// for each eps_mode.
void for_comparisons(
    const OperatorSpec& op, Direction direction, std::int64_t count,
    const std::function<void(const Question&, const std::vector<Comparison>&)>& visit) {
  for (const std::string& mode : op.find_attribute("eps_mode")->choices) {
    for_seeds_until(scaled_count(count), 1, [&](std::uint64_t seed) {
      CAPTURE(seed);
      const Question question = draw_question(seed, op, direction, mode);
      const ForwardMap map(question);
      if (!map.is_smooth()) return std::int64_t{0};
      const std::vector<Comparison> all = direction == Direction::vjp
                                              ? compare_gradients(question, map)
                                              : compare_tangents(question, map);
      visit(question, all);
      return static_cast<std::int64_t>(all.size());
    });
  }
}

void examine_many(const OperatorSpec& op, Direction direction) {
  std::int64_t elements = 0;
  for_comparisons(op, direction, 1'000, [&](const Question& question, const auto& all) {
    elements += static_cast<std::int64_t>(all.size());
    for (const Comparison& each : all) {
      if (each.agrees(each.truth)) continue;
      FAIL_CHECK(text_of(question)
                 << "\n"
                 << each.place << " is " << each.truth.str(30) << ", by differences "
                 << each.difference.value.str(45) << " within "
                 << each.difference.tolerance().str(3));
      return;
    }
  });
  WARN(op.name << " " << name(direction) << ": " << elements
               << " derivatives compared with differences");
}

/// Whether a derivative is one that no cancellation makes small.
bool is_substantial(const Comparison& each) {
  return abs(each.truth) > two_to(-40) * each.difference.magnitude;
}

struct FaultTally {
  std::int64_t elements = 0;
  std::int64_t substantial = 0;
};

void examine_faults(const OperatorSpec& op, Direction direction, FaultTally& tally) {
  for_comparisons(op, direction, 100, [&](const Question& question, const auto& all) {
    for (const Comparison& each : all) {
      ++tally.elements;
      if (!is_substantial(each)) continue;
      ++tally.substantial;
      CAPTURE(text_of(question), each.place);
      CHECK_FALSE(each.agrees(each.truth * Real("1.000000001")));
      CHECK_FALSE(each.agrees(each.truth * Real("0.999999999")));
      CHECK_FALSE(each.agrees(-each.truth));
    }
  });
}

TEST_CASE("the gradients of every operator are those that differences give", "[twin]") {
  for (const OperatorSpec& op : operators()) examine_many(op, Direction::vjp);
}

TEST_CASE("the tangents of every operator are those that differences give", "[twin]") {
  for (const OperatorSpec& op : operators()) examine_many(op, Direction::jvp);
}

TEST_CASE("a derivative that is off by 1e-9 is not what differences give", "[twin]") {
  FaultTally tally;
  for (const OperatorSpec& op : operators()) {
    examine_faults(op, Direction::vjp, tally);
    examine_faults(op, Direction::jvp, tally);
  }
  CAPTURE(tally.elements, tally.substantial);
  // Constant groups and clamped variances have derivatives that are 0.
  CHECK(2 * tally.substantial > tally.elements);
}

}  // namespace
}  // namespace truenorm::twin
