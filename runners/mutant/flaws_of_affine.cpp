// SPDX-License-Identifier: Apache-2.0
// The affine map: folded, in another order, in another dtype.
#include <cmath>

#include "runners/mutant/flaws.hpp"

namespace truenorm::mutant {
namespace {

/// y = x a + b with a = gamma rstd and b = beta - mean a, each rounded.
void fold(Steps& steps, const Setting& setting) {
  steps.y = [&setting](const Group& group, std::size_t i, const Affine& affine) {
    const auto round = [&](Real a) { return setting.working(a); };
    const Real a = round(affine.gamma.value_or(1) * round(1 / group.scale));
    const Real b = round(affine.beta.value_or(0) - round(round(group.mean) * a));
    return round(group.x[i] * a + b);
  };
}

/// gamma (x - mean) rstd from the left, which overflows where x-hat would not.
void weigh_first(Steps& steps, const Setting& setting) {
  steps.y = [&setting](const Group& group, std::size_t i, const Affine& affine) {
    const auto round = [&](Real a) { return setting.working(a); };
    const Real centered = round(group.x[i] - group.mean);
    const Real weighed = round(affine.gamma.value_or(1) * centered);
    const Real scaled = weighed * (1 / group.scale);
    return affine.beta ? scaled + *affine.beta : scaled;
  };
}

void store_gamma(Steps& steps, const Setting& setting) {
  steps.gamma = [&setting](Real gamma) { return setting.stored(gamma); };
}

constexpr Flaw flaws[] = {
    {"affine_folded", fold},
    {"gamma_before_scale", weigh_first},
    {"gamma_in_storage_dtype", store_gamma},
};

}  // namespace

std::span<const Flaw> flaws_of_affine() { return flaws; }

}  // namespace truenorm::mutant
