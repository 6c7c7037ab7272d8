// SPDX-License-Identifier: Apache-2.0
// The index map against a second reading of SPEC 3, element by element.
#include "oracle/index_map.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "oracle/canonical.hpp"
#include "oracle/test/catch.hpp"
#include "oracle/test/placement.hpp"
#include "oracle/test/random_question.hpp"

namespace truenorm::twin {
namespace {

using Axes = std::vector<std::int64_t>;

/// An operator on a shape, and into how many groups of what size it is cut.
struct Cut {
  std::string op;
  Attributes attributes;
  Shape shape;
  std::int64_t groups;
  std::int64_t group_size;
};

Attributes dim(std::int64_t value) { return {{"dim", value}}; }

Attributes axes(Axes value) { return {{"axes", std::move(value)}, {"eps", 1e-5}}; }

Attributes channels_last() { return {{"layout", std::string("channels_last")}}; }

Attributes unbatched() { return {{"batched", false}}; }

Attributes with(Attributes attributes, const std::string& name, AttributeValue value) {
  attributes[name] = std::move(value);
  return attributes;
}

Attributes in_groups(std::int64_t count, Attributes attributes = {}) {
  return with(std::move(attributes), "groups", count);
}

Question ask(const std::string& op, const Attributes& attributes, const Shape& shape) {
  const OperatorSpec& spec = *find_operator(op);
  Tensors inputs{{"x", Tensor(float32, shape)}};
  for (const InputSpec& input : spec.inputs) {
    if (!input.is_required || input.name == "x") continue;
    inputs.emplace(input.name,
                   Tensor(float32, input_shape(spec, attributes, input.name, shape)));
  }
  return {spec, Direction::forward, attributes, inputs};
}

IndexMap map_of(const std::string& op, const Attributes& attributes,
                const Shape& shape) {
  return lower(ask(op, attributes, shape)).map;
}

/// The elements of x and the parameters that they meet, group by group.
using Members = std::vector<std::vector<std::pair<std::int64_t, std::int64_t>>>;

Members members_of(const IndexMap& map) {
  Members members(static_cast<std::size_t>(map.groups()));
  for (std::int64_t g = 0; g < map.groups(); ++g) {
    for (std::int64_t i = 0; i < map.group_size(); ++i) {
      members[static_cast<std::size_t>(g)].emplace_back(map.element(g, i),
                                                        map.parameter(g, i));
    }
  }
  return members;
}

/// In x's order within a group, or as the attribute orders the axes: as gamma lies.
Members expected_members(const Question& question, std::int64_t groups) {
  Members members(static_cast<std::size_t>(groups));
  std::int64_t element = 0;
  for (const Place& place : places_of(question)) {
    members[static_cast<std::size_t>(place.group)].emplace_back(element++,
                                                                place.parameter);
  }
  if (question.op().find_attribute("axes") == nullptr) return members;
  for (auto& group : members) {
    std::sort(group.begin(), group.end(),
              [](const auto& a, const auto& b) { return a.second < b.second; });
  }
  return members;
}

const std::vector<Cut>& cuts() {
  const AttributeValue per_group = std::string("per_group");
  static const std::vector<Cut> all{
      {"layer_norm", {}, {2, 3, 4}, 6, 4},
      {"layer_norm", axes({}), {}, 1, 1},
      {"layer_norm", axes({}), {2, 3}, 6, 1},
      {"layer_norm", axes({1, 2}), {2, 3, 4}, 2, 12},
      {"layer_norm", axes({2, 1}), {2, 3, 4}, 2, 12},
      {"layer_norm", axes({0, 2}), {2, 3, 4, 5}, 15, 8},
      {"layer_norm", axes({3, 0, 1}), {2, 3, 4, 5}, 4, 30},
      {"layer_norm", axes({0, 1, 2, 3}), {2, 3, 4, 5}, 1, 120},
      {"layer_norm", axes({0, 2}), {2, 1, 3, 1}, 1, 6},
      {"layer_norm", axes({2}), {2, 0, 3}, 0, 3},
      {"layer_norm", axes({1}), {2, 0, 3}, 6, 0},
      {"rms_norm", axes({2, 0}), {2, 3, 4}, 3, 8},
      {"rms_norm", axes({-1}), {2, 3, 4}, 6, 4},
      {"group_norm", in_groups(3), {2, 6, 4, 5}, 6, 40},
      {"group_norm", in_groups(6), {2, 6, 4}, 12, 4},
      {"group_norm", in_groups(1), {2, 6}, 2, 6},
      {"group_norm", in_groups(3, channels_last()), {2, 4, 5, 6}, 6, 40},
      {"group_norm", in_groups(2, channels_last()), {3, 4}, 6, 2},
      {"group_norm", with(in_groups(3), "affine", per_group), {2, 6, 4}, 6, 8},
      {"group_norm",
       with(in_groups(3, channels_last()), "affine", per_group),
       {2, 4, 6},
       6,
       8},
      {"group_norm", in_groups(3), {2, 6, 0}, 6, 0},
      {"group_norm", in_groups(3), {0, 6, 4}, 0, 8},
      {"instance_norm", {}, {2, 3, 4, 5}, 6, 20},
      {"instance_norm", channels_last(), {2, 4, 5, 3}, 6, 20},
      {"instance_norm", unbatched(), {3, 4, 5}, 3, 20},
      {"instance_norm", with(unbatched(), "layout", std::string("channels_last")),
       Shape{4, 5, 3}, 3, 20},
      {"instance_norm", {}, {2, 3, 0}, 6, 0},
      {"instance_norm", {}, {2, 0, 4}, 0, 4},
      {"batch_norm", {}, {2, 3, 4, 5}, 3, 40},
      {"batch_norm", channels_last(), {2, 4, 5, 3}, 3, 40},
      {"batch_norm", {}, {7, 3}, 3, 7},
      {"batch_norm", unbatched(), {3, 4}, 3, 4},
      {"batch_norm", {}, {0, 3, 4}, 3, 0},
      {"batch_norm_inference", {}, {2, 3, 4}, 3, 8},
      {"batch_norm_inference", channels_last(), {2, 4, 3}, 3, 8},
      {"batch_norm_inference", {}, {2, 3, 0}, 3, 0},
      {"normalize_along_dim", {}, {2, 3, 4}, 6, 4},
      {"normalize_along_dim", dim(1), {2, 3, 4, 5}, 40, 3},
      {"normalize_along_dim", dim(0), {2, 3, 4}, 12, 2},
      {"weight_norm", {}, {2, 3, 4}, 2, 12},
      {"weight_norm", dim(1), {2, 3, 4}, 3, 8},
      {"weight_norm", dim(-1), {2, 3, 4}, 4, 6},
      {"weight_norm", {}, {2, 0}, 2, 0},
      {"lp_normalize", {}, {2, 3, 4}, 6, 4},
      {"lp_normalize", dim(0), {2, 3, 4}, 12, 2},
  };
  return all;
}

}  // namespace

TEST_CASE("every operator's groups have the elements and parameters of SPEC 3",
          "[twin]") {
  for (const Cut& cut : cuts()) {
    const Question question = ask(cut.op, cut.attributes, cut.shape);
    CAPTURE(text_of(question));
    const IndexMap map = lower(question).map;
    REQUIRE(map.groups() == cut.groups);
    REQUIRE(map.group_size() == cut.group_size);
    CHECK(members_of(map) == expected_members(question, cut.groups));
  }
}

TEST_CASE("no operator is left out of the maps that are tested") {
  for (const OperatorSpec& op : operators()) {
    CAPTURE(op.name);
    CHECK(std::any_of(cuts().begin(), cuts().end(),
                      [&](const Cut& cut) { return cut.op == op.name; }));
  }
}

TEST_CASE("any question's map has the elements and parameters of SPEC 3", "[twin]") {
  for_seeds_until(scaled_count(20'000), 1, [](std::uint64_t seed) {
    const Question question = random_question(seed, float32, Content::finite);
    CAPTURE(seed);
    const IndexMap map = lower(question).map;
    if (question.x().size() == 0) {
      CHECK(map.groups() * map.group_size() == 0);
    } else {
      REQUIRE(map.groups() * map.group_size() == question.x().size());
      CHECK(members_of(map) == expected_members(question, map.groups()));
    }
    return question.x().size() + 1;
  });
}

TEST_CASE("neighbouring axes are one where one pair of strides serves both") {
  const IndexMap rows = map_of("layer_norm", axes({2, 3}), {2, 3, 4, 5});
  CHECK(rows.group_axes.size() == 1);
  CHECK(rows.inner_axes.size() == 1);
  CHECK(map_of("layer_norm", axes({3, 2}), {2, 3, 4, 5}).inner_axes.size() == 2);
  // The parameter stands still along space and moves along the channels of a group.
  CHECK(map_of("group_norm", in_groups(3), {2, 6, 4, 5}).inner_axes.size() == 2);
  CHECK(map_of("instance_norm", {}, {2, 3, 4, 5}).inner_axes.size() == 1);
  CHECK(map_of("batch_norm", {}, {2, 3, 4, 5}).inner_axes.size() == 2);
  CHECK(map_of("layer_norm", axes({1, 2}), {2, 1, 1}).inner_axes.empty());
}

TEST_CASE("an empty tensor has a map, however long its other axes are") {
  const std::int64_t length = std::int64_t{1} << 40;
  const IndexMap map = map_of("layer_norm", axes({1}), {0, length});
  CHECK(map.groups() == 0);
  CHECK(map.group_size() == length);
}

}  // namespace truenorm::twin
