// SPDX-License-Identifier: Apache-2.0
// The formula of x-hat on intervals.
#include "oracle/enclosed_group.hpp"

#include "oracle/planted.hpp"

namespace truenorm {

EnclosedGroup::EnclosedGroup(long precision_bits)
    : mean_(precision_bits),
      reciprocal_(1, precision_bits),
      centered_(precision_bits),
      product_(precision_bits) {}

bool EnclosedGroup::load(const ExactGroup& group) {
  if (!group.mean().is_finite() || !group.scale().is_finite() ||
      group.scale().sign() <= 0) {
    return false;
  }
  mean_.set(group.mean().number().a);
  reciprocal_.clear();
  reciprocal_.add(0, group.reciprocal().number());
  return true;
}

const Interval& EnclosedGroup::product(double factor, double x) {
  centered_.set(x);
  if (!is_planted("enclosed_mean_dropped")) centered_.subtract(mean_);
  centered_.multiply(factor);
  product_.set_product(centered_, reciprocal_[0]);
  return product_;
}

}  // namespace truenorm
