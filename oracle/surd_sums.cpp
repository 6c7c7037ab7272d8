// SPDX-License-Identifier: Apache-2.0
// a + b sqrt(d), term by term, onto intervals.
#include "oracle/surd_sums.hpp"

#include "oracle/planted.hpp"

namespace truenorm {

SurdSums::SurdSums(std::size_t count, long precision_bits)
    : factor_(precision_bits), root_(precision_bits), product_(precision_bits) {
  for (std::size_t k = 0; k < count; ++k) {
    sums_.emplace_back(precision_bits);
  }
}

void SurdSums::clear() {
  for (Interval& sum : sums_) sum.set(0.0);
}

void SurdSums::enclose_root(const Rational& radicand) {
  if (radicand == radicand_ || (is_planted("stale_root") && radicand_ != 0)) return;
  radicand_ = radicand;
  root_.set(radicand);
  root_.take_root();
}

void SurdSums::add(std::size_t sum, const Surd& term) {
  if (term.a != 0) {
    factor_.set(term.a);
    sums_[sum].add(factor_);
  }
  if (term.is_rational()) return;
  enclose_root(term.d);
  factor_.set(term.b);
  product_.set_product(factor_, root_);
  sums_[sum].add(product_);
}

void SurdSums::add(const SurdSums& other) {
  for (std::size_t k = 0; k < sums_.size(); ++k) sums_[k].add(other.sums_[k]);
}

}  // namespace truenorm
