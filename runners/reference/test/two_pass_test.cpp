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

TEMPLATE_TEST_CASE("sums of powers of ordinary numbers are the same in every textbook",
                   "[reference]", TwoPass<float>, Sequential<float>, Welford<float>,
                   SinglePass<float>) {
  const std::vector<float> x{3, -4, 12, 0};
  CHECK(rounded(TestType::sum_of_powers(x, Power::one)) == 19);
  CHECK(rounded(TestType::sum_of_powers(x, Power::two)) == 169);
  CHECK(rounded(TestType::sum_of_powers(x, Power::infinity)) == 12);
}

TEST_CASE("a root of two-pass survives squares that leave the range", "[reference]") {
  const std::vector<float> large{3e38F, -3e38F};
  const auto squares = TwoPass<float>::sum_of_powers(large, Power::two);
  CHECK(rounded(squares) == std::numeric_limits<float>::infinity());
  CHECK(rounded(Wide<float>(3e38F) / root_of(squares, Power::two)) ==
        Approx(std::sqrt(0.5)).epsilon(1e-6));
  const auto sum = TwoPass<float>::sum_of_powers(large, Power::one);
  CHECK(rounded(Wide<float>(3e38F) / root_of(sum, Power::one)) == 0.5F);
}

TEST_CASE("NaN is a power of nothing, and Inf of all", "[reference]") {
  const float infinity = std::numeric_limits<float>::infinity();
  for (const Power power : {Power::one, Power::two, Power::infinity}) {
    const std::vector<float> with_nan{1, NAN, infinity};
    CHECK(TwoPass<float>::sum_of_powers(with_nan, power).is_nan());
    CHECK(std::isnan(Sequential<float>::sum_of_powers(with_nan, power)));
    const std::vector<float> opposite{-infinity, 1, infinity};
    CHECK(rounded(TwoPass<float>::sum_of_powers(opposite, power)) == infinity);
    CHECK(Sequential<float>::sum_of_powers(opposite, power) == infinity);
  }
}

TEST_CASE("a floor cuts the scale off from the spread, to the last bit of eps",
          "[reference]") {
  // 1e-5 lies above the float32 nearest to it, and 0.3 below.
  for (const double eps : {1e-5, 0.3}) {
    const auto root = Wide<float>::nearest(eps);
    const auto share =
        root_share_of(root, root, root, Epsilon<Wide<float>>::of(eps), EpsMode::floor);
    CHECK(share.rounded() == (static_cast<double>(root.rounded()) < eps ? 0 : 1));
  }
}

TEST_CASE("an empty group has statistics that are NaN", "[reference]") {
  const GroupCase<float> c;
  CHECK(std::isnan(answer_of<TwoPass<float>>(c).mean));
  CHECK(std::isnan(answer_of<Sequential<float>>(c).mean));
  CHECK(std::isnan(answer_of<Welford<float>>(c).mean));
  CHECK(std::isnan(answer_of<SinglePass<float>>(c).mean));
}

}  // namespace
}  // namespace truenorm::reference
