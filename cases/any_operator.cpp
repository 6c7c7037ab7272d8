// SPDX-License-Identifier: Apache-2.0
// Gathers names over the table of operators.
#include "cases/any_operator.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cases/document.hpp"
#include "cases/suggestion.hpp"

namespace truenorm {
namespace {

using Names = std::vector<std::string>;

template <typename Specs>
void add_new(Names& names, const Specs& specs) {
  for (const auto& spec : specs) {
    if (std::find(names.begin(), names.end(), spec.name) == names.end()) {
      names.push_back(spec.name);
    }
  }
}

void add_inputs(Names& names, const OperatorSpec& op) {
  for (const Direction d : every_direction) add_new(names, op.inputs_of(d));
}
void add_outputs(Names& names, const OperatorSpec& op) {
  for (const Direction d : every_direction) add_new(names, op.outputs_of(d));
}

Names of_one(void (*add)(Names&, const OperatorSpec&), const OperatorSpec& op) {
  Names names;
  add(names, op);
  return names;
}

Names of_all(void (*add)(Names&, const OperatorSpec&)) {
  Names names;
  for (const OperatorSpec& op : operators()) add(names, op);
  return names;
}

}  // namespace

Names inputs_of(const OperatorSpec& op) { return of_one(add_inputs, op); }
Names outputs_of(const OperatorSpec& op) { return of_one(add_outputs, op); }

Names all_inputs() { return of_all(add_inputs); }
Names all_outputs() { return of_all(add_outputs); }
Names all_attributes() {
  return of_all(
      [](Names& names, const OperatorSpec& op) { add_new(names, op.attributes); });
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
