// SPDX-License-Identifier: Apache-2.0
// From the canonical form to its graph.
#include "oracle/stage_graph.hpp"

namespace truenorm {
namespace {

/// What the stages of a spread are called.
struct SpreadNames {
  std::string terms;
  std::string spread;
  std::string scale;
};

SpreadNames names_of(const CanonicalForm& form) {
  switch (form.spread) {
    case Spread::variance:
    case Spread::given:
      return {"centered_sq", "var", "std"};
    case Spread::mean_square:
      return {"squared", "mean_square", "rms"};
    case Spread::sum_square:
      return {"squared", "sum_square", "norm"};
    case Spread::sum_power:
      break;
  }
  switch (form.power) {
    case Power::one:
      return {"magnitude", "sum_magnitude", "norm"};
    case Power::two:
      return {"squared", "sum_square", "norm"};
    case Power::infinity:
      return {"magnitude", "max_magnitude", "norm"};
  }
  return {};
}

class Builder {
 public:
  Builder(const Question& question, const CanonicalForm& form)
      : question_(question), form_(form), names_(names_of(form)) {
    is_matrix_ = question.op().name == "batch_norm" && !question.flag("batched");
  }

  std::vector<StageNode> build() {
    const std::size_t x = element_input("x", "x", false);
    const std::size_t matrix = is_matrix_ ? element("xMat", StageKind::copy, {x}) : x;
    const std::size_t centered = add_location(matrix);
    const std::size_t scale = add_scale(add_spread(centered));
    const std::size_t inverse =
        group("inv_" + names_.scale, StageKind::reciprocal, {scale});
    const std::size_t inverse_of_all =
        element("inv_" + names_.scale + "_b", StageKind::broadcast, {inverse});
    std::size_t value =
        element("normalized", StageKind::product, {centered, inverse_of_all});
    if (form_.rounds_normalized) {
      value = element("rounded", StageKind::rounding, {value});
    }
    add_affine(value);
    return std::move(nodes_);
  }

 private:
  std::size_t add(StageNode node) {
    nodes_.push_back(std::move(node));
    return nodes_.size() - 1;
  }

  std::size_t element(std::string name, StageKind kind,
                      std::vector<std::size_t> operands) {
    return add({std::move(name), kind, std::move(operands), false, true, {}, {}});
  }

  std::size_t group(std::string name, StageKind kind, std::vector<std::size_t> operands,
                    Exact constant = {}) {
    return add({std::move(name),
                kind,
                std::move(operands),
                true,
                true,
                std::move(constant),
                {}});
  }

  /// An input as each element meets it.
  std::size_t element_input(std::string name, std::string input, bool is_shown) {
    return add(
        {std::move(name), StageKind::input, {}, false, is_shown, {}, std::move(input)});
  }

  std::size_t group_input(std::string name, std::string input) {
    return add(
        {std::move(name), StageKind::input, {}, true, true, {}, std::move(input)});
  }

  std::size_t add_location(std::size_t x) {
    if (form_.location == Location::none) return x;
    const std::size_t mean = form_.location == Location::given
                                 ? group_input("mean", "mean")
                                 : group("mean", StageKind::mean, {x});
    const std::size_t mean_of_all = element("mean_b", StageKind::broadcast, {mean});
    return element("centered", StageKind::difference, {x, mean_of_all});
  }

  std::size_t add_spread(std::size_t centered) {
    if (form_.spread == Spread::given) {
      if (!form_.clamps_variance) return group_input(names_.spread, "variance");
      return group(names_.spread, StageKind::floor_constant,
                   {group_input("variance", "variance")}, Rational(0));
    }
    const bool is_of_squares = form_.power == Power::two;
    const std::size_t terms =
        element(names_.terms, is_of_squares ? StageKind::square : StageKind::magnitude,
                {centered});
    return group(names_.spread,
                 form_.power == Power::infinity ? StageKind::largest : StageKind::sum,
                 {terms});
  }

  std::size_t add_root(std::string name, std::size_t spread) {
    if (form_.power != Power::two) return spread;
    return group(std::move(name), StageKind::root, {spread});
  }

  std::size_t add_scale(std::size_t spread) {
    switch (form_.eps_mode) {
      case EpsMode::inside:
        return add_root(names_.scale,
                        group(names_.spread + "_eps", StageKind::plus_constant,
                              {spread}, form_.eps));
      case EpsMode::floor_inside:
        return add_root(names_.scale,
                        group(names_.spread + "_floor", StageKind::floor_constant,
                              {spread}, form_.eps));
      case EpsMode::outside:
        return group(names_.scale, StageKind::plus_constant, {add_root("root", spread)},
                     form_.eps);
      case EpsMode::floor:
        return group(names_.scale, StageKind::floor_constant,
                     {add_root("root", spread)}, form_.eps);
    }
    return spread;
  }

  void add_affine(std::size_t value) {
    if (question_.input("gamma") != nullptr) {
      const bool has_offset = form_.gamma_offset != 0;
      std::size_t gamma = element_input("gamma_b", "gamma", !has_offset);
      if (has_offset) {
        gamma = element("gamma_b", StageKind::plus_constant, {gamma});
        nodes_[gamma].constant = Rational(form_.gamma_offset);
      }
      value = element("scaled", StageKind::product, {value, gamma});
    }
    if (question_.input("beta") != nullptr) {
      const std::size_t beta = element_input("beta_b", "beta", true);
      value = element(name_of_y(), StageKind::total, {value, beta});
    } else {
      value = element(name_of_y(), StageKind::copy, {value});
    }
    if (is_matrix_) element("yChw", StageKind::copy, {value});
  }

  [[nodiscard]] std::string name_of_y() const { return is_matrix_ ? "yMat" : "y"; }

  const Question& question_;
  const CanonicalForm& form_;
  SpreadNames names_;
  bool is_matrix_ = false;
  std::vector<StageNode> nodes_;
};

}  // namespace

std::vector<StageNode> stage_graph(const Question& question,
                                   const CanonicalForm& form) {
  return Builder(question, form).build();
}

}  // namespace truenorm
