// SPDX-License-Identifier: Apache-2.0
// Loads what is not there, and lets go of the oldest for it.
#include "oracle/loaded_groups.hpp"

#include <algorithm>

namespace truenorm {
namespace {

constexpr std::int64_t budget_elements = std::int64_t{1} << 20;
/// What a group takes beside its elements, its rationals above all, in elements: so that
/// the smallest groups take some 30 MB.
constexpr std::int64_t elements_for_statistics = 64;

std::size_t capacity_for(std::int64_t group_size) {
  const std::int64_t groups = budget_elements / (std::min(group_size, budget_elements) +
                                                 elements_for_statistics);
  return static_cast<std::size_t>(std::max<std::int64_t>(groups, 1));
}

}  // namespace

LoadedGroups::LoadedGroups(const Question& question, const CanonicalForm& form,
                           Settler& settler, long double unit_roundoff)
    : question_(question),
      form_(form),
      settler_(settler),
      unit_roundoff_(unit_roundoff),
      capacity_(capacity_for(form.map.group_size())) {}

const LoadedGroup& LoadedGroups::at(std::int64_t number) {
  const auto found = by_number_.find(number);
  if (found != by_number_.end()) return *found->second;
  if (oldest_first_.size() == capacity_) {
    by_number_.erase(oldest_first_.front()->number());
    oldest_first_.pop_front();
  }
  oldest_first_.push_back(std::make_unique<LoadedGroup>(question_, form_, number,
                                                        settler_, unit_roundoff_));
  by_number_.emplace(number, oldest_first_.back().get());
  return *oldest_first_.back();
}

}  // namespace truenorm
