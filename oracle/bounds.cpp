// SPDX-License-Identifier: Apache-2.0
// One affine map for each channel, applied to both ends of a box.
#include "oracle/bounds.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "oracle/coordinates.hpp"
#include "oracle/evaluation.hpp"

namespace truenorm {
namespace {

constexpr std::size_t most_worst_ends = 5;

constexpr std::array<std::pair<BoundKind, std::string_view>, 5> kinds{{
    {BoundKind::interval, "interval"},
    {BoundKind::affine_coefficients, "affine_coefficients"},
    {BoundKind::affine_constants, "affine_constants"},
    {BoundKind::first_derivative, "first_derivative"},
    {BoundKind::second_derivative, "second_derivative"},
}};

void check_layer(const Question& layer) {
  const std::string& op = layer.op().name;
  if (op != "batch_norm_inference") {
    throw QuestionError(op, "bounds", "are judged of batch_norm_inference only");
  }
  if (layer.flag("round_normalized")) {
    throw QuestionError(op, "round_normalized", "makes the layer no affine map");
  }
}

void check_box(const Question& layer, const Box& box, const Shape& shape,
               const std::string& subject) {
  const auto fail = [&](const std::string& why) {
    throw QuestionError(layer.op().name, subject, why);
  };
  if (box.low.shape() != shape || box.high.shape() != shape) {
    fail("has ends of shape " + shape_text(box.low.shape()) + " and " +
         shape_text(box.high.shape()) + " where " + shape_text(shape) + " is needed");
  }
  if (!(box.low.format() == box.high.format())) fail("has ends of two formats");
  for (std::int64_t i = 0; i < box.low.size(); ++i) {
    const double low = box.low[i];
    const double high = box.high[i];
    const std::string ends = "[" + hex_float(low) + ", " + hex_float(high) +
                             "] of element " + std::to_string(i);
    if (!std::isfinite(low) || !std::isfinite(high)) fail(ends + " is not finite");
    if (low > high) fail(ends + " is empty");
  }
}

/// The shape of a box: x's, but for coefficients one more dimension, of any size.
Shape box_shape(const Question& layer, BoundKind kind, const Box& box) {
  Shape shape = layer.x().shape();
  const Shape& given = box.low.shape();
  if (kind == BoundKind::affine_coefficients) {
    shape.push_back(given.empty() ? 0 : given.back());
  }
  return shape;
}

/// The affine map of a channel.
struct ChannelMap {
  Surd scale;
  Surd offset;
};

std::vector<std::optional<ChannelMap>> maps_of(const Question& layer,
                                               const CanonicalForm& form) {
  const auto scale = evaluate(layer, form, Quantity::scale, 0);
  const auto offset = evaluate(layer, form, Quantity::offset, 0);
  std::vector<std::optional<ChannelMap>> maps;
  for (std::int64_t channel = 0; channel < form.map.groups(); ++channel) {
    scale->load(channel);
    offset->load(channel);
    const ElementValue scale_value = scale->value(0);
    const ElementValue offset_value = offset->value(0);
    std::optional<ChannelMap>& map = maps.emplace_back();
    // 1/Inf makes a finite 0 of a variance that is not.
    const bool is_a_map = scale_value.is_finite() && offset_value.is_finite() &&
                          !scale_value.is_degenerate && !offset_value.is_degenerate;
    if (is_a_map) map = {scale_value.terms.front(), offset_value.terms.front()};
  }
  return maps;
}

bool has_constant(BoundKind kind) {
  return kind == BoundKind::interval || kind == BoundKind::affine_constants;
}

ExactBounds mapped(const ChannelMap& map, BoundKind kind, const Rational& low,
                   const Rational& high) {
  ExactBounds bounds{map.scale * Surd{low, 0, 0}, map.scale * Surd{high, 0, 0}};
  if (sign(map.scale) < 0) std::swap(bounds.low, bounds.high);
  if (!has_constant(kind)) return bounds;
  return {bounds.low + map.offset, bounds.high + map.offset};
}

/// RD or RU of an exact end; the infinity, or NaN, of its side where no number is.
double best_of(const Truth& truth, BoundEnd end, const Format& format) {
  const bool is_low = end == BoundEnd::low;
  if (truth.overflows) {
    const bool is_outward = std::signbit(truth.rounded) == is_low;
    if (is_outward) return truth.rounded;
    return is_low ? largest_finite(format) : -largest_finite(format);
  }
  if (is_low) {
    return truth.tail_ulps < 0 ? next_down(format, truth.rounded) : truth.rounded;
  }
  return truth.tail_ulps > 0 ? next_up(format, truth.rounded) : truth.rounded;
}

/// value / 2^exponent, to double.
double in_ulps(const Rational& value, int exponent) {
  return static_cast<double>(to_long_double(value * power_of_two(-exponent)));
}

class Judge {
 public:
  explicit Judge(const Format& format) : format_(format) {}

  [[nodiscard]] BoundVerdict judge(const Surd& exact_end, BoundEnd end,
                                   double claimed) {
    BoundVerdict verdict;
    verdict.end = end;
    verdict.claimed = claimed;
    verdict.exact = settler_.decimal({&exact_end, 1});
    const Truth truth = settler_.settle({&exact_end, 1}, format_);
    verdict.best = best_of(truth, end, format_);
    const int outward = end == BoundEnd::low ? 1 : -1;
    const Surd margin = exact_end + Surd{-exact(claimed), 0, 0};
    verdict.is_sound = sign(margin) * outward >= 0;
    if (verdict.is_sound) {
      // A finite claim is sound, so the best end lies between it and the exact one.
      const Rational to_best = exact(verdict.best) - exact(claimed);
      verdict.looseness_ulps = outward * in_ulps(to_best, truth.ulp_exponent);
    } else {
      const long double distance = settler_.approximate({&margin, 1});
      verdict.looseness_ulps =
          static_cast<double>(outward * std::ldexp(distance, -truth.ulp_exponent));
    }
    return verdict;
  }

 private:
  Format format_;
  Settler settler_;
};

/// Unsound before sound, then further off before nearer.
bool is_worse(const BoundVerdict& a, const BoundVerdict& b) {
  if (a.is_sound != b.is_sound) return b.is_sound;
  return std::fabs(a.looseness_ulps) > std::fabs(b.looseness_ulps);
}

void keep_if_worst(BoundReport& report, const BoundVerdict& verdict) {
  if (verdict.is_sound && verdict.looseness_ulps == 0) return;
  const auto place =
      std::upper_bound(report.worst.begin(), report.worst.end(), verdict, is_worse);
  report.worst.insert(place, verdict);
  if (report.worst.size() > most_worst_ends) report.worst.pop_back();
}

}  // namespace

std::string_view name(BoundKind kind) {
  return std::find_if(kinds.begin(), kinds.end(),
                      [&](const auto& entry) { return entry.first == kind; })
      ->second;
}

std::optional<BoundKind> find_bound_kind(std::string_view kind_name) {
  for (const auto& [kind, word] : kinds) {
    if (word == kind_name) return kind;
  }
  return std::nullopt;
}

std::string_view name(BoundEnd end) { return end == BoundEnd::low ? "low" : "high"; }

std::vector<std::optional<ExactBounds>> exact_bounds(const Question& layer,
                                                     BoundKind kind, const Box& box) {
  check_layer(layer);
  check_box(layer, box, box_shape(layer, kind, box), "box");
  const CanonicalForm form = lower(layer);
  const std::vector<std::optional<ChannelMap>> maps = maps_of(layer, form);
  // Coefficients have several entries for each element of x.
  const std::int64_t entries =
      layer.x().size() == 0 ? 0 : box.low.size() / layer.x().size();
  std::vector<std::optional<ExactBounds>> bounds(
      static_cast<std::size_t>(box.low.size()));
  for (std::int64_t channel = 0; channel < form.map.groups(); ++channel) {
    const std::optional<ChannelMap>& map = maps[static_cast<std::size_t>(channel)];
    if (!map) continue;
    for (std::int64_t i = 0; i < form.map.group_size(); ++i) {
      const std::int64_t first = form.map.element(channel, i) * entries;
      for (std::int64_t at = first; at < first + entries; ++at) {
        bounds[static_cast<std::size_t>(at)] =
            mapped(*map, kind, exact(box.low[at]), exact(box.high[at]));
      }
    }
  }
  return bounds;
}

BoundReport judge_bounds(const Question& layer, BoundKind kind, const Box& box,
                         const Box& claimed) {
  const std::vector<std::optional<ExactBounds>> bounds = exact_bounds(layer, kind, box);
  check_box(layer, claimed, box.low.shape(), "claimed");
  Judge judge(claimed.low.format());
  BoundReport report;
  long double sum = 0;
  std::int64_t sound_ends = 0;
  for (std::size_t at = 0; at < bounds.size(); ++at) {
    if (!bounds[at]) {
      ++report.undefined;
      continue;
    }
    const auto index = static_cast<std::int64_t>(at);
    const std::array verdicts{
        judge.judge(bounds[at]->low, BoundEnd::low, claimed.low[index]),
        judge.judge(bounds[at]->high, BoundEnd::high, claimed.high[index])};
    ++report.elements;
    const bool is_sound = verdicts[0].is_sound && verdicts[1].is_sound;
    report.unsound += is_sound ? 0 : 1;
    for (BoundVerdict verdict : verdicts) {
      verdict.index = coordinates(index, box.low.shape());
      if (verdict.is_sound) {
        ++sound_ends;
        sum += verdict.looseness_ulps;
        report.best_possible += verdict.looseness_ulps == 0 ? 1 : 0;
        report.max_looseness_ulps =
            std::max(report.max_looseness_ulps, verdict.looseness_ulps);
      }
      keep_if_worst(report, verdict);
    }
  }
  if (sound_ends > 0) {
    report.mean_looseness_ulps = static_cast<double>(sum / sound_ends);
  }
  return report;
}

}  // namespace truenorm
