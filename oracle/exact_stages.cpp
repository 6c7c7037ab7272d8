// SPDX-License-Identifier: Apache-2.0
// The sweeps of all groups, laid out as tensors.
#include "oracle/exact_stages.hpp"

#include "oracle/stage_sweep.hpp"

namespace truenorm {
namespace {

/// Whether the stage is a matrix of a row for each group, rather than of x's shape.
bool is_matrix(const Question& question, const StageNode& node) {
  const bool has_matrices =
      question.op().name == "batch_norm" && !question.flag("batched");
  return has_matrices && !node.is_per_group && node.name != "yChw" && node.name != "x";
}

class Layout {
 public:
  Layout(const Question& question, const CanonicalForm& form)
      : question_(question), map_(form.map) {}

  [[nodiscard]] ExactStage empty(const StageNode& node, std::string name) const {
    ExactStage stage;
    stage.name = std::move(name);
    stage.shape = shape(node);
    stage.is_per_group = node.is_per_group;
    stage.is_matrix = is_matrix(question_, node);
    stage.values.resize(static_cast<std::size_t>(element_count(stage.shape)));
    return stage;
  }

  void place(const StageNode& node, const std::vector<Exact>& numbers,
             std::int64_t group, ExactStage& stage) const {
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      stage.values[static_cast<std::size_t>(index(node, group, i))] =
          ElementValue::of(numbers[i]);
    }
  }

 private:
  [[nodiscard]] Shape shape(const StageNode& node) const {
    if (node.is_per_group) return question_.statistic_shape();
    if (is_matrix(question_, node)) return {map_.groups(), map_.group_size()};
    return question_.x().shape();
  }

  [[nodiscard]] std::int64_t index(const StageNode& node, std::int64_t group,
                                   std::size_t i) const {
    if (node.is_per_group) return group;
    const auto place = static_cast<std::int64_t>(i);
    if (is_matrix(question_, node)) return group * map_.group_size() + place;
    return map_.element(group, place);
  }

  const Question& question_;
  const IndexMap& map_;
};

}  // namespace

std::vector<ExactStage> exact_stages(const Question& question) {
  const CanonicalForm form = lower(question);
  const std::vector<StageNode> nodes = stage_graph(question, form);
  const Layout layout(question, form);
  const Direction direction = question.direction();
  std::vector<ExactStage> values;
  std::vector<ExactStage> derivatives;
  for (const StageNode& node : nodes) {
    values.push_back(layout.empty(node, node.name));
    derivatives.push_back(layout.empty(node, direction == Direction::vjp
                                                 ? node.name + "_bar"
                                                 : "tangent_" + node.name));
  }
  Settler settler;
  for (std::int64_t g = 0; g < form.map.groups(); ++g) {
    const LoadedGroup group(question, form, g, settler, 0);
    const StageSweep sweep(nodes, question, group);
    StageValues derived;
    if (direction == Direction::vjp) derived = sweep.adjoints();
    if (direction == Direction::jvp) derived = sweep.tangents();
    for (std::size_t at = 0; at < nodes.size(); ++at) {
      layout.place(nodes[at], sweep.values()[at], g, values[at]);
      if (!derived.empty()) layout.place(nodes[at], derived[at], g, derivatives[at]);
    }
  }
  std::vector<ExactStage> stages;
  const auto append = [&](std::vector<ExactStage>& from, std::size_t at, bool with_x) {
    const bool is_x = nodes[at].input == "x";
    if (nodes[at].is_shown || (is_x && with_x)) stages.push_back(std::move(from[at]));
  };
  for (std::size_t at = 0; at < nodes.size(); ++at) append(values, at, false);
  if (direction == Direction::jvp) {
    for (std::size_t at = 0; at < nodes.size(); ++at) append(derivatives, at, true);
  }
  if (direction == Direction::vjp) {
    for (std::size_t at = nodes.size(); at-- > 0;) append(derivatives, at, true);
  }
  return stages;
}

}  // namespace truenorm
