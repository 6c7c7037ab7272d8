// SPDX-License-Identifier: Apache-2.0
// Shapes first, then x group by group, then what is aimed at the groups' statistics.
#include "oracle/test/nasty.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "oracle/test/reading.hpp"

namespace truenorm::twin {
namespace {

/// A random whole number from 1 to `most`, each magnitude as likely as another.
std::int64_t draw_size(Dice& dice, std::int64_t most) {
  const double size = std::exp2(dice.unit() * std::log2(static_cast<double>(most) + 1));
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(size), 1, most);
}

/// Most questions are small, so that there are many; some are as large as may be.
std::int64_t draw_element_count(Dice& dice, std::int64_t most) {
  if (dice.one_in(1000)) return most / draw_size(dice, 16);
  if (dice.one_in(16)) return draw_size(dice, std::min<std::int64_t>(most, 1 << 16));
  return draw_size(dice, std::min<std::int64_t>(most, 1 << 12));
}

/// How x is cut: `groups` groups of `inner * outer` elements.
struct Cut {
  std::int64_t groups;
  std::int64_t inner;
  std::int64_t outer;
};

Cut draw_cut(Dice& dice, std::int64_t most) {
  const std::int64_t count = draw_element_count(dice, most);
  const std::int64_t members = dice.one_in(3) ? count : draw_size(dice, count);
  const std::int64_t outer =
      dice.one_in(2) ? 1 : draw_size(dice, std::min<std::int64_t>(members, 16));
  return {count / members, std::max<std::int64_t>(members / outer, 1), outer};
}

struct Layout {
  Shape shape;
  Attributes attributes;
};

Layout axes_layout(Dice& dice, const Cut& cut) {
  using Axes = std::vector<std::int64_t>;
  switch (dice.between(0, 3)) {
    case 0:
      return {{cut.groups, cut.inner * cut.outer}, {{"axes", Axes{-1}}}};
    case 1:
      return {{cut.groups, cut.outer, cut.inner}, {{"axes", Axes{1, 2}}}};
    case 2:
      return {{cut.inner, cut.groups, cut.outer}, {{"axes", Axes{2, 0}}}};
    default:
      return {{cut.inner * cut.outer, cut.groups}, {{"axes", Axes{0}}}};
  }
}

Layout group_layout(Dice& dice, const Cut& cut) {
  const std::int64_t groups = draw_size(dice, std::min<std::int64_t>(cut.groups, 16));
  const std::int64_t samples = std::max<std::int64_t>(cut.groups / groups, 1);
  const std::int64_t channels = groups * cut.outer;
  Layout layout;
  layout.attributes["groups"] = groups;
  if (dice.one_in(2)) layout.attributes["affine"] = std::string("per_group");
  if (dice.one_in(2)) {
    layout.shape = {samples, channels, cut.inner};
  } else {
    layout.shape = {samples, cut.inner, channels};
    layout.attributes["layout"] = std::string("channels_last");
  }
  return layout;
}

/// instance_norm: samples * channels groups; the others: channels of all samples.
Layout channel_layout(Dice& dice, const Cut& cut, bool is_per_sample) {
  const bool is_last = dice.one_in(2);
  Layout layout;
  if (is_last) layout.attributes["layout"] = std::string("channels_last");
  if (dice.one_in(4)) {
    layout.attributes["batched"] = false;
    const std::int64_t space = cut.inner * cut.outer;
    layout.shape = is_last ? Shape{space, cut.groups} : Shape{cut.groups, space};
    return layout;
  }
  const std::int64_t samples =
      is_per_sample ? draw_size(dice, std::min<std::int64_t>(cut.groups, 16))
                    : cut.outer;
  const std::int64_t channels =
      is_per_sample ? std::max<std::int64_t>(cut.groups / samples, 1) : cut.groups;
  const std::int64_t space = is_per_sample ? cut.inner * cut.outer : cut.inner;
  layout.shape =
      is_last ? Shape{samples, space, channels} : Shape{samples, channels, space};
  return layout;
}

Layout dim_layout(Dice& dice, const Cut& cut) {
  const std::int64_t members = cut.inner * cut.outer;
  if (dice.one_in(2)) return {{cut.groups, members}, {{"dim", std::int64_t{-1}}}};
  const std::int64_t after = draw_size(dice, std::min<std::int64_t>(cut.groups, 16));
  const std::int64_t before = std::max<std::int64_t>(cut.groups / after, 1);
  return {{before, members, after}, {{"dim", std::int64_t{1}}}};
}

Layout weight_layout(Dice& dice, const Cut& cut) {
  if (dice.one_in(2)) return {{cut.groups, cut.inner, cut.outer}, {}};
  return {{cut.inner, cut.groups, cut.outer}, {{"dim", std::int64_t{1}}}};
}

Layout draw_layout(Dice& dice, const OperatorSpec& op, const Cut& cut) {
  switch (op.grouping) {
    case Grouping::axes:
      return axes_layout(dice, cut);
    case Grouping::channel_groups:
      return group_layout(dice, cut);
    case Grouping::sample_channel:
      return channel_layout(dice, cut, true);
    case Grouping::channel:
      return channel_layout(dice, cut, false);
    case Grouping::dim:
      return dim_layout(dice, cut);
    case Grouping::all_but_dim:
      return weight_layout(dice, cut);
  }
  return {};
}

void draw_attributes(Dice& dice, const OperatorSpec& op, Direction direction,
                     Attributes& attributes) {
  static const std::array<std::string, 4> modes{"inside", "outside", "floor",
                                                "floor_inside"};
  const bool is_forward = direction == Direction::forward;
  if (dice.one_in(3)) attributes["eps_mode"] = dice.among(modes);
  if (op.find_attribute("p") != nullptr && is_forward && dice.one_in(2)) {
    attributes["p"] = std::string(dice.one_in(2) ? "1" : "inf");
    attributes["eps_mode"] = std::string(dice.one_in(2) ? "floor" : "outside");
  }
  if (op.find_attribute("gamma_offset") != nullptr) {
    attributes["gamma_offset"] = std::int64_t{dice.one_in(4) ? 1 : 0};
    attributes["round_normalized"] = is_forward && dice.one_in(8);
  }
  if (op.find_attribute("clamp_variance") != nullptr) {
    attributes["clamp_variance"] = dice.one_in(2);
  }
  if (op.find_attribute("momentum") != nullptr) {
    static constexpr std::array momenta{0.0, 0.1, 0.5, 0.99, 1.0, -0.25};
    attributes["momentum"] = dice.among(momenta);
    if (dice.one_in(2)) attributes["momentum_of"] = std::string("old");
    if (dice.one_in(2)) attributes["running_variance_divisor"] = std::string("n");
  }
  attributes["eps"] = 1e-5;
}

/// What aims at a group: no more than long double's digits are right.
struct Estimate {
  long double mean = 0;
  long double spread = 0;
};

Estimate estimate(const OperatorSpec& op, const std::vector<double>& x,
                  const std::vector<std::size_t>& members) {
  Estimate result;
  const auto n = static_cast<long double>(members.size());
  if (op.location != Location::none) {
    for (const std::size_t i : members)
      result.mean += static_cast<long double>(x[i]) / n;
  }
  const bool is_mean =
      op.spread != Spread::sum_square && op.spread != Spread::sum_power;
  for (const std::size_t i : members) {
    const long double c = static_cast<long double>(x[i]) - result.mean;
    result.spread += is_mean ? c * c / n : c * c;
  }
  return result;
}

Rational rational_of_long(long double value) {
  int exponent = 0;
  const auto fraction = static_cast<double>(std::frexp(value, &exponent));
  return exact(fraction) * power_of_two(exponent);
}

/// eps from 0 and 1e-300 to 1e3, absolute or relative to a group's spread.
Rational draw_eps(Dice& dice, std::string_view eps_mode, long double spread) {
  static constexpr std::array sizes{0.0L,  1e-300L, 1e-30L, 1e-12L, 1e-6L, 1e-5L,
                                    1e-3L, 0.1L,    1.0L,   10.0L,  1e3L};
  if (dice.one_in(16)) return Rational(1, 1000000);
  const long double size = dice.among(sizes);
  const bool is_relative = spread > 0 && spread < 1e4000L && dice.one_in(2);
  if (!is_relative) return rational_of_long(size);
  const bool is_of_root = eps_mode == "outside" || eps_mode == "floor";
  const long double unit = is_of_root ? std::sqrt(spread) : spread;
  if (dice.one_in(8)) {  // all of the spread but a little is taken away
    const int bits = static_cast<int>(dice.between(1, 50));
    return rational_of_long(-unit * (1 - std::ldexp(1.0L, -bits)));
  }
  const long double sign = size < 0.5L && dice.one_in(6) ? -1 : 1;
  return rational_of_long(sign * size * unit);
}

const Format& draw_format(Dice& dice, const Format& x_format) {
  const auto any = static_cast<std::size_t>(dice.bits() % formats().size());
  return dice.one_in(3) ? formats()[any] : x_format;
}

double wild_parameter(Dice& dice, const Format& format) {
  static constexpr std::array known{0.0, -0.0, 1.0, -1.0, 1e8, -1e8, 1e-8, 0.5};
  return dice.one_in(4) ? draw_anywhere(dice, format) : dice.among(known);
}

class Kitchen {
 public:
  explicit Kitchen(const Recipe& recipe)
      : recipe_(recipe),
        dice_(recipe.seed),
        op_(*find_operator(recipe.operator_name)) {}

  NastyQuestion cook() {
    affine_class_ = static_cast<AffineClass>(dice_.between(0, 3));
    direction_class_ = direction_classes()[dice_.bits() % direction_classes().size()];
    // A gradient of parameters keeps a sum for each, and here each element has its own.
    const bool has_many_sums =
        op_.name == "normalize_along_dim" && recipe_.direction == Direction::vjp;
    const std::int64_t most = std::min<std::int64_t>(recipe_.most_elements,
                                                     has_many_sums ? 1 << 17 : 1 << 20);
    Layout layout = draw_layout(dice_, op_, draw_cut(dice_, most));
    attributes_ = std::move(layout.attributes);
    draw_attributes(dice_, op_, recipe_.direction, attributes_);
    draw_formats(layout.shape);
    members_ = members_of(ask());
    draw_x();
    draw_statistics();
    attributes_["eps"] =
        draw_eps(dice_, ask().choice("eps_mode"), estimates_.front().spread);
    find_x_hat();
    draw_parameters();
    draw_directions();
    return {ask(), affine_class_, direction_class_};
  }

 private:
  /// The question with what is known by now, 0 elsewhere.
  [[nodiscard]] Question ask() const {
    return Question(op_, recipe_.direction, attributes_, inputs_);
  }

  void draw_formats(const Shape& x_shape) {
    constexpr std::string_view tangent = "tangent_";
    for (const InputSpec& spec : op_.inputs_of(recipe_.direction)) {
      const bool is_tangent = spec.name.starts_with(tangent);
      if (is_tangent && !inputs_.contains(spec.name.substr(tangent.size()))) continue;
      const bool is_affine = spec.name == "gamma" || spec.name == "beta";
      if (is_affine && affine_class_ == AffineClass::absent) continue;
      const bool may_lack =
          !spec.is_required && !(is_affine && affine_class_ == AffineClass::cancelling);
      if (may_lack && dice_.one_in(4)) continue;
      const Format& format =
          spec.name == "x" ? recipe_.x_format : draw_format(dice_, recipe_.x_format);
      inputs_.emplace(
          spec.name, Tensor(format, input_shape(op_, attributes_, spec.name, x_shape)));
    }
  }

  void put(std::string_view input, std::vector<double> values) {
    Tensor& tensor = inputs_.find(input)->second;
    const double bound = largest_finite(tensor.format());
    for (double& v : values) v = std::clamp(v, -bound, bound);
    tensor = make_tensor(tensor.format(), tensor.shape(), values);
  }

  void draw_x() {
    std::vector<double> x(members_.of_element.size());
    const Format& format = recipe_.x_format;
    const bool is_same_for_all = members_.of_groups.size() > 1 && dice_.one_in(4);
    std::vector<double> row;
    for (const auto& group : members_.of_groups) {
      if (!is_same_for_all || row.empty()) {
        row = draw_row(dice_, format, recipe_.row_class, group.size());
      }
      for (std::size_t k = 0; k < group.size(); ++k) x[group[k]] = row[k];
    }
    put("x", x);
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] = inputs_.find("x")->second[static_cast<std::int64_t>(i)];
    }
    for (const auto& group : members_.of_groups) {
      estimates_.push_back(estimate(op_, x, group));
    }
    x_ = std::move(x);
  }

  /// Statistics that are given come from the group, or from anywhere.
  void draw_statistics() {
    for (const auto& [mean, variance] :
         {std::pair{"mean", "variance"},
          std::pair{"running_mean", "running_variance"}}) {
      if (inputs_.contains(mean)) put(mean, draw_means());
      if (inputs_.contains(variance)) put(variance, draw_variances());
    }
    if (op_.location != Location::given) return;
    for (std::size_t g = 0; g < estimates_.size(); ++g) {
      const auto at = static_cast<std::int64_t>(g);
      estimates_[g].mean = inputs_.find("mean")->second[at];
      estimates_[g].spread = inputs_.find("variance")->second[at];
    }
  }

  std::vector<double> draw_means() {
    std::vector<double> means;
    for (std::size_t g = 0; g < estimates_.size(); ++g) {
      const auto& group = members_.of_groups[g];
      const auto mean = static_cast<double>(estimates_[g].mean);
      const std::array candidates{mean, mean, x_[group[dice_.bits() % group.size()]],
                                  0.0};
      means.push_back(dice_.among(candidates));
    }
    return means;
  }

  std::vector<double> draw_variances() {
    std::vector<double> variances;
    for (const Estimate& group : estimates_) {
      const auto spread = static_cast<double>(group.spread);
      const double anywhere = std::fabs(draw_anywhere(dice_, recipe_.x_format));
      const std::array candidates{spread, spread,   spread, 1.0,
                                  0.0,    anywhere, 1e-30,  1e30};
      const double variance = dice_.among(candidates);
      variances.push_back(dice_.one_in(12) ? -variance : variance);
    }
    return variances;
  }

  void find_x_hat() {
    const Question question = ask();
    const Reading reading(question);
    const auto eps = to_long_double(question.real("eps"));
    x_hat_.resize(x_.size());
    for (std::size_t g = 0; g < estimates_.size(); ++g) {
      const long double q = std::max(0.0L, estimates_[g].spread);
      long double s = std::sqrt(q + eps);
      if (reading.scale_mode == ScaleMode::outside) s = std::sqrt(q) + eps;
      if (reading.scale_mode == ScaleMode::floor) s = std::max(std::sqrt(q), eps);
      if (reading.scale_mode == ScaleMode::floor_inside)
        s = std::sqrt(std::max(q, eps));
      for (const std::size_t i : members_.of_groups[g]) {
        const long double x_hat = (x_[i] - estimates_[g].mean) / s;
        x_hat_[i] = std::isfinite(x_hat) && std::fabs(x_hat) < 1e300L
                        ? static_cast<double>(x_hat)
                        : 0.0;
      }
    }
  }

  void draw_parameters() {
    for (const std::string_view input : {"gamma", "beta"}) {
      const auto found = inputs_.find(input);
      if (found == inputs_.end()) continue;
      std::vector<double> values(static_cast<std::size_t>(found->second.size()));
      const double unit = std::ldexp(1.0, static_cast<int>(dice_.between(-6, 6)));
      for (double& v : values) {
        v = affine_class_ == AffineClass::wild
                ? wild_parameter(dice_, found->second.format())
                : unit * quick_normal(dice_);
      }
      if (input == "beta" && affine_class_ == AffineClass::cancelling) {
        cancel(values);
      }
      put(input, values);
    }
  }

  /// beta that takes gamma x-hat to nearly 0 for one of the elements that meet it.
  void cancel(std::vector<double>& betas) {
    const auto gamma = inputs_.find("gamma");
    const auto offset = attributes_.find("gamma_offset");
    const double shift =
        offset == attributes_.end()
            ? 0.0
            : static_cast<double>(std::get<std::int64_t>(offset->second));
    const std::size_t start = dice_.bits() % x_.size();
    for (std::size_t k = 0; k < x_.size(); ++k) {
      const std::size_t i = (start + k) % x_.size();
      const std::size_t parameter = members_.of_element[i].parameter;
      const double scale =
          gamma == inputs_.end()
              ? 1.0
              : gamma->second[static_cast<std::int64_t>(parameter)] + shift;
      betas[parameter] = -scale * x_hat_[i];
    }
    for (double& beta : betas) {
      if (!std::isfinite(beta)) beta = 0;
    }
  }

  void draw_directions() {
    for (auto& [input, tensor] : inputs_) {
      if (input == "dy" || input == "tangent_x") {
        draw_like_x(input, tensor.format());
      } else if (input.starts_with("tangent_")) {
        std::vector<double> values(static_cast<std::size_t>(tensor.size()));
        for (double& v : values) {
          v = affine_class_ == AffineClass::wild
                  ? wild_parameter(dice_, tensor.format())
                  : quick_normal(dice_);
        }
        put(input, values);
      }
    }
  }

  void draw_like_x(const std::string& input, const Format& format) {
    std::vector<double> values(x_.size());
    std::vector<double> x_hat;
    for (const auto& group : members_.of_groups) {
      x_hat.clear();
      for (const std::size_t i : group) x_hat.push_back(x_hat_[i]);
      const std::vector<double> drawn =
          draw_direction(dice_, format, direction_class_, x_hat);
      for (std::size_t k = 0; k < group.size(); ++k) values[group[k]] = drawn[k];
    }
    put(input, values);
  }

  const Recipe& recipe_;
  Dice dice_;
  const OperatorSpec& op_;
  AffineClass affine_class_ = AffineClass::absent;
  DirectionClass direction_class_ = DirectionClass::normal;
  Attributes attributes_;
  Tensors inputs_;
  Members members_;
  std::vector<double> x_;
  std::vector<double> x_hat_;
  std::vector<Estimate> estimates_;
};

}  // namespace

std::string_view name(AffineClass affine_class) {
  switch (affine_class) {
    case AffineClass::absent:
      return "absent";
    case AffineClass::tame:
      return "tame";
    case AffineClass::wild:
      return "wild";
    case AffineClass::cancelling:
      return "cancelling";
  }
  return {};
}

NastyQuestion nasty_question(const Recipe& recipe) { return Kitchen(recipe).cook(); }

}  // namespace truenorm::twin
