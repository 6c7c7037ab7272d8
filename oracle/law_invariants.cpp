// SPDX-License-Identifier: Apache-2.0
// SPEC 5.7 and 5.8: what the sums and the size of a group's values must be.
#include "oracle/law_case.hpp"

namespace truenorm {
namespace {

/// q/s^2, which is q/(q + eps) where epsilon is inside.
RootSum share_of_spread(const LawGroup& group) {
  return RootSum(group.spread) * group.reciprocal * group.reciprocal;
}

RootSum magnitude(const RootSum& value, Settler& settler) {
  return value.sign(settler) < 0 ? -value : value;
}

/// The told values of one group.
std::vector<RootSum> of_group(const LawCase& laws, const std::vector<RootSum>& values,
                              std::size_t group) {
  std::vector<RootSum> members;
  for (std::int64_t i = 0; i < laws.group_size(); ++i) {
    const std::int64_t at =
        laws.form().map.element(static_cast<std::int64_t>(group), i);
    members.push_back(values[static_cast<std::size_t>(at)]);
  }
  return members;
}

/// Sums of x-hat.
///
/// values   SPEC 5.7 writes q/(q + eps) for the mean square; dividing c by any s gives
///          (1/m) sum c^2 / s^2 = q/s^2, which is that for eps_mode inside
void prove_sums(LawCase& laws) {
  const CanonicalForm& form = laws.form();
  if (form.spread == Spread::given) return;
  Claims sum_is_zero = laws.claims("invariants", "sum of x-hat = 0");
  Claims mean_square = laws.claims("invariants", "(1/m) sum of x-hat^2 = q/s^2");
  Claims sum_of_powers = laws.claims("invariants", "p-th power sum of x-hat = q/s");
  Settler settler;
  for (std::size_t g = 0; g < laws.groups().size(); ++g) {
    const LawGroup& group = laws.groups()[g];
    if (!group.is_regular) continue;
    const Place place{"group", static_cast<std::int64_t>(g)};
    RootSum sum;
    RootSum squares;
    RootSum magnitudes;
    RootSum largest;
    for (const RootSum& x_hat : of_group(laws, laws.x_hat(), g)) {
      sum += x_hat;
      if (form.power == Power::two) {
        squares += x_hat * x_hat;
        continue;
      }
      // Signs are those of numbers; a told NaN stays one.
      const RootSum size = x_hat.is_finite() ? magnitude(x_hat, settler) : x_hat;
      magnitudes += size;
      if (!size.is_finite() || (size - largest).sign(settler) > 0) largest = size;
    }
    if (form.location == Location::mean) sum_is_zero.equal(place, sum, RootSum());
    if (form.power == Power::two) {
      mean_square.equal(place, squares * Rational(1, group.divisor),
                        share_of_spread(group));
    } else {
      // s may be negative, with a negative epsilon outside of the root.
      const RootSum size = form.power == Power::one ? magnitudes : largest;
      sum_of_powers.equal(place, size,
                          magnitude(RootSum(group.spread) * group.reciprocal, settler));
    }
  }
  laws.keep(sum_is_zero);
  laws.keep(mean_square);
  laws.keep(sum_of_powers);
}

/// Sums of dx.
///
/// values   dx = r (w - <w> - lambda x-hat P), P = (1/m) sum w x-hat. As sum x-hat = 0
///          where there is a <w>, sum dx x-hat = r (sum w x-hat - lambda P sum x-hat^2)
///          = r (1 - lambda q/s^2) sum w x-hat. With epsilon inside, 1 - q/(q + eps) =
///          eps/(q + eps), which is SPEC's form of it
void prove_sums_of_gradient(LawCase& laws) {
  if (laws.form().spread == Spread::given || !laws.is_differentiable()) return;
  const Question vjp = laws.vjp();
  const std::vector<RootSum> dx = laws.told(vjp, "dx");
  Claims sum_is_zero = laws.claims("invariants", "sum of dx = 0");
  Claims projection = laws.claims(
      "invariants", "sum of dx x-hat = r (1 - lambda q/s^2) sum of w x-hat");
  for (std::size_t g = 0; g < laws.groups().size(); ++g) {
    const LawGroup& group = laws.groups()[g];
    if (!group.is_regular || !group.root_share) continue;
    const auto number = static_cast<std::int64_t>(g);
    const std::vector<RootSum> x_hat = of_group(laws, laws.x_hat(), g);
    const std::vector<RootSum> gradient = of_group(laws, dx, g);
    bool all_finite = true;
    RootSum sum;
    RootSum along_x_hat;
    RootSum weights_along_x_hat;
    for (std::int64_t i = 0; i < laws.group_size(); ++i) {
      const auto at = static_cast<std::size_t>(i);
      const RootSum weight =
          element(*vjp.input("dy"), laws.form().map.element(number, i)) *
          laws.gamma(number, i);
      all_finite = all_finite && weight.is_finite();
      sum += gradient[at];
      along_x_hat += gradient[at] * x_hat[at];
      weights_along_x_hat += weight * x_hat[at];
    }
    if (!all_finite) continue;
    if (laws.form().location == Location::mean) {
      sum_is_zero.equal({"group", number}, sum, RootSum());
    }
    const RootSum kept =
        Rational(1) - RootSum(*group.root_share) * share_of_spread(group);
    projection.equal({"group", number}, along_x_hat,
                     RootSum(group.reciprocal) * kept * weights_along_x_hat);
  }
  laws.keep(sum_is_zero);
  laws.keep(projection);
}

}  // namespace

void prove_invariants(LawCase& laws) {
  prove_sums(laws);
  prove_sums_of_gradient(laws);
}

/// values   Squared, so that both sides stay in the group's field. A deviation from the
///          mean has its opposite in the n - 1 others: c_i^2 <= (n - 1)/n sum c^2;
///          without a mean, x_i^2 <= sum x^2
void prove_range(LawCase& laws) {
  const CanonicalForm& form = laws.form();
  if (form.spread == Spread::given || form.power != Power::two) return;
  const bool has_mean = form.location == Location::mean;
  Claims claims = laws.claims(
      "range", has_mean ? "x-hat^2 <= (n - 1) q/s^2" : "x-hat^2 <= m q/s^2");
  for (std::size_t g = 0; g < laws.groups().size(); ++g) {
    const LawGroup& group = laws.groups()[g];
    if (!group.is_regular) continue;
    const std::int64_t factor = has_mean ? laws.group_size() - 1 : group.divisor;
    const RootSum bound = Rational(factor) * share_of_spread(group);
    for (std::int64_t i = 0; i < laws.group_size(); ++i) {
      const std::int64_t at = laws.form().map.element(static_cast<std::int64_t>(g), i);
      const RootSum& x_hat = laws.x_hat()[static_cast<std::size_t>(at)];
      claims.at_most({"element", at}, x_hat * x_hat, bound);
    }
  }
  laws.keep(claims);
}

/// values   With epsilon outside of the root, or as a floor, the equality fails for
///          every c != 0 unless epsilon or the spread is 0: it tells the placements
///          apart
void prove_eps_inside_root(LawCase& laws) {
  if (laws.form().eps_mode != EpsMode::inside) return;
  Claims squared = laws.claims("eps_inside_root", "x-hat^2 (q + eps) = c^2");
  Claims signs = laws.claims("eps_inside_root", "x-hat c >= 0");
  for (std::size_t g = 0; g < laws.groups().size(); ++g) {
    const LawGroup& group = laws.groups()[g];
    if (!group.is_regular) continue;
    const RootSum under_root = Rational(group.spread + laws.form().eps);
    for (std::int64_t i = 0; i < laws.group_size(); ++i) {
      const std::int64_t at = laws.form().map.element(static_cast<std::int64_t>(g), i);
      const RootSum& x_hat = laws.x_hat()[static_cast<std::size_t>(at)];
      const Rational c = group.centered(static_cast<std::size_t>(i));
      squared.equal({"element", at}, x_hat * x_hat * under_root, Rational(c * c));
      signs.at_most({"element", at}, RootSum(), x_hat * c);
    }
  }
  laws.keep(squared);
  laws.keep(signs);
}

}  // namespace truenorm
