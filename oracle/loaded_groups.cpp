// SPDX-License-Identifier: Apache-2.0
// Loads what is not there, and lets go of the oldest for it.
#include "oracle/loaded_groups.hpp"

namespace truenorm {

LoadedGroups::LoadedGroups(const Question& question, const CanonicalForm& form,
                           Settler& settler, long double unit_roundoff)
    : question_(question),
      form_(form),
      settler_(settler),
      unit_roundoff_(unit_roundoff) {}

const LoadedGroup& LoadedGroups::at(std::int64_t number) {
  const auto found = by_number_.find(number);
  if (found != by_number_.end()) return *found->second;
  if (oldest_first_.size() == capacity) {
    by_number_.erase(oldest_first_.front()->number());
    oldest_first_.pop_front();
  }
  oldest_first_.push_back(std::make_unique<LoadedGroup>(question_, form_, number,
                                                        settler_, unit_roundoff_));
  by_number_.emplace(number, oldest_first_.back().get());
  return *oldest_first_.back();
}

}  // namespace truenorm
