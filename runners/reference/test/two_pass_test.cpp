// SPDX-License-Identifier: Apache-2.0
// The corrected two-pass algorithm on groups that are made to break it.
#include <cmath>
#include <limits>
#include <vector>

#include "oracle/test/catch.hpp"
#include "runners/reference/test/adversarial_row.hpp"
#include "runners/reference/test/excess.hpp"

namespace truenorm::reference {
namespace {

constexpr double limit_excess = 4.0;

TEMPLATE_TEST_CASE("two-pass stays attainable on adversarial groups",
                   "[reference][property]", float, double) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    AdversarialRows<TestType> rows(seed);
    for (int i = 0; i < 400; ++i) {
      const GroupCase<TestType> c = rows.draw(i % 10 == 0 ? 300 : 12);
      const auto answer = answer_of<TwoPass<TestType>>(c);
      const GroupExcess excess = excess_of(c, answer);
      if (excess.is_special) continue;
      CAPTURE(seed, i, c.x.size(), c.eps, excess.worst, c.x[excess.worst]);
      REQUIRE(excess.y <= limit_excess);
      REQUIRE(excess.mean <= limit_excess);
      REQUIRE(excess.rstd <= limit_excess);
    }
  }
}

TEST_CASE("the excess of this test tells a textbook from a careful algorithm",
          "[reference][meta]") {
  GroupCase<float> c;
  c.x.assign(20'000, 1.1F);
  c.location = Location::none;
  CHECK(excess_of(c, answer_of<Sequential<float>>(c)).y > limit_excess);
  CHECK(excess_of(c, answer_of<TwoPass<float>>(c)).y <= limit_excess);
  c.location = Location::mean;
  c.eps = 1e-5;
  CHECK(excess_of(c, answer_of<Sequential<float>>(c)).mean > limit_excess);
  CHECK(excess_of(c, answer_of<TwoPass<float>>(c)).mean <= limit_excess);
}

TEST_CASE("two-pass gives beta for equal elements, whatever they are", "[reference]") {
  for (const float value : {1e6F, 0.1F, -3e38F, 1e-45F, 16777217.0F}) {
    for (const std::size_t n : {1U, 3U, 1000U, 65537U, 1U << 20}) {
      CAPTURE(value, n);
      GroupCase<float> c;
      c.x.assign(n, value);
      c.gamma.assign(n, 2.0F);
      c.beta.assign(n, 3.0F);
      c.eps = 1e-5;
      const auto answer = answer_of<TwoPass<float>>(c);
      CHECK(answer.mean == value);
      CHECK(answer.y == std::vector<float>(n, 3.0F));
    }
  }
}

TEST_CASE("two-pass keeps a long row of large offset", "[reference]") {
  GroupCase<float> c;
  for (int i = 0; i < (1 << 20); ++i) c.x.push_back(1e8F + (i % 2 == 0 ? 8.0F : -8.0F));
  c.eps = 1e-5;
  const auto answer = answer_of<TwoPass<float>>(c);
  CHECK(answer.mean == 1e8F);
  CHECK(answer.y[0] == Approx(1).epsilon(1e-6));
  CHECK(answer.y[1] == Approx(-1).epsilon(1e-6));
}

TEST_CASE("equal elements without eps divide 0 by 0", "[reference]") {
  GroupCase<float> c;
  c.x.assign(7, 0.1F);
  const auto answer = answer_of<TwoPass<float>>(c);
  for (const float y : answer.y) CHECK(std::isnan(y));
  CHECK(std::isinf(answer.rstd));
}

TEST_CASE("a non-finite element spoils its group as IEEE 754 says", "[reference]") {
  const float infinity = std::numeric_limits<float>::infinity();
  GroupCase<float> c;
  c.x = {3e38F, infinity, 3e38F, -1};
  c.eps = 1e-5;
  const auto centered = answer_of<TwoPass<float>>(c);
  for (const float y : centered.y) CHECK(std::isnan(y));
  CHECK(centered.mean == infinity);
  CHECK(std::isnan(centered.rstd));

  c.location = Location::none;
  const auto plain = answer_of<TwoPass<float>>(c);
  CHECK(plain.y[0] == 0);
  CHECK(std::isnan(plain.y[1]));
  CHECK(plain.y[3] == 0);
  CHECK(plain.rstd == 0);

  c.x = {infinity, 1, -infinity};
  c.location = Location::mean;
  CHECK(std::isnan(answer_of<TwoPass<float>>(c).mean));
}

TEST_CASE("an empty group has statistics that are NaN", "[reference]") {
  const GroupCase<float> c;
  CHECK(std::isnan(answer_of<TwoPass<float>>(c).mean));
  CHECK(std::isnan(answer_of<Sequential<float>>(c).mean));
  CHECK(std::isnan(answer_of<Welford<float>>(c).mean));
}

}  // namespace
}  // namespace truenorm::reference
