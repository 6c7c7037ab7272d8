// SPDX-License-Identifier: Apache-2.0
// What batch_norm stores for inference, and what it must not take of it.
#include "runners/mutant/flaws.hpp"

namespace truenorm::mutant {
namespace {

void leak_eps(Steps& steps, const Setting& setting) {
  steps.stored_variance = [right = steps.stored_variance, &setting](Real spread,
                                                                    Real n) {
    return right(spread, n) + setting.eps;
  };
}

/// n / (n - (1 + eps))
void correct_with_eps(Steps& steps, const Setting& setting) {
  steps.stored_variance = [&setting](Real spread, Real n) {
    return spread * (n / (n - (1 + setting.eps)));
  };
}

void freeze(Steps& steps, const Setting& /*setting*/) {
  steps.blended = [](Real old_value, Real) { return old_value; };
}

void start_at_zero(Steps& steps, const Setting& /*setting*/) {
  steps.blended = [right = steps.blended](Real, Real batch) { return right(0, batch); };
}

Real running(const Setting& setting, const char* input, const Group& group,
             Real absent) {
  const Tensor* tensor = setting.question.input(input);
  if (tensor == nullptr) return absent;
  return (*tensor)[setting.form.map.group_parameter(group.number)];
}

void normalize_by_old(Steps& steps, const Setting& setting) {
  steps.revised_statistics = [&setting](Group& group) {
    group.mean = running(setting, "running_mean", group, group.mean);
    group.spread = running(setting, "running_variance", group, group.spread);
  };
}

void normalize_by_updated(Steps& steps, const Setting& setting) {
  steps.revised_statistics = [blended = steps.blended, stored = steps.stored_variance,
                              &setting](Group& group) {
    const auto n = static_cast<Real>(group.x.size());
    const auto updated = [&](const char* input, Real batch, Real stored_batch) {
      if (setting.question.input(input) == nullptr) return batch;
      return blended(running(setting, input, group, 0), stored_batch);
    };
    group.mean = updated("running_mean", group.mean, group.mean);
    group.spread = updated("running_variance", group.spread, stored(group.spread, n));
  };
}

constexpr Flaw flaws[] = {
    {"running_variance_with_eps", leak_eps},
    {"running_variance_corrected_with_eps", correct_with_eps},
    {"running_statistics_frozen", freeze},
    {"running_statistics_from_zero", start_at_zero},
    {"running_statistics_in_training", normalize_by_old},
    {"updated_statistics_in_training", normalize_by_updated},
};

}  // namespace

std::span<const Flaw> flaws_of_running_statistics() { return flaws; }

}  // namespace truenorm::mutant
