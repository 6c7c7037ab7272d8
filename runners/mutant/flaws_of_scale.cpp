// SPDX-License-Identifier: Apache-2.0
// Statistics rounded on their way, powers of the scale, and epsilon out of place.
#include <cmath>

#include "runners/mutant/flaws.hpp"

namespace truenorm::mutant {
namespace {

/// rstd, or mean and rstd, as a library keeps them between two of its kernels.
void store_statistics(Steps& steps, const Setting& setting) {
  steps.mean = [right = steps.mean, &setting](Reals x) {
    return setting.stored(right(x));
  };
  steps.scale = [right = steps.scale, &setting](Real spread, const Group& group) {
    return 1 / setting.stored(1 / right(spread, group));
  };
}

void store_variance(Steps& steps, const Setting& setting) {
  steps.scale = [&setting](Real spread, const Group&) {
    return std::sqrt(setting.stored(spread + setting.eps));
  };
}

void divide_by_square(Steps& steps, const Setting& setting) {
  steps.scale = [&setting](Real spread, const Group&) {
    return (spread + setting.eps) * (spread + setting.eps);
  };
}

void divide_by_reciprocal(Steps& steps, const Setting& /*setting*/) {
  steps.scale = [right = steps.scale](Real spread, const Group& group) {
    return 1 / right(spread, group);
  };
}

void add_eps_to_count(Steps& steps, const Setting& setting) {
  const auto divisor = static_cast<Real>(setting.form.divisor());
  steps.scale = [&setting, divisor](Real spread, const Group&) {
    return std::sqrt(spread * divisor / (divisor + setting.eps));
  };
}

/// sqrt(mean((x/M)^2) + eps) M for M = max|x|
void scale_eps(Steps& steps, const Setting& setting) {
  steps.scale = [&setting](Real spread, const Group& group) {
    Real largest = 0;
    for (const Real a : group.x) largest = maximum(largest, std::fabs(a));
    return std::sqrt(spread / (largest * largest) + setting.eps) * largest;
  };
}

constexpr Flaw flaws[] = {
    {"statistics_in_storage_dtype", store_statistics},
    {"variance_in_storage_dtype", store_variance},
    {"divided_by_square", divide_by_square},
    {"multiplied_by_std", divide_by_reciprocal},
    {"eps_added_to_count", add_eps_to_count},
    {"eps_scaled_by_largest", scale_eps},
};

}  // namespace

std::span<const Flaw> flaws_of_scale() { return flaws; }

}  // namespace truenorm::mutant
