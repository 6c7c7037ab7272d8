// SPDX-License-Identifier: Apache-2.0
// Arithmetic on sums of roots; what decides is decide.hpp.
#include "oracle/root_sum.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "oracle/decide.hpp"

namespace truenorm {

RootSum::RootSum(const Surd& number) : rational_(number.a) {
  if (!number.is_rational()) roots_.push_back({number.b, number.d});
}

RootSum::RootSum(const ElementValue& value) : special_(value.special) {
  for (const Surd& term : value.terms) *this += RootSum(term);
}

RootSum::RootSum(double value) {
  if (std::isfinite(value)) {
    rational_ = exact(value);
  } else {
    special_ = value;
  }
}

void RootSum::add_root(const Rational& factor, const Rational& radicand) {
  const auto known = std::find_if(roots_.begin(), roots_.end(), [&](const Root& root) {
    return root.radicand == radicand;
  });
  if (known == roots_.end()) {
    roots_.push_back({factor, radicand});
    return;
  }
  known->factor += factor;
  if (known->factor == 0) roots_.erase(known);
}

RootSum& RootSum::operator+=(const RootSum& term) {
  if (!is_finite() || !term.is_finite()) {
    special_ += term.special_;
    return *this;
  }
  rational_ += term.rational_;
  for (const Root& root : term.roots_) add_root(root.factor, root.radicand);
  return *this;
}

RootSum operator-(const RootSum& value) {
  RootSum negated = value;
  negated.rational_ = -value.rational_;
  for (RootSum::Root& root : negated.roots_) root.factor = -root.factor;
  if (!value.is_finite()) negated.special_ = -value.special_;
  return negated;
}

RootSum operator*(const RootSum& left, const RootSum& right) {
  RootSum product;
  if (!left.is_finite() || !right.is_finite()) {
    // The laws speak of numbers, so the sign of an infinite product is of no interest.
    product.special_ = std::numeric_limits<double>::quiet_NaN();
    return product;
  }
  product.rational_ = left.rational_ * right.rational_;
  if (right.rational_ != 0) {
    for (const auto& [factor, radicand] : left.roots_) {
      product.add_root(factor * right.rational_, radicand);
    }
  }
  if (left.rational_ != 0) {
    for (const auto& [factor, radicand] : right.roots_) {
      product.add_root(factor * left.rational_, radicand);
    }
  }
  for (const RootSum::Root& one : left.roots_) {
    for (const RootSum::Root& other : right.roots_) {
      const Rational factor = one.factor * other.factor;
      if (one.radicand == other.radicand) {
        product.rational_ += factor * one.radicand;
        continue;
      }
      const Surd root = square_root(one.radicand * other.radicand);
      product.rational_ += factor * root.a;
      if (!root.is_rational()) product.add_root(factor * root.b, root.d);
    }
  }
  return product;
}

std::vector<Surd> RootSum::terms() const {
  std::vector<Surd> terms{{rational_, 0, 0}};
  for (const Root& root : roots_) terms.push_back({0, root.factor, root.radicand});
  return terms;
}

std::optional<Rational> RootSum::rational() const {
  if (!is_finite()) return std::nullopt;
  if (roots_.empty()) return rational_;
  // A single root of no square is irrational.
  if (roots_.size() == 1) return std::nullopt;
  const std::vector<Surd> listed_terms = terms();
  return rational_value(listed(listed_terms));
}

int RootSum::sign(Settler& settler) const {
  if (const std::optional<Rational> number = rational()) return number->sign();
  if (roots_.size() == 1) {
    return truenorm::sign({rational_, roots_[0].factor, roots_[0].radicand});
  }
  const long double value = settler.approximate(terms());
  return (value > 0 ? 1 : 0) - (value < 0 ? 1 : 0);
}

long double RootSum::approximate(Settler& settler) const {
  if (!is_finite()) return special_;
  if (const std::optional<Rational> number = rational()) return to_long_double(*number);
  return settler.approximate(terms());
}

std::string RootSum::text(Settler& settler) const {
  return is_finite() ? settler.decimal(terms()) : hex_float(special_);
}

bool is_equal(const RootSum& left, const RootSum& right) {
  if (!left.is_finite() || !right.is_finite()) {
    return left.special() == right.special() ||
           (std::isnan(left.special()) && std::isnan(right.special()));
  }
  return (left - right).rational() == Rational(0);
}

}  // namespace truenorm
