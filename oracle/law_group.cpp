// SPDX-License-Identifier: Apache-2.0
// The definitions, one after the other.
#include "oracle/law_group.hpp"

#include <algorithm>
#include <cmath>

namespace truenorm {
namespace {

/// The root of a spread, if it is a number; sums of magnitudes are their own (SPEC 2).
std::optional<Surd> root_of(const CanonicalForm& form, const Rational& spread) {
  if (form.power != Power::two) return Surd{spread, 0, 0};
  if (spread < 0) return std::nullopt;
  return square_root(spread);
}

Surd maximum(const Surd& left, const Rational& right) {
  return sign(left + Surd{-right, 0, 0}) >= 0 ? left : Surd{right, 0, 0};
}

Rational spread_of(const CanonicalForm& form, const LawGroup& group) {
  Rational sum = 0;
  for (std::size_t i = 0; i < group.x.size(); ++i) {
    const Rational c = group.centered(i);
    const Rational magnitude = c < 0 ? Rational(-c) : c;
    switch (form.power) {
      case Power::one:
        sum += magnitude;
        break;
      case Power::two:
        sum += c * c;
        break;
      case Power::infinity:
        sum = std::max(sum, magnitude);
        break;
    }
  }
  return sum / group.divisor;
}

std::optional<Surd> root_share_of(const CanonicalForm& form, const LawGroup& group) {
  const Surd one{1, 0, 0};
  const Surd zero{};
  switch (form.eps_mode) {
    case EpsMode::inside:
      return one;
    case EpsMode::outside:
      if (group.spread == 0) return std::nullopt;
      return group.scale * reciprocal(*root_of(form, group.spread));
    case EpsMode::floor:
      return sign(*root_of(form, group.spread) + Surd{-form.eps, 0, 0}) >= 0 ? one
                                                                             : zero;
    case EpsMode::floor_inside:
      return group.spread >= form.eps ? one : zero;
  }
  return std::nullopt;
}

}  // namespace

bool LawGroup::is_constant() const {
  return std::all_of(x.begin(), x.end(),
                     [&](const Rational& value) { return value == x.front(); });
}

std::optional<Surd> scale_of(const CanonicalForm& form, const Rational& spread) {
  switch (form.eps_mode) {
    case EpsMode::inside: {
      const Rational sum = spread + form.eps;
      if (sum < 0) return std::nullopt;
      return square_root(sum);
    }
    case EpsMode::floor_inside: {
      const Rational larger = std::max(spread, form.eps);
      if (larger < 0) return std::nullopt;
      return square_root(larger);
    }
    case EpsMode::outside: {
      const std::optional<Surd> root = root_of(form, spread);
      if (!root) return std::nullopt;
      return *root + Surd{form.eps, 0, 0};
    }
    case EpsMode::floor: {
      const std::optional<Surd> root = root_of(form, spread);
      if (!root) return std::nullopt;
      return maximum(*root, form.eps);
    }
  }
  return std::nullopt;
}

LawGroup law_group(const Question& question, const CanonicalForm& form,
                   std::int64_t number) {
  LawGroup group;
  const std::int64_t n = form.map.group_size();
  for (std::int64_t i = 0; i < n; ++i) {
    const double value = question.x()[form.map.element(number, i)];
    if (!std::isfinite(value)) return LawGroup{};
    group.x.push_back(exact(value));
  }
  if (form.location == Location::given) {
    const double mean = (*question.input("mean"))[number];
    const double variance = (*question.input("variance"))[number];
    if (!std::isfinite(mean) || !std::isfinite(variance)) return group;
    group.mean = exact(mean);
    group.spread = exact(variance);
    group.clamp_acts = form.clamps_variance && group.spread < 0;
    if (group.clamp_acts) group.spread = 0;
  } else {
    if (n == 0) return group;
    const bool is_mean =
        form.spread == Spread::variance || form.spread == Spread::mean_square;
    group.divisor = is_mean ? n : 1;
    if (form.location == Location::mean) {
      for (const Rational& value : group.x) group.mean += value;
      group.mean /= n;
    }
    group.spread = spread_of(form, group);
  }
  const std::optional<Surd> scale = scale_of(form, group.spread);
  if (!scale || sign(*scale) == 0) return group;
  group.scale = *scale;
  group.reciprocal = reciprocal(*scale);
  group.root_share = root_share_of(form, group);
  group.is_regular = true;
  return group;
}

}  // namespace truenorm
