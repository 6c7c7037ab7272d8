// SPDX-License-Identifier: Apache-2.0
// SPEC 5.3: the stages follow from each other, and the reverse sweep ends at dx.
#include <limits>
#include <map>

#include "oracle/law_case.hpp"

namespace truenorm {
namespace {

/// The stages of one group by name.
class StagesOfGroup {
 public:
  StagesOfGroup(const LawCase& laws, const std::map<std::string, ExactStage>& stages,
                std::int64_t group)
      : map_(laws.form().map), stages_(stages), group_(group) {}

  [[nodiscard]] bool has(const std::string& name) const {
    return stages_.contains(name);
  }

  /// The number that the element i meets; NaN of a stage that is not there.
  [[nodiscard]] RootSum at(const std::string& name, std::int64_t i) const {
    const auto found = stages_.find(name);
    if (found == stages_.end())
      return RootSum(std::numeric_limits<double>::quiet_NaN());
    const ExactStage& stage = found->second;
    std::int64_t index = map_.element(group_, i);
    if (stage.is_per_group) index = group_;
    if (stage.is_matrix) index = group_ * map_.group_size() + i;
    return RootSum(stage.values[static_cast<std::size_t>(index)]);
  }

 private:
  const IndexMap& map_;
  const std::map<std::string, ExactStage>& stages_;
  std::int64_t group_;
};

std::map<std::string, ExactStage> by_name(std::vector<ExactStage> stages) {
  std::map<std::string, ExactStage> named;
  for (ExactStage& stage : stages) named.emplace(stage.name, std::move(stage));
  return named;
}

/// Where q = 0 the root has no derivative: swept through the stages, what SPEC 4 says
/// to be 0 because a floor acts is 0 times an infinity.
bool is_smooth(const LawCase& laws, const LawGroup& group) {
  return group.is_regular && group.root_share &&
         (group.spread != 0 || laws.form().eps_mode == EpsMode::inside);
}

/// Whether the graph is one of TorchLean's, or of the same stages.
bool has_named_graph(const LawCase& laws) {
  const CanonicalForm& form = laws.form();
  return form.location == Location::mean && form.eps_mode == EpsMode::inside;
}

/// Each stage from those before it.
void prove_forward(LawCase& laws, Claims& claims, const StagesOfGroup& stages,
                   std::int64_t group) {
  const std::int64_t n = laws.group_size();
  const Rational one_nth(1, n);
  RootSum sum;
  RootSum sum_of_squares;
  for (std::int64_t i = 0; i < n; ++i) {
    const std::int64_t at = laws.form().map.element(group, i);
    const auto demand = [&](const std::string& name, const RootSum& value) {
      claims.equal({name + " of element", at}, stages.at(name, i), value);
    };
    const RootSum x = element(laws.question().x(), at);
    sum += x;
    sum_of_squares += stages.at("centered_sq", i);
    if (stages.has("xMat")) demand("xMat", x);
    demand("mean_b", stages.at("mean", i));
    demand("centered", x - stages.at("mean_b", i));
    demand("centered_sq", stages.at("centered", i) * stages.at("centered", i));
    demand("inv_std_b", stages.at("inv_std", i));
    demand("normalized", stages.at("centered", i) * stages.at("inv_std_b", i));
    RootSum y = stages.at("normalized", i);
    if (laws.question().input("gamma") != nullptr) {
      demand("gamma_b", laws.gamma(group, i));
      demand("scaled", y * stages.at("gamma_b", i));
      y = stages.at("scaled", i);
    }
    if (laws.question().input("beta") != nullptr) {
      demand("beta_b", laws.beta(group, i));
      y = y + stages.at("beta_b", i);
    }
    const bool has_matrix = stages.has("yMat");
    demand(has_matrix ? "yMat" : "y", y);
    if (has_matrix) demand("yChw", stages.at("yMat", i));
  }
  const auto demand = [&](const std::string& name, const RootSum& left,
                          const RootSum& right) {
    claims.equal({name + " of group", group}, left, right);
  };
  const RootSum standard_deviation = stages.at("std", 0);
  demand("mean", stages.at("mean", 0), sum * one_nth);
  demand("var", stages.at("var", 0), sum_of_squares * one_nth);
  demand("var_eps", stages.at("var_eps", 0), stages.at("var", 0) + laws.form().eps);
  demand("std^2", standard_deviation * standard_deviation, stages.at("var_eps", 0));
  demand("std inv_std", standard_deviation * stages.at("inv_std", 0), Rational(1));
  claims.at_most({"0 <= std of group", group}, RootSum(), standard_deviation);
}

/// The sweep of SPEC 5.3, worked out here from the forward stages.
void prove_reverse(LawCase& laws, Claims& claims, const StagesOfGroup& stages,
                   const Question& vjp, std::int64_t group) {
  const std::int64_t n = laws.group_size();
  const RootSum one_nth = Rational(1, n);
  const RootSum r = stages.at("inv_std", 0);
  RootSum inv_std_bar;
  std::vector<RootSum> normalized_bar;
  for (std::int64_t i = 0; i < n; ++i) {
    const RootSum dy = element(*vjp.input("dy"), laws.form().map.element(group, i));
    normalized_bar.push_back(dy * laws.gamma(group, i));
    inv_std_bar += normalized_bar.back() * stages.at("centered", i);
  }
  const RootSum std_bar = -(inv_std_bar * r * r);
  const RootSum var_eps_bar = std_bar * r * Rational(1, 2);
  const RootSum centered_sq_bar = var_eps_bar * one_nth;
  std::vector<RootSum> centered_bar;
  RootSum mean_bar;
  for (std::int64_t i = 0; i < n; ++i) {
    centered_bar.push_back(normalized_bar[static_cast<std::size_t>(i)] * r +
                           Rational(2) * stages.at("centered", i) * centered_sq_bar);
    mean_bar += -centered_bar.back();
  }
  for (std::int64_t i = 0; i < n; ++i) {
    const auto place = static_cast<std::size_t>(i);
    const std::int64_t at = laws.form().map.element(group, i);
    const RootSum dy = element(*vjp.input("dy"), at);
    const auto demand = [&](const std::string& name, const RootSum& value) {
      claims.equal({name + " of element", at}, stages.at(name, i), value);
    };
    demand(stages.has("yMat") ? "yMat_bar" : "y_bar", dy);
    if (stages.has("yMat")) demand("yChw_bar", dy);
    if (laws.question().input("beta") != nullptr) demand("beta_b_bar", dy);
    if (laws.question().input("gamma") != nullptr) {
      demand("scaled_bar", dy);
      demand("gamma_b_bar", dy * stages.at("normalized", i));
    }
    demand("normalized_bar", normalized_bar[place]);
    demand("inv_std_b_bar", normalized_bar[place] * stages.at("centered", i));
    demand("centered_sq_bar", centered_sq_bar);
    demand("centered_bar", centered_bar[place]);
    demand("mean_b_bar", -centered_bar[place]);
    const RootSum x_bar = centered_bar[place] + mean_bar * one_nth;
    if (stages.has("xMat")) demand("xMat_bar", x_bar);
    demand("x_bar", x_bar);
  }
  const auto demand = [&](const std::string& name, const RootSum& value) {
    claims.equal({name + " of group", group}, stages.at(name, 0), value);
  };
  demand("inv_std_bar", inv_std_bar);
  demand("std_bar", std_bar);
  demand("var_eps_bar", var_eps_bar);
  demand("var_bar", var_eps_bar);
  demand("mean_bar", mean_bar);
}

/// Where the sweeps end: in SPEC 4's closed forms, for every operator.
void prove_ends(LawCase& laws, const Question& vjp,
                const std::map<std::string, ExactStage>& stages) {
  const std::vector<RootSum> dx = laws.told(vjp, "dx");
  Claims of_x = laws.claims("stages", "x_bar = dx");
  for (std::size_t g = 0; g < laws.groups().size(); ++g) {
    const auto group = static_cast<std::int64_t>(g);
    if (!is_smooth(laws, laws.groups()[g]) || !laws.is_finite(vjp, group)) continue;
    const StagesOfGroup of_group(laws, stages, group);
    for (std::int64_t i = 0; i < laws.group_size(); ++i) {
      const std::int64_t at = laws.form().map.element(group, i);
      of_x.equal({"element", at}, of_group.at("x_bar", i),
                 dx[static_cast<std::size_t>(at)]);
    }
  }
  laws.keep(of_x);
}

/// Forward, the last stage is y; along tangents, its tangent is tangent_y.
void prove_last_stage(LawCase& laws, const Question& question,
                      const std::string& statement, const std::string& prefix,
                      std::string_view output) {
  const std::map<std::string, ExactStage> stages = by_name(laws.stages(question));
  const std::vector<RootSum> values = laws.told(question, output);
  const bool is_unbatched = stages.contains("yChw");
  Claims claims = laws.claims("stages", statement);
  for (std::size_t g = 0; g < laws.groups().size(); ++g) {
    const auto group = static_cast<std::int64_t>(g);
    const bool is_forward = prefix.empty();
    if (!laws.groups()[g].is_regular) continue;
    if (!is_forward && !is_smooth(laws, laws.groups()[g])) continue;
    // An absent tangent is no operation in SPEC 4 and a 0 in the sweep.
    if (!is_forward && !laws.is_finite(question, group)) continue;
    const StagesOfGroup of_group(laws, stages, group);
    for (std::int64_t i = 0; i < laws.group_size(); ++i) {
      const std::int64_t at = laws.form().map.element(group, i);
      const RootSum& value = values[static_cast<std::size_t>(at)];
      claims.equal({"element", at},
                   of_group.at(prefix + (is_unbatched ? "yChw" : "y"), i), value);
    }
  }
  laws.keep(claims);
}

}  // namespace

void prove_stages(LawCase& laws) {
  prove_last_stage(laws, laws.forward(), "the last stage is y", "", "y");
  if (!laws.is_differentiable()) return;
  prove_last_stage(laws, laws.jvp(), "the last stage's tangent is tangent_y",
                   "tangent_", "tangent_y");
  const Question vjp = laws.vjp();
  const std::map<std::string, ExactStage> stages = by_name(laws.stages(vjp));
  prove_ends(laws, vjp, stages);
  if (!has_named_graph(laws)) return;
  Claims forward = laws.claims("stages", "each stage follows from those before it");
  Claims reverse = laws.claims("stages", "the adjoints are those of the reverse sweep");
  for (std::size_t g = 0; g < laws.groups().size(); ++g) {
    const auto group = static_cast<std::int64_t>(g);
    if (!laws.groups()[g].is_regular || !laws.is_finite(vjp, group)) continue;
    const StagesOfGroup of_group(laws, stages, group);
    prove_forward(laws, forward, of_group, group);
    prove_reverse(laws, reverse, of_group, vjp, group);
  }
  laws.keep(forward);
  laws.keep(reverse);
}

}  // namespace truenorm
