// SPDX-License-Identifier: Apache-2.0
// The merging of a case with its defaults.
#include "cases/merged_case.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace truenorm {
namespace {

const Node* value_of(const Node* map, std::string_view key) {
  if (map == nullptr) return nullptr;
  const auto found = std::find_if(map->entries.begin(), map->entries.end(),
                                  [&](const Entry& entry) { return entry.key == key; });
  return found == map->entries.end() ? nullptr : &found->value;
}

}  // namespace

const Node* MergedCase::field(std::string_view key) const {
  const Node* value = value_of(&written_, key);
  if (value == nullptr) value = value_of(defaults_, key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::vector<const Entry*> MergedCase::entries(std::string_view key,
                                              Problems& problems) const {
  std::vector<const Entry*> merged;
  const Node* own = value_of(&written_, key);
  if (own != nullptr && own->is_null()) return merged;
  for (const Node* layer : {value_of(defaults_, key), own}) {
    if (layer == nullptr || layer->is_null()) continue;
    if (layer->kind != Node::Kind::map) {
      problems.add(layer->position,
                   fmt::format("{} must be a map, not {}", key, description(*layer)));
      continue;
    }
    for (const Entry& entry : layer->entries) {
      const auto earlier =
          std::find_if(merged.begin(), merged.end(),
                       [&](const Entry* other) { return other->key == entry.key; });
      if (earlier == merged.end()) {
        merged.push_back(&entry);
      } else if (entry.value.is_null()) {
        merged.erase(earlier);
      } else {
        *earlier = &entry;
      }
    }
  }
  return merged;
}

Position MergedCase::position_of(std::string_view key) const {
  const Node* value = field(key);
  return value == nullptr ? position() : value->position;
}

}  // namespace truenorm
