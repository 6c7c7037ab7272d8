// SPDX-License-Identifier: Apache-2.0
// Sums of surds: which are rational, and what the levels make of them.
#include "oracle/decide.hpp"

#include "oracle/refine.hpp"
#include "oracle/test/catch.hpp"

namespace truenorm {
namespace {

/// b sqrt(d)
Surd times_root(const Rational& b, const Rational& d) {
  return square_root(d) * Surd{b, 0, 0};
}

}  // namespace

TEST_CASE("square roots of one class cancel, whatever squares they carry") {
  // sqrt(18) = 3 sqrt(2), sqrt(1/2) = sqrt(2)/2, sqrt(2 p^2 / q^2) = p/q sqrt(2)
  const std::vector<Surd> cancelling{times_root(1, 18), times_root(-8, Rational(1, 2)),
                                     times_root(Rational(7, 5), Rational(50, 49)),
                                     Surd{Rational(1, 3), 0, 0}};
  CHECK(rational_value(listed(cancelling)) == Rational(1, 3));
  std::vector<Surd> beside = cancelling;
  beside.back() = beside.back() + times_root(Rational(1, 1000003), 2);
  CHECK_FALSE(rational_value(listed(beside)));
}

TEST_CASE("roots of different classes never make a rational") {
  // sqrt(2) + sqrt(3) - sqrt(5 + 2 sqrt 6) would be 0, but such a root is no term; of
  // rational radicands none cancel: sqrt(10) - sqrt(2) sqrt(5) is one class.
  CHECK_FALSE(
      rational_value(listed(std::vector<Surd>{times_root(1, 2), times_root(-1, 3)})));
  CHECK_FALSE(rational_value(listed(
      std::vector<Surd>{times_root(1, 2), times_root(1, 5), times_root(-1, 10)})));
  CHECK(rational_value(listed(
            std::vector<Surd>{times_root(1, 10), times_root(-1, 10)})) == Rational(0));
  CHECK(rational_value(listed({})) == Rational(0));
}

TEST_CASE("a rational sum of irrational terms is a tie that no interval settles") {
  // 3 sqrt(2) - sqrt(18) + 2049 is half-way between two float16 values.
  const std::vector<Surd> tie{times_root(3, 2), times_root(-1, 18), Surd{2049, 0, 0}};
  Settler settler;
  const Truth truth = settler.settle(tie, float16);
  CHECK(truth.level == Level::decide);
  CHECK(truth.rounded == 2048);
  CHECK(truth.tail_ulps == 0.5);
  CHECK(settler.decimal(tie) == "2.04900000000000000000000000000e+03");
  CHECK(settler.approximate(tie) == 2049);
}

TEST_CASE("a hair beside a tie is settled by refining, on its side") {
  // sqrt(1 + 2^-2000) - 1 = 2^-2001 - ..., far below the first enclosures' width.
  const Rational tiny = power_of_two(-2000);
  for (const int side : {1, -1}) {
    const std::vector<Surd> beside{times_root(1, 1 + side * tiny), Surd{2048, 0, 0}};
    Settler settler;
    const Truth truth = settler.settle(beside, float16);
    CHECK(truth.level == Level::refine);
    CHECK(truth.rounded == (side > 0 ? 2050 : 2048));
  }
}

TEST_CASE("an irrational sum close to 0 has its own sign and digits") {
  const Rational tiny = power_of_two(-400);
  const std::vector<Surd> terms{times_root(1, 1 + tiny), Surd{-1, 0, 0}};
  Settler settler;
  const Truth truth = settler.settle(terms, float64);
  CHECK(truth.rounded == 0x1p-401);
  CHECK(settler.decimal(terms).substr(0, 8) == "1.936295");
}

}  // namespace truenorm
