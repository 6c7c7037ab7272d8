// SPDX-License-Identifier: Apache-2.0
// Chunks settled when their first element is asked for.
#include "oracle/filter/truth_filter.hpp"

#include <cmath>

namespace truenorm::filter {

Truth truth_of(double rounded, double tail, double ulp) {
  Truth truth;
  truth.rounded = rounded;
  truth.tail_ulps = tail;
  truth.ulp_exponent = std::ilogb(ulp);
  truth.level = Level::filter;
  return truth;
}

TruthFilter::TruthFilter(const Question& question, const CanonicalForm& form,
                         Quantity quantity, const Format& format)
    : quantity_(quantity), grid_(format) {
  if (is_gradient_of_parameter(quantity)) {
    gradient_.emplace(question, form, quantity, Need::truths, 0, float64);
    return;
  }
  group_.emplace(question, form, quantity, Need::truths, 0);
  chunk_ = std::make_unique<SettledChunk>();
}

bool TruthFilter::load(std::int64_t block) {
  block_ = block;
  begin_ = -1;
  return gradient_ || group_->load(block);
}

std::optional<Truth> TruthFilter::settle(std::int64_t i) {
  if (gradient_) return settle_number(gradient_->value(block_));
  if (!is_elementwise(quantity_)) return settle_number(group_->statistic());
  const std::int64_t begin = i - i % static_cast<std::int64_t>(chunk_size);
  if (begin != begin_) {
    kernels().settle(group_->kind(), group_->elements(begin), group_->constants(),
                     grid_, *chunk_);
    begin_ = begin;
  }
  const auto place = static_cast<std::size_t>(i - begin);
  if (!chunk_->is_settled(place)) return std::nullopt;
  return truth_of(chunk_->rounded[place], chunk_->tail[place], chunk_->ulp[place]);
}

std::optional<Truth> TruthFilter::settle_number(
    const std::optional<Bounded>& value) const {
  if (!value) return std::nullopt;
  const SettledNumber settled = kernels().settle_number(*value, grid_);
  if (!settled.is_settled) return std::nullopt;
  return truth_of(settled.rounded, settled.tail, settled.ulp);
}

}  // namespace truenorm::filter
