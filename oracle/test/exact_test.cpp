// SPDX-License-Identifier: Apache-2.0
// The oracle's exact arithmetic against the twin's, operation by operation.
#include "oracle/exact.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "oracle/test/catch.hpp"
#include "oracle/test/extended.hpp"

namespace truenorm::twin {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// The same value in both arithmetics.
struct Pair {
  Exact exact;
  Extended extended;
};

Pair pair_of(double value) {
  return {Exact::of_input(value), Extended::from_float(value)};
}

std::vector<Pair> all_kinds() {
  std::vector<Pair> pairs;
  for (const double value : {std::numeric_limits<double>::quiet_NaN(), -infinity, -2.5,
                             -1.0, 0.0, 0.5, 3.0, infinity}) {
    pairs.push_back(pair_of(value));
  }
  const Pair two = pair_of(2);
  const Pair root{square_root(two.exact), square_root(two.extended)};
  pairs.push_back(root);
  pairs.push_back({pair_of(1).exact - root.exact, pair_of(1).extended - root.extended});
  return pairs;
}

bool is_same(const Exact& exact, const Extended& extended) {
  if (extended.is_nan()) return exact.is_nan();
  if (extended.is_infinite()) {
    return !exact.is_finite() && exact.special() == extended.sign() * infinity;
  }
  if (!exact.is_finite()) return false;
  const Surd& surd = exact.number();
  const Quadratic& wanted = extended.number();
  const auto in_twin = [](const Rational& value) {
    return mpq_class(value.backend().data());
  };
  return in_twin(surd.a) == wanted.a &&
         in_twin(surd.b) * in_twin(surd.b) * in_twin(surd.d) ==
             wanted.b * wanted.b * wanted.d &&
         sgn(in_twin(surd.b)) == sgn(wanted.b);
}

TEST_CASE("exact operations on all kinds of numbers equal the twin's", "[twin]") {
  const std::vector<Pair> pairs = all_kinds();
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const Pair& left = pairs[i];
    for (std::size_t j = 0; j < pairs.size(); ++j) {
      const Pair& right = pairs[j];
      CAPTURE(i, j);
      CHECK(is_same(left.exact + right.exact, left.extended + right.extended));
      CHECK(is_same(left.exact - right.exact, left.extended - right.extended));
      CHECK(is_same(left.exact * right.exact, left.extended * right.extended));
      CHECK(is_same(left.exact / right.exact, left.extended / right.extended));
      CHECK(is_same(maximum(left.exact, right.exact),
                    maximum(left.extended, right.extended)));
    }
    CHECK(is_same(-left.exact, -left.extended));
    CHECK(left.exact.sign() == (left.extended.is_nan() ? 0 : left.extended.sign()));
    const bool is_irrational =
        left.extended.is_number() && !left.extended.number().is_rational();
    if (is_irrational) continue;
    CHECK(is_same(square_root(left.exact), square_root(left.extended)));
  }
}

}  // namespace
}  // namespace truenorm::twin
