// SPDX-License-Identifier: Apache-2.0
// Counts what the nodes of a map hold.
#include "cases/cost.hpp"

namespace truenorm {
namespace {

/// About what a node takes in memory, in elements of 8 bytes.
std::int64_t size_in_elements(const Node& node) {
  std::int64_t size = 8 + static_cast<std::int64_t>(node.text.size() / 8);
  for (const Node& item : node.items) size += size_in_elements(item);
  for (const Entry& entry : node.entries) size += size_in_elements(entry.value);
  return size;
}

/// To read a node takes half a microsecond, as long as to make some 40 random elements:
/// five times what it takes in memory.
constexpr std::int64_t reading_for_size = 5;

}  // namespace

Cost cost(const Node& map) {
  Cost total;
  for (const Entry& entry : map.entries) {
    const std::int64_t of_entry = size_in_elements(entry.value);
    total.of_reading += reading_for_size * of_entry;
    if (entry.key != "inputs") total.of_each_test += of_entry;
  }
  return total;
}

bool Budget::spend(std::int64_t cost) {
  if (cost > elements) {
    is_exceeded = true;
    return false;
  }
  elements -= cost;
  return true;
}

}  // namespace truenorm
