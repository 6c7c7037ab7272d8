// SPDX-License-Identifier: Apache-2.0
// The stages written out.
#include "oracle/stages.hpp"

#include <stdexcept>

#include "oracle/exact_stages.hpp"

namespace truenorm {
namespace {

std::string text_of(const ElementValue& value, Settler& settler) {
  return value.is_finite() ? settler.decimal(value.terms) : hex_float(value.special);
}

/// Where the element of x lies: its group, and its place in the matrix of groups.
struct Place {
  std::int64_t group = 0;
  std::int64_t row_major = 0;
  std::int64_t by_group = 0;
};

Place place_of(const CanonicalForm& form, std::int64_t index) {
  for (std::int64_t g = 0; g < form.map.groups(); ++g) {
    for (std::int64_t i = 0; i < form.map.group_size(); ++i) {
      if (form.map.element(g, i) == index) {
        return {g, index, g * form.map.group_size() + i};
      }
    }
  }
  throw std::out_of_range("x has no element " + std::to_string(index));
}

}  // namespace

std::vector<Stage> stages(const Question& question) {
  Settler settler;
  std::vector<Stage> written;
  for (const ExactStage& stage : exact_stages(question)) {
    Stage& text = written.emplace_back();
    text.name = stage.name;
    text.shape = stage.shape;
    for (const ElementValue& value : stage.values) {
      text.truth.push_back(text_of(value, settler));
    }
  }
  return written;
}

std::vector<Stage> stages_of_element(const Question& question, std::int64_t index) {
  const CanonicalForm form = lower(question);
  const Place place = place_of(form, index);
  Settler settler;
  std::vector<Stage> written;
  for (const ExactStage& stage : exact_stages(question)) {
    std::int64_t at = place.row_major;
    if (stage.is_per_group) at = place.group;
    if (stage.is_matrix) at = place.by_group;
    const ElementValue& value = stage.values[static_cast<std::size_t>(at)];
    written.push_back({stage.name, {}, {text_of(value, settler)}});
  }
  return written;
}

}  // namespace truenorm
