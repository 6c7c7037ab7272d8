// SPDX-License-Identifier: Apache-2.0
// Groups that are let go of and loaded again are what they were.
#include "oracle/loaded_groups.hpp"

#include <vector>

#include "oracle/test/catch.hpp"
#include "oracle/truth.hpp"

namespace truenorm {
namespace {

/// Rows (-1, 1), each with its own dy, so that x-hat is x and dgamma a sum of dy.
Question rows_of_two(std::int64_t rows) {
  std::vector<double> x;
  std::vector<double> dy;
  for (std::int64_t row = 0; row < rows; ++row) {
    x.insert(x.end(), {-1.0, 1.0});
    dy.insert(dy.end(), 2, static_cast<double>(row % 7 - 2));
  }
  return {*find_operator("layer_norm"),
          Direction::vjp,
          {{"eps", 0.0}},
          {{"x", make_tensor(float32, {rows, 2}, x)},
           {"dy", make_tensor(float32, {rows, 2}, dy)},
           {"gamma", make_tensor(float32, {2}, std::vector<double>{1, 1})}}};
}

constexpr auto capacity = static_cast<std::int64_t>(LoadedGroups::capacity);

}  // namespace

TEST_CASE("a small question's groups are loaded once") {
  const Question question = rows_of_two(1000);
  const CanonicalForm form = lower(question);
  Settler settler;
  LoadedGroups groups(question, form, settler, 0x1p-24L);
  const LoadedGroup* first = &groups.at(0);
  for (std::int64_t row = 0; row < 1000; ++row) CHECK(groups.at(row).number() == row);
  CHECK(&groups.at(0) == first);
}

TEST_CASE("a gradient over more groups than are kept misses none of them") {
  const std::int64_t rows = capacity + 100;
  double sum = 0;
  for (std::int64_t row = 0; row < rows; ++row) sum += static_cast<double>(row % 7 - 2);
  const std::vector<Truth> dgamma = truth(rows_of_two(rows), "dgamma", float32);
  CHECK(dgamma[0].rounded == -sum);
  CHECK(dgamma[1].rounded == sum);
}

TEST_CASE("no more groups are kept than the capacity says, and the oldest goes") {
  const Question question = rows_of_two(capacity + 1);
  const CanonicalForm form = lower(question);
  Settler settler;
  LoadedGroups groups(question, form, settler, 0x1p-24L);
  const LoadedGroup* second = nullptr;
  for (std::int64_t row = 0; row <= capacity; ++row) {
    const LoadedGroup* loaded = &groups.at(row);
    if (row == 1) second = loaded;
  }
  CHECK(groups.size() == LoadedGroups::capacity);
  CHECK(&groups.at(1) == second);
  CHECK(groups.at(0).number() == 0);
  CHECK(groups.size() == LoadedGroups::capacity);
}

}  // namespace truenorm
