// SPDX-License-Identifier: Apache-2.0
// Gathers names over the table of operators.
#include "cases/any_operator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cases/document.hpp"
#include "cases/suggestion.hpp"
#include "oracle/operators.hpp"

namespace truenorm {
namespace {

constexpr std::array every_direction{Direction::forward, Direction::vjp,
                                     Direction::jvp};

}  // namespace

std::vector<std::string> all_inputs() {
  std::vector<std::string> names;
  for (const OperatorSpec& op : operators()) {
    for (const Direction d : every_direction) {
      for (const InputSpec& spec : op.inputs_of(d)) names.push_back(spec.name);
    }
  }
  return names;
}
std::vector<std::string> all_outputs() {
  std::vector<std::string> names;
  for (const OperatorSpec& op : operators()) {
    for (const Direction d : every_direction) {
      for (const OutputSpec& spec : op.outputs_of(d)) names.push_back(spec.name);
    }
  }
  return names;
}

bool check_name(std::string_view what, std::string_view name, Position position,
                const std::vector<std::string>& known, Problems& problems) {
  if (std::find(known.begin(), known.end(), name) != known.end()) return true;
  const std::vector<std::string_view> words(known.begin(), known.end());
  problems.add(position, fmt::format("unknown {} {}{}", what, quotation(name),
                                     suggestion(name, words)));
  return false;
}

}  // namespace truenorm
