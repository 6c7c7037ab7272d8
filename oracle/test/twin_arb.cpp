// SPDX-License-Identifier: Apache-2.0
// The formulas of SPEC 2 to 4 as they are printed, over balls.
#include "oracle/test/twin_arb.hpp"

#include <algorithm>

#include "oracle/test/placement.hpp"

namespace truenorm::twin {
namespace {

struct BallGroup {
  std::int64_t index = 0;
  std::vector<std::int64_t> members;
  Ball mean;        ///< mu
  Ball spread;      ///< q
  Ball root;        ///< the root of q+
  Ball scale;       ///< s
  Ball root_share;  ///< lambda of SPEC 4

  explicit BallGroup(long bits)
      : mean(0, bits),
        spread(0, bits),
        root(0, bits),
        scale(0, bits),
        root_share(1, bits) {}
};

class BallFormula {
 public:
  BallFormula(const Question& question, long bits)
      : question_(question),
        op_(question.op()),
        bits_(bits),
        eps_(question.real("eps"), bits),
        places_(places_of(question)) {
    groups_.assign(static_cast<std::size_t>(group_count()), BallGroup(bits));
    for (std::int64_t i = 0; i < question.x().size(); ++i) {
      group_of(i).members.push_back(i);
    }
    for (std::size_t at = 0; at < groups_.size(); ++at) {
      groups_[at].index = static_cast<std::int64_t>(at);
      measure(groups_[at]);
    }
  }

  Ball y(std::int64_t i) const {
    Ball result = normalized(i);
    if (op_.find_attribute("round_normalized") != nullptr &&
        question_.flag("round_normalized")) {
      result = rounded(question_.x().format(), result);
    }
    if (question_.input("gamma") != nullptr) result = result * gamma(i);
    if (question_.input("beta") != nullptr) {
      result += element("beta", place(i).parameter);
    }
    return result;
  }

  Ball statistic(std::string_view output, std::int64_t at) const {
    const BallGroup& group = groups_[static_cast<std::size_t>(at)];
    if (op_.location != Location::given && group.members.empty()) {
      return Ball::indeterminate(bits_);
    }
    if (output == "mean") return group.mean;
    if (output == "variance") return group.spread;
    if (output == "rstd") return number(1) / group.scale;
    if (output == "norm") return group.scale;
    const Ball scale =
        (question_.input("gamma") != nullptr ? gamma_at(at) : number(1)) / group.scale;
    if (output == "scale") return scale;
    const Ball folded = group.mean * scale;
    if (question_.input("beta") == nullptr) return -folded;
    return element("beta", at) - folded;
  }

  Ball running(std::string_view output, std::int64_t at) const {
    const BallGroup& group = groups_[static_cast<std::size_t>(at)];
    const Ball old_value = element(output, at);
    if (group.members.empty()) return old_value;
    const auto n = static_cast<double>(group.members.size());
    Ball batch = group.mean;
    if (output == "running_variance") {
      batch = group.spread;
      if (question_.choice("running_variance_divisor") == "n_minus_1") {
        batch = batch * number(n) / number(n - 1);
      }
    }
    const Ball momentum(question_.real("momentum"), bits_);
    const Ball rest = number(1) - momentum;
    return question_.choice("momentum_of") == "new"
               ? rest * old_value + momentum * batch
               : momentum * old_value + rest * batch;
  }

  std::vector<Ball> dx() const {
    std::vector<Ball> result(places_.size(), number(0));
    for (const BallGroup& group : groups_) {
      if (is_left_out(group)) continue;
      const Ball mean_w = mean_gradient(group);
      const Ball mean_along = mean_gradient_along(group);
      for (const std::int64_t i : group.members) {
        Ball gradient = w(i);
        if (op_.location != Location::given) {
          gradient = gradient - mean_w - group.root_share * normalized(i) * mean_along;
        }
        result[static_cast<std::size_t>(i)] = gradient / group.scale;
      }
    }
    return result;
  }

  std::vector<Ball> dgamma() const {
    return summed_over_parameters("gamma", [this](std::int64_t i) {
      if (is_left_out(group_of(i))) return number(0);
      return element("dy", i) * normalized(i);
    });
  }

  std::vector<Ball> dbeta() const {
    return summed_over_parameters("beta",
                                  [this](std::int64_t i) { return element("dy", i); });
  }

  std::vector<Ball> dmean() const {
    return summed_over_parameters(
        "mean", [this](std::int64_t i) { return -(w(i) / group_of(i).scale); });
  }

  std::vector<Ball> dvariance() const {
    return summed_over_parameters("variance", [this](std::int64_t i) {
      // SPEC 4: where s = 0 there is no derivative, whatever a clamp says.
      if (group_of(i).scale.is_zero()) return Ball::indeterminate(bits_);
      return w(i) * along_variance(i);
    });
  }

  std::vector<Ball> tangent_y() const {
    std::vector<Ball> result;
    const std::vector<Ball> x_dot = tangents_of_normalized();
    for (std::int64_t i = 0; i < question_.x().size(); ++i) {
      Ball y_dot = x_dot[static_cast<std::size_t>(i)];
      if (question_.input("gamma") != nullptr) y_dot = y_dot * gamma(i);
      if (question_.input("tangent_gamma") != nullptr) {
        y_dot += normalized(i) * element("tangent_gamma", place(i).parameter);
      }
      result.push_back(y_dot + tangent("beta", place(i).parameter));
    }
    return result;
  }

 private:
  [[nodiscard]] Ball number(double value) const { return {value, bits_}; }

  [[nodiscard]] Ball element(std::string_view input, std::int64_t at) const {
    return number((*question_.input(input))[at]);
  }

  /// An element of an input's tangent, 0 where there is none.
  [[nodiscard]] Ball tangent(const std::string& input, std::int64_t at) const {
    const Tensor* tensor = question_.input("tangent_" + input);
    return number(tensor == nullptr ? 0.0 : (*tensor)[at]);
  }

  [[nodiscard]] const Place& place(std::int64_t i) const {
    return places_[static_cast<std::size_t>(i)];
  }
  [[nodiscard]] const BallGroup& group_of(std::int64_t i) const {
    return groups_[static_cast<std::size_t>(place(i).group)];
  }
  BallGroup& group_of(std::int64_t i) {
    return groups_[static_cast<std::size_t>(place(i).group)];
  }

  [[nodiscard]] Ball size(const BallGroup& group) const {
    return number(static_cast<double>(group.members.size()));
  }

  [[nodiscard]] bool is_sum() const {
    return op_.name == "weight_norm" || op_.name == "lp_normalize";
  }

  /// m of SPEC 4.
  [[nodiscard]] Ball divisor(const BallGroup& group) const {
    return is_sum() ? number(1) : size(group);
  }

  [[nodiscard]] Ball centered(std::int64_t i) const {
    return element("x", i) - group_of(i).mean;
  }

  [[nodiscard]] Ball normalized(std::int64_t i) const {
    return centered(i) / group_of(i).scale;
  }

  /// gamma with gamma_offset.
  [[nodiscard]] Ball gamma_at(std::int64_t parameter) const {
    return element("gamma", parameter) +
           number(static_cast<double>(question_.integer("gamma_offset")));
  }
  [[nodiscard]] Ball gamma(std::int64_t i) const {
    return gamma_at(place(i).parameter);
  }

  [[nodiscard]] Ball w(std::int64_t i) const {
    const Ball dy = element("dy", i);
    return question_.input("gamma") == nullptr ? dy : dy * gamma(i);
  }

  /// Whether the group is one of those that zero_gradient means.
  [[nodiscard]] bool is_left_out(const BallGroup& group) const {
    return question_.zero_scale_gradient() == ZeroScaleGradient::zero &&
           group.scale.is_zero();
  }

  /// As many as there are statistics; of groups without any, those that have elements.
  [[nodiscard]] std::int64_t group_count() const {
    if (op_.location == Location::given) return question_.input("mean")->size();
    if (question_.direction() == Direction::forward) {
      for (const OutputSpec& output : op_.outputs) {
        if (output.is_statistic()) {
          return element_count(question_.output_shape(output.name));
        }
      }
    }
    std::int64_t count = 0;
    for (const Place& place : places_) count = std::max(count, place.group + 1);
    return count;
  }

  void measure(BallGroup& group) const {
    if (op_.location == Location::given) {
      group.mean = element("mean", group.index);
      group.spread = element("variance", group.index);
    } else {
      average(group);
      spread(group);
    }
    rescale(group);
  }

  void average(BallGroup& group) const {
    if (op_.location != Location::mean) return;
    Ball sum = number(0);
    for (const std::int64_t i : group.members) sum += element("x", i);
    group.mean = sum / size(group);
  }

  void spread(BallGroup& group) const {
    const std::string p = op_.name == "lp_normalize" ? question_.choice("p") : "2";
    Ball sum = number(0);
    for (const std::int64_t i : group.members) {
      const Ball c = centered(i);
      if (p == "2") sum += c * c;
      if (p == "1") sum += abs(c);
      if (p == "inf") sum = max(sum, abs(c));
    }
    group.spread = sum / divisor(group);
  }

  [[nodiscard]] bool clamps() const {
    return op_.find_attribute("clamp_variance") != nullptr &&
           question_.flag("clamp_variance");
  }

  void rescale(BallGroup& group) const {
    const std::string& mode = question_.choice("eps_mode");
    const Ball q = clamps() ? max(group.spread, number(0)) : group.spread;
    if (op_.name == "lp_normalize" && question_.choice("p") != "2") {
      group.root = q;
    } else {
      group.root = op_.location == Location::given ? sqrt(q) : sqrt_of_square(q);
    }
    if (mode == "inside") group.scale = sqrt(q + eps_);
    if (mode == "outside") group.scale = group.root + eps_;
    if (mode == "floor") group.scale = max(group.root, eps_);
    if (mode == "floor_inside") group.scale = sqrt(max(q, eps_));
    if (question_.direction() == Direction::forward) return;
    if (overlap(group.scale, number(0)) && vanishes(group)) group.scale = number(0);
    share_root(group, q);
  }

  /// Whether s = 0, which no balls tell.
  [[nodiscard]] bool vanishes(const BallGroup& group) const {
    const std::string& mode = question_.choice("eps_mode");
    const Rational& eps = question_.real("eps");
    const Rational q = exact_spread(group);
    if (mode == "inside") return q + eps == 0;
    if (mode == "outside") return eps <= 0 && q == eps * eps;
    return q == 0 ? eps <= 0 : mode == "floor_inside" && q < 0 && eps == 0;
  }

  void share_root(BallGroup& group, const Ball& q) const {
    const std::string& mode = question_.choice("eps_mode");
    if (mode == "outside") group.root_share = group.scale / group.root;
    if (mode != "floor" && mode != "floor_inside") return;
    const Rational& eps = question_.real("eps");
    // A root is above every negative floor; that of a negative number is nowhere.
    if (mode == "floor" && !group.root.is_finite()) {
      group.root_share = group.root;
      return;
    }
    if (mode == "floor" && eps < 0) return;
    const Rational floor = mode == "floor" ? Rational(eps * eps) : eps;
    std::optional<bool> is_above = is_at_least(q, Ball(floor, bits_));
    // Nor do balls tell that two numbers are equal.
    if (!is_above) is_above = exact_spread(group) >= floor;
    group.root_share = number(*is_above ? 1 : 0);
  }

  /// The clamped spread without balls.
  [[nodiscard]] Rational exact_spread(const BallGroup& group) const {
    if (op_.location == Location::given) {
      const Rational q = exact((*question_.input("variance"))[group.index]);
      return clamps() && q < 0 ? Rational(0) : q;
    }
    Rational mean = 0;
    if (op_.location == Location::mean) {
      for (const std::int64_t i : group.members) mean += exact(question_.x()[i]);
      mean /= static_cast<long>(group.members.size());
    }
    Rational sum = 0;
    for (const std::int64_t i : group.members) {
      const Rational c = exact(question_.x()[i]) - mean;
      sum += c * c;
    }
    return is_sum() ? sum : Rational(sum / static_cast<long>(group.members.size()));
  }

  /// The derivative of a normalized value by its given variance.
  [[nodiscard]] Ball along_variance(std::int64_t i) const {
    const BallGroup& group = group_of(i);
    // What acts keeps the variance from mattering, be s a number or not.
    const bool is_cut = clamps() && exact_spread(group) == 0 && !group.spread.is_zero();
    if (is_cut || group.root_share.is_zero()) return number(0);
    return number(-0.5) * group.root_share * normalized(i) /
           (group.scale * group.scale);
  }

  [[nodiscard]] std::vector<Ball> tangents_of_normalized() const {
    std::vector<Ball> result(places_.size(), number(0));
    for (const BallGroup& group : groups_) {
      const Ball mean_x = mean_tangent(group);
      const Ball mean_along = mean_tangent_along(group);
      for (const std::int64_t i : group.members) {
        const Ball along_scale = group.root_share * normalized(i) * mean_along;
        Ball& x_dot = result[static_cast<std::size_t>(i)];
        if (question_.input("tangent_x") != nullptr) {
          Ball along_x = tangent("x", i);
          if (op_.location != Location::given) along_x = along_x - mean_x - along_scale;
          x_dot += along_x / group.scale;
        }
        if (question_.input("tangent_mean") != nullptr) {
          x_dot = x_dot - tangent("mean", place(i).group) / group.scale;
        }
        if (question_.input("tangent_variance") != nullptr) {
          x_dot += along_variance(i) * tangent("variance", place(i).group);
        }
      }
    }
    return result;
  }

  /// The mean of w, where the mean of x is taken off.
  [[nodiscard]] Ball mean_gradient(const BallGroup& group) const {
    Ball mean = number(0);
    if (op_.location != Location::mean) return mean;
    for (const std::int64_t i : group.members) mean += w(i) / size(group);
    return mean;
  }

  /// The sum over w times x-hat, by m.
  [[nodiscard]] Ball mean_gradient_along(const BallGroup& group) const {
    Ball mean = number(0);
    for (const std::int64_t i : group.members) {
      mean += w(i) * normalized(i) / divisor(group);
    }
    return mean;
  }

  /// The mean of the tangents of x, where the mean of x is taken off.
  [[nodiscard]] Ball mean_tangent(const BallGroup& group) const {
    Ball mean = number(0);
    if (op_.location != Location::mean) return mean;
    for (const std::int64_t i : group.members) mean += tangent("x", i) / size(group);
    return mean;
  }

  /// The sum over x-hat times the tangents of x, by m.
  [[nodiscard]] Ball mean_tangent_along(const BallGroup& group) const {
    Ball mean = number(0);
    for (const std::int64_t i : group.members) {
      mean += normalized(i) * tangent("x", i) / divisor(group);
    }
    return mean;
  }

  template <typename Term>
  [[nodiscard]] std::vector<Ball> summed_over_parameters(std::string_view input,
                                                         const Term& term) const {
    const std::int64_t count = question_.input(input)->size();
    std::vector<Ball> sums(static_cast<std::size_t>(count), number(0));
    for (std::int64_t i = 0; i < question_.x().size(); ++i) {
      sums[static_cast<std::size_t>(place(i).parameter)] += term(i);
    }
    return sums;
  }

  const Question& question_;
  const OperatorSpec& op_;
  long bits_;
  Ball eps_;
  std::vector<Place> places_;
  std::vector<BallGroup> groups_;
};

std::vector<Ball> evaluate_output(const Question& question, const BallFormula& formula,
                                  const std::string& output) {
  if (output == "dx") return formula.dx();
  if (output == "dgamma") return formula.dgamma();
  if (output == "dbeta") return formula.dbeta();
  if (output == "dmean") return formula.dmean();
  if (output == "dvariance") return formula.dvariance();
  if (output == "tangent_y") return formula.tangent_y();
  std::vector<Ball> result;
  const std::int64_t count = element_count(question.output_shape(output));
  for (std::int64_t at = 0; at < count; ++at) {
    if (output == "y") {
      result.push_back(formula.y(at));
    } else if (output.starts_with("running_")) {
      result.push_back(formula.running(output, at));
    } else {
      result.push_back(formula.statistic(output, at));
    }
  }
  return result;
}

}  // namespace

std::map<std::string, std::vector<Ball>, std::less<>> evaluate_in_balls(
    const Question& question, long bits) {
  const BallFormula formula(question, bits);
  std::map<std::string, std::vector<Ball>, std::less<>> outputs;
  for (const std::string& output : question.outputs()) {
    outputs.emplace(output, evaluate_output(question, formula, output));
  }
  return outputs;
}

}  // namespace truenorm::twin
