// SPDX-License-Identifier: Apache-2.0
// Accumulators too narrow, one pass for two, lanes and rows that are not there.
#include <algorithm>
#include <cmath>
#include <vector>

#include "runners/mutant/flaws.hpp"

namespace truenorm::mutant {
namespace {

Real squared(Real a) { return a * a; }

/// A running sum, each addition rounded.
template <typename Round>
Real running_sum(Reals terms, const Round& round) {
  Real sum = 0;
  for (const Real term : terms) sum = round(sum + term);
  return sum;
}

template <typename Round>
Real rounded_mean(Reals x, const Round& round) {
  return round(running_sum(x, round) / static_cast<Real>(x.size()));
}

/// E[x^2] - E[x]^2 in the working precision.
Real single_pass(const Setting& s, Reals x) {
  const auto round = [&](Real a) { return s.working(a); };
  const auto n = static_cast<Real>(x.size());
  const Real squares =
      running_sum(terms_of(x, [&](Real a) { return round(squared(a)); }), round);
  const Real mean = rounded_mean(x, round);
  return round(round(squares / n) - round(squared(mean)));
}

void pass_once(Steps& steps, const Setting& setting) {
  steps.spread = [&setting](Reals x, Real) { return single_pass(setting, x); };
}

void pass_once_and_clamp(Steps& steps, const Setting& setting) {
  steps.spread = [&setting](Reals x, Real) {
    return maximum(single_pass(setting, x), 0);
  };
}

void pass_once_and_cut(Steps& steps, const Setting& setting) {
  steps.spread = [&setting](Reals x, Real) {
    const Real variance = single_pass(setting, x);
    return variance < 1e-6L ? 0 : variance;
  };
}

/// Both sums, each addition rounded by `round`.
template <typename Round>
void accumulate_in(Steps& steps, const Setting& setting, const Round& round) {
  const auto divisor = static_cast<Real>(setting.form.divisor());
  steps.mean = [round](Reals x) { return rounded_mean(x, round); };
  steps.spread = [round, divisor](Reals x, Real mean) {
    return round(
        running_sum(
            terms_of(x, [&](Real a) { return round(squared(round(a - mean))); }),
            round) /
        divisor);
  };
}

void accumulate_in_storage_dtype(Steps& steps, const Setting& setting) {
  accumulate_in(steps, setting, [&setting](Real a) { return setting.stored(a); });
}

/// Whose squares overflow and underflow, and whose running sums lose what is small.
void accumulate_in_working_dtype(Steps& steps, const Setting& setting) {
  accumulate_in(steps, setting, [&setting](Real a) { return setting.working(a); });
}

void square_in_storage_dtype(Steps& steps, const Setting& setting) {
  const auto divisor = static_cast<Real>(setting.form.divisor());
  steps.spread = [&setting, divisor](Reals x, Real mean) {
    return sum_of(terms_of(x,
                           [&](Real a) {
                             return setting.stored(squared(setting.stored(a - mean)));
                           })) /
           divisor;
  };
}

/// The spread of `right` with another count, without and with the correction.
void count_by(Steps& steps, const Setting& setting, Real (*count)(Real)) {
  const auto right_divisor = static_cast<Real>(setting.form.divisor());
  steps.mean = [count](Reals x) {
    return sum_of(x) / count(static_cast<Real>(x.size()));
  };
  steps.spread = [right = steps.spread, right_divisor, count](Reals x, Real mean) {
    return right(x, mean) * (right_divisor / count(right_divisor));
  };
}

void count_in_float16(Steps& steps, const Setting& setting) {
  count_by(steps, setting, [](Real n) -> Real {
    return round_to_nearest(float16, static_cast<double>(n));
  });
}

void multiply_by_rounded_reciprocal(Steps& steps, const Setting& setting) {
  // (bf16(1/sqrt(n)))^2
  count_by(steps, setting, [](Real n) -> Real {
    return 1 /
           squared(round_to_nearest(bfloat16, static_cast<double>(1 / std::sqrt(n))));
  });
}

void multiply_by_reciprocal(Steps& steps, const Setting& setting) {
  steps.mean = [&setting](Reals x) {
    const Real reciprocal = setting.working(1 / static_cast<Real>(x.size()));
    return setting.working(setting.working(sum_of(x)) * reciprocal);
  };
}

void read_in_float16(Steps& steps, const Setting& /*setting*/) {
  steps.input = [](Real value) -> Real {
    return round_to_nearest(float16, static_cast<double>(value));
  };
}

/// Lanes of zeros that fill up the last eight count with (0 - mean)^2.
void count_empty_lanes(Steps& steps, const Setting& setting) {
  const auto divisor = static_cast<Real>(setting.form.divisor());
  steps.spread = [right = steps.spread, divisor](Reals x, Real mean) {
    const std::size_t empty = (8 - x.size() % 8) % 8;
    return right(x, mean) + static_cast<Real>(empty) * squared(mean) / divisor;
  };
}

void wrap_rows(Steps& steps, const Setting& /*setting*/) {
  steps.group_of_statistics = [](std::int64_t group) { return group % 256; };
}

struct Shard {
  Real count = 0;
  Real mean = 0;
  Real variance = 0;
};

/// Two thirds of a group and the rest, as two devices have them.
template <typename Merge>
void merge_shards(Steps& steps, const Merge& merge) {
  const auto parts = [](Reals x) {
    const std::size_t cut = (2 * x.size() + 2) / 3;
    return std::pair(x.first(cut), x.subspan(cut));
  };
  const auto shard = [](Reals x) -> Shard {
    if (x.empty()) return {};
    const auto n = static_cast<Real>(x.size());
    const Real mean = sum_of(x) / n;
    return {n, mean,
            sum_of(terms_of(x, [&](Real a) { return squared(a - mean); })) / n};
  };
  steps.mean = [parts, shard, merge](Reals x) {
    const auto [first, second] = parts(x);
    return merge(shard(first), shard(second)).mean;
  };
  steps.spread = [parts, shard, merge](Reals x, Real) {
    const auto [first, second] = parts(x);
    return merge(shard(first), shard(second)).variance;
  };
}

void average_shards(Steps& steps, const Setting& /*setting*/) {
  merge_shards(steps, [](const Shard& a, const Shard& b) -> Shard {
    if (b.count == 0) return a;
    const Real mean = (a.mean + b.mean) / 2;
    const Real between = (squared(a.mean - mean) + squared(b.mean - mean)) / 2;
    return {a.count + b.count, mean, (a.variance + b.variance) / 2 + between};
  });
}

void drop_difference_of_shards(Steps& steps, const Setting& /*setting*/) {
  merge_shards(steps, [](const Shard& a, const Shard& b) -> Shard {
    const Real n = a.count + b.count;
    return {n, (a.count * a.mean + b.count * b.mean) / n,
            (a.count * a.variance + b.count * b.variance) / n};
  });
}

void take_shards_unbiased(Steps& steps, const Setting& /*setting*/) {
  merge_shards(steps, [](const Shard& a, const Shard& b) -> Shard {
    const Real n = a.count + b.count;
    const Real mean = (a.count * a.mean + b.count * b.mean) / n;
    const auto moment = [&](const Shard& shard) -> Real {
      if (shard.count == 0) return 0;
      const Real unbiased = shard.variance * (shard.count / (shard.count - 1));
      return shard.count * (unbiased + squared(shard.mean - mean));
    };
    return {n, mean, (moment(a) + moment(b)) / n};
  });
}

void divide_by_empty_shard(Steps& steps, const Setting& /*setting*/) {
  merge_shards(steps, [](const Shard& a, const Shard& b) -> Shard {
    const Real n = a.count + b.count;
    const Real share = b.count / n;
    const Real beyond = (b.mean * b.count) / b.count - a.mean;
    return {n, a.mean + share * beyond,
            (a.count * a.variance + b.count * b.variance) / n +
                share * (1 - share) * squared(beyond)};
  });
}

constexpr Flaw flaws[] = {
    {"single_pass_variance", pass_once},
    {"single_pass_variance_clamped", pass_once_and_clamp},
    {"single_pass_variance_cut", pass_once_and_cut},
    {"accumulated_in_storage_dtype", accumulate_in_storage_dtype},
    {"accumulated_in_working_dtype", accumulate_in_working_dtype},
    {"squared_in_storage_dtype", square_in_storage_dtype},
    {"count_in_float16", count_in_float16},
    {"root_of_count_rounded", multiply_by_rounded_reciprocal},
    {"count_reciprocal_rounded", multiply_by_reciprocal},
    {"input_in_float16", read_in_float16},
    {"empty_lanes_counted", count_empty_lanes},
    {"rows_wrapped", wrap_rows},
    {"shards_averaged", average_shards},
    {"shards_without_difference", drop_difference_of_shards},
    {"shards_unbiased", take_shards_unbiased},
    {"shard_of_nothing", divide_by_empty_shard},
};

}  // namespace

std::span<const Flaw> flaws_of_statistics() { return flaws; }

}  // namespace truenorm::mutant
