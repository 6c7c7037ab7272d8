// SPDX-License-Identifier: Apache-2.0
// What all constructions of ties share.
#include "oracle/test/tie.hpp"

#include <cmath>

#include "oracle/test/catch.hpp"
#include "oracle/test/random_question.hpp"
#include "oracle/test/twin_rational.hpp"
#include "oracle/truth.hpp"

namespace truenorm::twin {
namespace {

mpz_class odd_part(const mpz_class& value) {
  return value >> mpz_scan1(value.get_mpz_t(), 0);
}

mpz_class drawn_between(Dice& dice, const mpz_class& low, const mpz_class& high) {
  return mpz_class(static_cast<long>(dice.between(low.get_si(), high.get_si())));
}

/// The significands of lower neighbours to draw from, and the exponent of their ulp. Away
/// from the ends of a binade, so that the ulp is the same all around.
struct Binade {
  mpz_class lowest;
  mpz_class highest;
  long ulp_exponent;
};

Binade draw_binade(Dice& dice, const Format& format) {
  const bool is_subnormal = dice.one_in(5);
  const std::int64_t exponent =
      is_subnormal ? format.emin : dice.between(format.emin + 4, format.emax - 4);
  const long smallest = 1L << (format.precision_bits - 1);
  const long ulp_exponent = exponent - format.precision_bits + 1;
  if (is_subnormal) return {4, smallest - 8, ulp_exponent};
  return {smallest + 4, 2 * smallest - 8, ulp_exponent};
}

}  // namespace

double Midpoint::neighbour(long steps) const {
  return as_double((significand + steps) * ulp);
}

double as_double(const mpq_class& value) {
  return round(float64, {value, 0, 0}).nearest;
}

Tensor constant_tensor(const Format& format, const Shape& shape,
                       const mpq_class& value) {
  const auto count = static_cast<std::size_t>(element_count(shape));
  return make_tensor(format, shape, std::vector<double>(count, as_double(value)));
}

Shape shape_of_groups(const OperatorSpec& op, std::int64_t groups,
                      std::int64_t group_size) {
  if (op.name == "instance_norm") return {groups, 1, group_size};
  if (op.name.starts_with("batch_norm")) return {group_size, 1};
  return {groups, group_size};
}

Attributes attributes_for(const OperatorSpec& op) {
  Attributes attributes{{"eps", Rational(0)}};
  if (op.name == "group_norm") attributes["groups"] = std::int64_t{1};
  return attributes;
}

void aim_scale(Dice& dice, const mpq_class& spread, const mpq_class& root,
               Attributes& attributes) {
  const mpq_class square = root * root;
  const Quadratic spread_root = square_root(spread);
  attributes["eps_mode"] = std::string("inside");
  attributes["eps"] = to_attribute(square - spread);
  if (dice.one_in(4) && square > spread) {
    attributes["eps_mode"] = std::string("floor");
    attributes["eps"] = to_attribute(root);
  } else if (dice.one_in(4) && square > spread) {
    attributes["eps_mode"] = std::string("floor_inside");
    attributes["eps"] = to_attribute(square);
  } else if (dice.one_in(2) && sgn(spread) > 0 && spread_root.is_rational()) {
    attributes["eps_mode"] = std::string("outside");
    attributes["eps"] = to_attribute(root - spread_root.a);
  }
}

Midpoint draw_midpoint(Dice& dice, const Format& format) {
  const Binade binade = draw_binade(dice, format);
  return {drawn_between(dice, binade.lowest, binade.highest),
          power_of_two(binade.ulp_exponent)};
}

std::optional<Aim> draw_aim(Dice& dice, const Format& format, const mpq_class& number) {
  const Binade binade = draw_binade(dice, format);
  // Twice a midpoint is an odd number of ulps, and has to be a multiple of this one.
  const mpz_class numerator = odd_part(abs(number.get_num()));
  const mpz_class lowest = (2 * binade.lowest + 1) / numerator + 1;
  const mpz_class highest = (2 * binade.highest + 1) / numerator;
  if (lowest >= highest) return std::nullopt;
  mpz_class multiple = drawn_between(dice, lowest, highest);
  if (mpz_even_p(multiple.get_mpz_t()) != 0) multiple -= 1;
  if (multiple < lowest) return std::nullopt;
  const mpz_class halves = multiple * numerator;
  const mpq_class ulp = power_of_two(binade.ulp_exponent);
  return Aim{halves * ulp / 2 / abs(number), {(halves - 1) / 2, ulp}};
}

void check(const Tie& tie, const Side& side) {
  const Format format = tie.question.output_formats(tie.output).front();
  const Truth y = truth(tie.question, tie.output, format).front();
  CAPTURE(text_of(tie.question));
  const bool takes_lower =
      side.direction == 0 ? tie.midpoint.has_even_lower() : side.direction < 0;
  CHECK(y.rounded == tie.sign * tie.midpoint.neighbour(takes_lower ? 0 : 1));
  const double tail = tie.sign * (takes_lower ? 0.5 : -0.5);
  if (side.direction == 0) {
    CHECK(y.tail_ulps == tail);
    CHECK(y.level == Level::decide);
  } else {
    CHECK(std::fabs(y.tail_ulps - tail) <= 0x1p-20);
  }
}

}  // namespace truenorm::twin
