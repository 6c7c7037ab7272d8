// SPDX-License-Identifier: Apache-2.0
// Gradients half-way between two floats, or a hair beside, made by algebra.
#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "oracle/test/catch.hpp"
#include "oracle/test/random_question.hpp"
#include "oracle/test/tie.hpp"
#include "oracle/test/twin_rational.hpp"

namespace truenorm::twin {
namespace {

const std::vector<Format> target_formats{float16, bfloat16, float32};

/// Constructs and checks `count` ties; a draw that cannot be made one is drawn again.
template <typename Construct>
void construct_many(const Side& side, std::int64_t count, const Construct& construct) {
  for (const Format& format : target_formats) {
    std::int64_t made = 0;
    for (std::uint64_t seed = 1; made < scaled_count(count); ++seed) {
      CAPTURE(format.name, seed);
      Dice dice(seed);
      const std::optional<Tie> tie = construct(dice, format, side);
      if (!tie) continue;
      check(*tie, side);
      ++made;
    }
  }
}

/// The tensor of the values; none if the format does not hold them all.
std::optional<Tensor> exact_tensor(const Format& format, const Shape& shape,
                                   const std::vector<mpq_class>& values) {
  Tensor tensor(format, shape);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double value = as_double(values[i]);
    if (!std::isfinite(value) || rational_of(value) != values[i] ||
        !is_value_of(format, value)) {
      return std::nullopt;
    }
    tensor.set(static_cast<std::int64_t>(i), value);
  }
  return tensor;
}

std::vector<mpq_class> draw_integers(Dice& dice, std::size_t count) {
  std::vector<mpq_class> values(count);
  for (mpq_class& value : values) value = static_cast<long>(dice.between(-8, 8));
  return values;
}

/// A vjp without its dy, in which every group has the same rational s.
struct Setting {
  const OperatorSpec& op;
  Attributes attributes;
  Tensors inputs;
  Shape shape;

  [[nodiscard]] Question question(Tensor dy) const {
    Tensors all = inputs;
    all.emplace("dy", std::move(dy));
    return Question(op, Direction::vjp, attributes, std::move(all));
  }
};

void draw_parameters(Dice& dice, const Format& format, Setting& setting) {
  for (const std::string name : {"gamma", "mean", "variance"}) {
    if (!setting.op.find_input(Direction::vjp, name)) continue;
    const Shape shape =
        input_shape(setting.op, setting.attributes, name, setting.shape);
    Tensor drawn(format, shape);
    for (std::int64_t i = 0; i < drawn.size(); ++i) {
      drawn.set(i, static_cast<double>(dice.between(1, 9)));
    }
    setting.inputs.emplace(name, std::move(drawn));
  }
}

Setting draw_setting(Dice& dice, const OperatorSpec& op, const Format& format) {
  const std::int64_t size = 3 + 2 * dice.between(0, 1);
  Setting setting{op, attributes_for(op), {}, shape_of_groups(op, 1, size)};
  const std::vector<mpq_class> x = draw_integers(dice, static_cast<std::size_t>(size));
  setting.inputs.emplace("x", *exact_tensor(format, setting.shape, x));
  draw_parameters(dice, format, setting);
  const Question unscaled = setting.question(Tensor(float64, setting.shape));
  const mpq_class spread = measure_groups(unscaled).front().spread.number().a;
  const mpq_class root =
      mpq_class(static_cast<long>(dice.between(1, 40))) / dice.between(1, 9);
  aim_scale(dice, spread, root, setting.attributes);
  return setting;
}

/// The first element of the output, which is rational since s is.
mpq_class first_of(const Setting& setting, const std::string& output,
                   const std::vector<mpq_class>& dy) {
  const Question question = setting.question(*exact_tensor(float64, setting.shape, dy));
  return evaluate(question).outputs.at(output).front().value.number().a;
}

/// The largest power of two that moves by at most 2^-bits ulp what has this slope.
mpq_class hair(const Side& side, const mpq_class& ulp, const mpq_class& slope) {
  const mpq_class most = ulp * power_of_two(-side.bits) / abs(slope);
  return power_of_two(binade({most, 0, 0}));
}

/// A gradient is linear in dy: a multiple of some dy takes it to the midpoint, and a bit
/// of dy elsewhere away again.
std::optional<Tie> construct_linear(Dice& dice, const Format& format, const Side& side,
                                    const OperatorSpec& op, const std::string& output) {
  const Setting setting = draw_setting(dice, op, format);
  const auto size = static_cast<std::size_t>(element_count(setting.shape));
  std::vector<mpq_class> dy = draw_integers(dice, size);
  dy.back() = 0;
  const mpq_class drawn = first_of(setting, output, dy);
  if (sgn(drawn) == 0) return std::nullopt;
  const std::optional<Aim> aim = draw_aim(dice, format, drawn);
  if (!aim) return std::nullopt;
  for (mpq_class& value : dy) value *= aim->factor;
  if (side.direction != 0) {
    std::vector<mpq_class> last(size);
    last.back() = 1;
    const mpq_class slope = first_of(setting, output, last);
    if (sgn(slope) == 0) return std::nullopt;
    dy.back() =
        side.direction * sgn(drawn) * sgn(slope) * hair(side, aim->midpoint.ulp, slope);
  }
  std::optional<Tensor> dy_tensor = exact_tensor(float64, setting.shape, dy);
  if (!dy_tensor) return std::nullopt;
  return Tie{setting.question(std::move(*dy_tensor)), output, aim->midpoint,
             sgn(drawn)};
}

/// dx = r dy gamma, with an r that is made for it.
std::optional<Tie> construct_given(Dice& dice, const Format& format, const Side& side) {
  Setting setting = draw_setting(dice, *find_operator("batch_norm_inference"), format);
  const Midpoint midpoint = draw_midpoint(dice, format);
  const mpq_class value = (midpoint.significand + mpq_class(1, 2) +
                           side.direction * power_of_two(-side.bits)) *
                          midpoint.ulp;
  const long dy = dice.between(1, 60);
  const mpq_class root = dy * rational_of(setting.inputs.at("gamma")[0]) / value;
  aim_scale(dice, rational_of(setting.inputs.at("variance")[0]), root,
            setting.attributes);
  const int sign = dice.one_in(2) ? 1 : -1;
  return Tie{setting.question(constant_tensor(format, setting.shape, sign * dy)), "dx",
             midpoint, sign};
}

/// A group of three elements, the first of which meets the parameter.
struct Row {
  std::vector<mpq_class> x;
  mpq_class centered;  ///< of the first element
  mpq_class square;    ///< s^2
};

/// Rows by the square class of s^2, which its product with squares does not leave.
using Rows = std::map<unsigned long, std::vector<Row>>;

unsigned long without_squares(const mpq_class& value) {
  unsigned long product = mpz_class(value.get_num() * value.get_den()).get_ui();
  for (unsigned long factor = 2; factor * factor <= product; ++factor) {
    while (product % (factor * factor) == 0) product /= factor * factor;
  }
  return product;
}

Row measured_row(const OperatorSpec& op, const mpq_class& eps,
                 const std::vector<mpq_class>& x) {
  const bool has_mean = op.name != "rms_norm";
  const mpq_class mean = has_mean ? mpq_class((x[0] + x[1] + x[2]) / 3) : mpq_class(0);
  mpq_class squares = 0;
  for (const mpq_class& value : x) squares += (value - mean) * (value - mean);
  return {x, x[0] - mean, squares / 3 + eps};
}

/// Every row of small numbers whose first element is not at the mean.
Rows all_rows(const OperatorSpec& op, const mpq_class& eps) {
  constexpr long most = 8;
  Rows rows;
  for (long a = 0; a <= most; ++a) {
    for (long b = 0; b <= most; ++b) {
      for (long c = 0; c <= most; ++c) {
        Row row = measured_row(op, eps, {a, b, c});
        if (sgn(row.centered) == 0) continue;
        rows[without_squares(row.square)].push_back(std::move(row));
      }
    }
  }
  return rows;
}

const Row& any_row(Dice& dice, const std::vector<Row>& rows) {
  return rows[dice.bits() % rows.size()];
}

/// What a row adds to dgamma: dy times its first x-hat.
struct Term {
  const Row* row;
  mpq_class dy;
};

/// Two rows of one class, not that of the squares, whose terms cancel.
void add_cancelling_pair(Dice& dice, const Rows& rows, const mpq_class& unit,
                         std::vector<Term>& terms) {
  auto chosen = rows.begin();
  do {
    chosen = std::next(rows.begin(), dice.between(0, std::ssize(rows) - 1));
  } while (chosen->first == 1 || chosen->second.size() < 2);
  const Row& first = any_row(dice, chosen->second);
  const Row& second = any_row(dice, chosen->second);
  // dy_2 c_2 / s_2 = -dy_1 c_1 / s_1
  const mpq_class ratio =
      -first.centered / second.centered * square_root(second.square / first.square).a;
  const mpq_class multiple = static_cast<long>(dice.between(1, 50)) * unit;
  terms.push_back({&first, ratio.get_den() * multiple});
  terms.push_back({&second, ratio.get_num() * multiple});
}

/// dgamma[0] from rows whose roots are rational, from others that cancel, and from one
/// that is but a hair.
std::optional<Tie> construct_dgamma(Dice& dice, const Format& format, const Side& side,
                                    const OperatorSpec& op, const mpq_class& eps,
                                    const Rows& rows) {
  const std::vector<Row>& squares = rows.at(1);
  std::vector<Term> terms;
  mpq_class drawn = 0;
  for (std::int64_t count = dice.between(1, 3); count > 0; --count) {
    const Row& row = any_row(dice, squares);
    terms.push_back({&row, static_cast<long>(dice.between(-5, 5))});
    drawn += terms.back().dy * row.centered / square_root(row.square).a;
  }
  if (sgn(drawn) == 0) return std::nullopt;
  const std::optional<Aim> aim = draw_aim(dice, format, drawn);
  if (!aim) return std::nullopt;
  for (Term& term : terms) term.dy *= aim->factor;
  for (std::int64_t count = dice.between(1, 3); count > 0; --count) {
    add_cancelling_pair(dice, rows,
                        aim->midpoint.ulp * power_of_two(dice.between(-3, 9)), terms);
  }
  if (side.direction != 0) {
    const auto chosen = std::next(rows.begin(), dice.between(0, std::ssize(rows) - 1));
    const Row& row = any_row(dice, chosen->second);
    // |x-hat| < 2
    terms.push_back({&row, side.direction * sgn(drawn) * sgn(row.centered) *
                               hair(side, aim->midpoint.ulp, 2)});
  }
  for (std::size_t i = terms.size(); i > 1; --i) {
    std::swap(terms[i - 1], terms[dice.bits() % i]);
  }
  std::vector<mpq_class> x;
  std::vector<mpq_class> dy;
  for (const Term& term : terms) {
    x.insert(x.end(), term.row->x.begin(), term.row->x.end());
    dy.insert(dy.end(), {term.dy, 0, 0});
  }
  const Shape shape = shape_of_groups(op, std::ssize(terms), 3);
  std::optional<Tensor> dy_tensor = exact_tensor(float64, shape, dy);
  if (!dy_tensor) return std::nullopt;
  Attributes attributes = attributes_for(op);
  attributes["eps"] = to_attribute(eps);
  const Shape parameters = input_shape(op, attributes, "gamma", shape);
  return Tie{Question(op, Direction::vjp, attributes,
                      {{"x", *exact_tensor(format, shape, x)},
                       {"gamma", constant_tensor(format, parameters, 3)},
                       {"dy", std::move(*dy_tensor)}}),
             "dgamma", aim->midpoint, sgn(drawn)};
}

void construct_dx(const Side& side, std::int64_t count) {
  for (const OperatorSpec& op : operators()) {
    CAPTURE(op.name);
    construct_many(side, count, [&](Dice& dice, const Format& format, const Side& at) {
      return op.name == "batch_norm_inference"
                 ? construct_given(dice, format, at)
                 : construct_linear(dice, format, at, op, "dx");
    });
  }
}

void construct_dgamma_of_one_group(const Side& side, std::int64_t count) {
  for (const char* name : {"batch_norm", "batch_norm_inference", "weight_norm"}) {
    CAPTURE(name);
    construct_many(side, count, [&](Dice& dice, const Format& format, const Side& at) {
      return construct_linear(dice, format, at, *find_operator(name), "dgamma");
    });
  }
}

void construct_dgamma_across_groups(const Side& side, std::int64_t count) {
  for (const char* name : {"layer_norm", "rms_norm", "group_norm", "instance_norm"}) {
    const OperatorSpec& op = *find_operator(name);
    for (const mpq_class& eps : {mpq_class(1), mpq_class(1, 3), mpq_class(1, 9)}) {
      CAPTURE(name, eps.get_str());
      const Rows rows = all_rows(op, eps);
      construct_many(side, count,
                     [&](Dice& dice, const Format& format, const Side& at) {
                       return construct_dgamma(dice, format, at, op, eps, rows);
                     });
    }
  }
}

constexpr Side exactly{0, 0};

TEST_CASE("exact ties of dx go to the even neighbour", "[twin]") {
  construct_dx(exactly, 150);
}

TEST_CASE("exact ties of dgamma go to the even neighbour", "[twin]") {
  construct_dgamma_of_one_group(exactly, 50);
  construct_dgamma_across_groups(exactly, 80);
}

/// About 112 bits are where the roots' own bounds, of 128 bits, begin to tell the sides.
TEST_CASE("a gradient a hair beside a tie goes to its own side", "[twin]") {
  const long bits = GENERATE(40, 100, 108, 112, 116, 120, 200);
  const int direction = GENERATE(-1, 1);
  CAPTURE(bits, direction);
  const Side beside{direction, bits};
  construct_dx(beside, 12);
  construct_dgamma_of_one_group(beside, 8);
  construct_dgamma_across_groups(beside, 12);
}

}  // namespace
}  // namespace truenorm::twin
