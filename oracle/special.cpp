// SPDX-License-Identifier: Apache-2.0
// IEEE propagation on stand-ins.
#include "oracle/special.hpp"

#include <cmath>
#include <limits>

namespace truenorm {
namespace {

double stand_in(double value) {
  if (!std::isfinite(value)) return value;
  return static_cast<double>((value > 0) - (value < 0));
}

/// gamma + gamma_offset; a float sum is 0 only where the exact sum is.
double gamma_of(const CanonicalForm& form, const Affine& affine) {
  if (!affine.gamma) return 1;
  return stand_in(*affine.gamma + static_cast<double>(form.gamma_offset));
}

/// product + beta. A finite product is 0, or the element would not be special.
double plus_beta(double product, const Affine& affine) {
  if (!affine.beta) return product;
  return product + *affine.beta;
}

}  // namespace

double special_mean(const std::vector<double>& x) {
  double sum = 0;
  for (const double value : x) {
    if (!std::isfinite(value)) sum += value;
  }
  return sum;
}

double special_scale(double spread) { return std::sqrt(spread); }

double difference_sign(double x, double mean) {
  if (std::isfinite(x) && std::isfinite(mean)) {
    return static_cast<double>((x > mean) - (x < mean));
  }
  return x - mean;
}

double special_value(const CanonicalForm& form, const SpecialGroup& group,
                     Quantity quantity, double c, const Affine& affine) {
  const double gamma = gamma_of(form, affine);
  switch (quantity) {
    case Quantity::y: {
      const double normalized = c / group.scale;
      return plus_beta(affine.gamma ? normalized * gamma : normalized, affine);
    }
    case Quantity::mean:
      return group.mean;
    case Quantity::rstd:
      return 1 / group.scale;
    case Quantity::scale:
      return gamma / group.scale;
    case Quantity::offset:
      return plus_beta(-stand_in(group.mean) * (gamma / group.scale), affine);
  }
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace truenorm
