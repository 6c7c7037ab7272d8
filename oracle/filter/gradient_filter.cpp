// SPDX-License-Identifier: Apache-2.0
// Terms of a chunk, added to the parameters that they meet.
#include "oracle/filter/gradient_filter.hpp"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "oracle/evaluation.hpp"
#include "oracle/planted.hpp"

namespace truenorm::filter {
namespace {

constexpr std::uint8_t is_unknown = 1;
constexpr std::uint8_t is_capped = 2;
constexpr std::uint8_t leaves_the_range = 4;

/// Stretches of groups, and what all of their sums may hold together.
constexpr std::int64_t most_stretches = 32;
constexpr std::int64_t most_sums = std::int64_t{1} << 16;

GradientKind kind_of(Quantity quantity) {
  return quantity == Quantity::dgamma ? GradientKind::dgamma : GradientKind::dbeta;
}

}  // namespace

/// The terms of a chunk.
struct GradientFilter::GradientTerms {
  alignas(64) std::array<double, chunk_size> hi;
  alignas(64) std::array<double, chunk_size> lo;
  alignas(64) std::array<double, chunk_size> error;
  alignas(64) std::array<double, chunk_size> sensitivity;
  std::array<std::uint8_t, chunk_size / 8> capped;

  [[nodiscard]] GradientArrays arrays() {
    return {hi.data(), lo.data(), error.data(), sensitivity.data()};
  }
  [[nodiscard]] bool is_capped(std::size_t i) const {
    return (capped[i / 8] >> (i % 8) & 1) != 0;
  }
};

GradientArrays GradientFilter::Sums::arrays() {
  return {hi.data(), lo.data(), error.data(), sensitivity.data()};
}

void GradientFilter::Sums::merge(Sums& other) {
  kernels().add_terms(other.arrays(), hi.size(), arrays());
  for (std::size_t k = 0; k < marks.size(); ++k) marks[k] |= other.marks[k];
  if (other.conditioning) {
    conditioning = std::max(conditioning.value_or(0), *other.conditioning);
  }
}

GradientFilter::GradientFilter(const Question& question, const CanonicalForm& form,
                               Quantity quantity, Need need, double unit_roundoff,
                               const Format& compute)
    : question_(question),
      form_(form),
      quantity_(quantity),
      need_(need),
      unit_roundoff_(unit_roundoff),
      compute_(compute),
      reader_(form.map, GroupReader::Along::parameters),
      parameters_(static_cast<std::size_t>(element_count(
          question.output_shape(quantity == Quantity::dgamma ? "dgamma" : "dbeta")))),
      terms_(parameters_ == 0 ? 0
                              : form.map.groups() * form.map.group_size() /
                                    static_cast<std::int64_t>(parameters_)) {
  const std::int64_t groups = form.map.groups();
  const auto count = static_cast<std::int64_t>(parameters_);
  const std::int64_t stretches = std::clamp<std::int64_t>(
      std::min(groups, most_sums / std::max<std::int64_t>(1, count)), 1,
      most_stretches);
  std::vector<Sums> sums(static_cast<std::size_t>(stretches));
  tbb::parallel_for(std::int64_t{0}, stretches, [&](std::int64_t stretch) {
    sums[static_cast<std::size_t>(stretch)] =
        sums_of(groups * stretch / stretches, groups * (stretch + 1) / stretches);
  });
  sums_ = std::move(sums.front());
  for (std::size_t stretch = 1; stretch < sums.size(); ++stretch) {
    if (!is_planted("filter_stretch_lost")) sums_.merge(sums[stretch]);
  }
}

GradientFilter::Sums GradientFilter::sums_of(std::int64_t begin,
                                             std::int64_t end) const {
  Sums sums;
  for (auto* values : {&sums.hi, &sums.lo, &sums.error, &sums.sensitivity}) {
    values->assign(parameters_, 0);
  }
  sums.marks.assign(parameters_, 0);
  GroupFilter filter(question_, form_, quantity_, need_, unit_roundoff_);
  const auto terms = std::make_unique<GradientTerms>();
  std::unique_ptr<Evaluation> exact;
  for (std::int64_t group = begin; group < end; ++group) {
    if (filter.load(group)) {
      if (need_ == Need::scores) {
        const AttainableGroup& s = filter.attainable();
        sums.conditioning = std::max(sums.conditioning.value_or(0), s.conditioning());
        if (s.leaves_range(compute_)) mark(group, leaves_the_range, sums);
      }
      add_group(group, filter, *terms, sums);
      continue;
    }
    mark(group, is_unknown, sums);
    if (need_ == Need::truths) continue;
    if (!exact) exact = evaluate(question_, form_, Quantity::dx, unit_roundoff_);
    exact->load(group);
    if (const auto conditioning = exact->conditioning()) {
      sums.conditioning = std::max(sums.conditioning.value_or(0), *conditioning);
    }
    if (exact->leaves_range(compute_)) mark(group, leaves_the_range, sums);
  }
  return sums;
}

void GradientFilter::add_group(std::int64_t group, GroupFilter& filter,
                               GradientTerms& chunk, Sums& sums) const {
  const GradientArrays totals = sums.arrays();
  const GradientArrays terms = chunk.arrays();
  const auto step = static_cast<std::int64_t>(chunk_size);
  for (std::int64_t begin = 0; begin < filter.size(); begin += step) {
    const ElementArrays elements = filter.elements(begin);
    const bool any_capped = kernels().gradient_terms(
        kind_of(quantity_), elements, filter.constants(), terms, chunk.capped.data());
    std::size_t i = 0;
    reader_.for_each_run(
        group, begin, elements.count,
        [&](std::int64_t offset, std::int64_t stride, std::size_t count) {
          const auto at = [&](std::size_t j) {
            return static_cast<std::size_t>(offset +
                                            static_cast<std::int64_t>(j) * stride);
          };
          if (stride == 1) {
            kernels().add_terms(terms.from(i), count, totals.from(at(0)));
          } else if (stride == 0) {
            kernels().sum_terms(terms.from(i), count, totals.from(at(0)));
          } else {
            for (std::size_t j = 0; j < count; ++j) {
              kernels().add_terms(terms.from(i + j), 1, totals.from(at(j)));
            }
          }
          for (std::size_t j = 0; any_capped && j < count; ++j) {
            if (chunk.is_capped(i + j)) sums.marks[at(j)] |= is_capped;
          }
          i += count;
        });
  }
}

void GradientFilter::mark(std::int64_t group, std::uint8_t mark, Sums& sums) const {
  reader_.for_each_run(
      group, 0, static_cast<std::size_t>(form_.map.group_size()),
      [&](std::int64_t offset, std::int64_t stride, std::size_t count) {
        for (std::size_t j = 0; j < count; ++j) {
          const std::int64_t k = offset + static_cast<std::int64_t>(j) * stride;
          sums.marks[static_cast<std::size_t>(k)] |= mark;
          if (stride == 0) break;
        }
      });
}

std::optional<Bounded> GradientFilter::value(std::int64_t parameter) const {
  const auto k = static_cast<std::size_t>(parameter);
  if ((sums_.marks[k] & is_unknown) != 0) return std::nullopt;
  return kernels().gradient_of(sums_.hi[k], sums_.lo[k], sums_.error[k]);
}

Sensitivity GradientFilter::sensitivity(std::int64_t parameter) const {
  const auto k = static_cast<std::size_t>(parameter);
  const long double sum = sums_.sensitivity[k];
  if (quantity_ == Quantity::dbeta) {
    const auto terms = static_cast<long double>(terms_);
    return {terms > 0 ? 3 * (1 - 1 / terms) * sum : 0, false};
  }
  return {sum, (sums_.marks[k] & is_capped) != 0};
}

bool GradientFilter::leaves_range(std::int64_t parameter) const {
  return (sums_.marks[static_cast<std::size_t>(parameter)] & leaves_the_range) != 0;
}

}  // namespace truenorm::filter
