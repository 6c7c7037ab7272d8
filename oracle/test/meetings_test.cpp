// SPDX-License-Identifier: Apache-2.0
// The elements that meet a parameter, against a search through all of them.
#include "oracle/meetings.hpp"

#include <utility>
#include <vector>

#include "oracle/canonical.hpp"
#include "oracle/partition.hpp"
#include "oracle/test/catch.hpp"
#include "oracle/test/random_question.hpp"

namespace truenorm::twin {
namespace {

/// Group and place of elements, in the order in which they are met.
using Met = std::vector<std::pair<std::int64_t, std::int64_t>>;

std::vector<Met> found_in(const IndexMap& map, std::int64_t parameters) {
  std::vector<Met> met(static_cast<std::size_t>(parameters));
  for (std::int64_t g = 0; g < map.groups(); ++g) {
    for (std::int64_t i = 0; i < map.group_size(); ++i) {
      met[static_cast<std::size_t>(map.parameter(g, i))].emplace_back(g, i);
    }
  }
  return met;
}

Met listed_by(const Meetings& meetings) {
  Met met;
  for (std::int64_t j = 0; j < meetings.groups(); ++j) {
    for (std::int64_t k = 0; k < meetings.places(); ++k) {
      met.emplace_back(meetings.group(j), meetings.place(k));
    }
  }
  return met;
}

}  // namespace

TEST_CASE("the meetings of a parameter are those found in the map, group by group") {
  for_seeds_until(scaled_count(20'000), 1, [](std::uint64_t seed) {
    const Question question = random_question(seed, float32, Content::finite);
    CAPTURE(text_of(question));
    const IndexMap map = lower(question).map;
    const Shape parameters =
        partition_of(question.op(), question.attributes(), question.x().shape())
            .parameter_shape;
    const std::vector<Met> found = found_in(map, element_count(parameters));
    for (std::size_t k = 0; k < found.size(); ++k) {
      CAPTURE(k);
      const Meetings meetings(map, static_cast<std::int64_t>(k));
      CHECK(listed_by(meetings) == found[k]);
      for (std::int64_t j = 0; j < meetings.groups(); ++j) {
        CHECK(meetings.groups_before(meetings.group(j)) == j);
        CHECK(meetings.groups_before(meetings.group(j) + 1) == j + 1);
      }
    }
    return question.x().size() + 1;
  });
}

TEST_CASE("a parameter that nothing meets has no groups") {
  const IndexMap samples_without_space({{2, 0, 0}, {3, 0, 1}}, {{0, 1, 0}});
  CHECK(Meetings(samples_without_space, 1).groups() == 0);
  CHECK(Meetings().groups() == 0);
}

}  // namespace truenorm::twin
