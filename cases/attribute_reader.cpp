// SPDX-License-Identifier: Apache-2.0
// The kinds of attributes, and the rounding of the real ones.
#include "cases/attribute_reader.hpp"

#include <fmt/format.h>

#include <cmath>

#include "cases/any_operator.hpp"
#include "cases/dialects.hpp"
#include "cases/scalars.hpp"
#include "cases/suggestion.hpp"

namespace truenorm {
namespace {

/// The value rounded to what the format holds, or a problem.
std::optional<Rational> rounded(const Rational& value, const Format& format,
                                const Entry& entry, Problems& problems) {
  const double nearest = round_to_nearest(format, value);
  if (std::isinf(nearest)) {
    problems.add(entry.value.position,
                 fmt::format("{}: {} is out of the range of {}", entry.key,
                             description(entry.value), format.name));
    return std::nullopt;
  }
  return exact(nearest);
}

std::optional<Rational> read_real(const Entry& entry, Problems& problems) {
  const Node& node = entry.value;
  std::optional<Rational> exact_value;
  if (node.kind == Node::Kind::scalar) exact_value = parse_fraction(node.text);
  if (const auto number = number_of(node); number && number->is_hex_float) {
    exact_value = number->special ? Rational(0) : number->value;
  }
  if (exact_value) {
    // No library could be asked: every real attribute travels as a binary64.
    if (!rounded(*exact_value, float64, entry, problems)) return std::nullopt;
    return exact_value;
  }
  const auto value = read_rational(node, entry.key, problems);
  if (!value) return std::nullopt;
  return rounded(*value, float64, entry, problems);
}

template <typename Value>
std::optional<AttributeValue> as_attribute(std::optional<Value> value) {
  if (!value) return std::nullopt;
  return AttributeValue(std::move(*value));
}

std::optional<AttributeValue> read_attribute(const Entry& entry,
                                             const AttributeSpec& spec,
                                             Problems& problems) {
  switch (spec.kind) {
    case AttributeKind::boolean:
      return as_attribute(read_boolean(entry.value, entry.key, problems));
    case AttributeKind::integer:
    case AttributeKind::axis:
      return as_attribute(read_integer(entry.value, entry.key, problems));
    case AttributeKind::real:
      return as_attribute(read_real(entry, problems));
    case AttributeKind::axes:
      return as_attribute(read_integers(entry.value, entry.key, problems));
    case AttributeKind::choice:
      return as_attribute(read_choice(entry.value, entry.key,
                                      {spec.choices.begin(), spec.choices.end()},
                                      problems));
  }
  return std::nullopt;
}

std::string unknown_attribute(const Entry& entry, const OperatorSpec& op) {
  std::vector<std::string_view> known;
  for (const AttributeSpec& spec : op.attributes) known.push_back(spec.name);
  return fmt::format("unknown attribute {} of {}{}", quotation(entry.key), op.name,
                     suggestion_or_list(entry.key, known));
}

/// The attribute of that name of any operator: those that share a name share a kind.
const AttributeSpec* find_attribute(std::string_view attribute) {
  for (const OperatorSpec& op : operators()) {
    const AttributeSpec* spec = op.find_attribute(attribute);
    if (spec != nullptr) return spec;
  }
  return nullptr;
}

}  // namespace

void check_attributes(const std::vector<const Entry*>& entries, Problems& problems) {
  for (const Entry* entry : entries) {
    const AttributeSpec* spec = find_attribute(entry->key);
    if (spec == nullptr) {
      check_name("attribute", entry->key, entry->position, all_attributes(), problems);
    } else if (!entry->value.is_null()) {
      static_cast<void>(read_attribute(*entry, *spec, problems));
    }
  }
}

Attributes read_attributes(const std::vector<const Entry*>& entries,
                           const OperatorSpec& op, std::string_view dialect,
                           Problems& problems) {
  Attributes attributes;
  for (const Entry* entry : entries) {
    const AttributeSpec* spec = op.find_attribute(entry->key);
    if (spec == nullptr) {
      problems.add(entry->position, unknown_attribute(*entry, op));
      continue;
    }
    if (entry->value.is_null()) continue;
    auto value = read_attribute(*entry, *spec, problems);
    if (!value) continue;
    if (auto* real = std::get_if<Rational>(&*value);
        real != nullptr && has_float32_attributes(dialect)) {
      const auto narrow = rounded(*real, float32, *entry, problems);
      if (!narrow) continue;
      *real = *narrow;
    }
    attributes.emplace(entry->key, std::move(*value));
  }
  for (auto& [attribute, value] : dialect_defaults(dialect, op.name)) {
    auto* real = std::get_if<Rational>(&value);
    if (real != nullptr && has_float32_attributes(dialect)) {
      *real = exact(round_to_nearest(float32, *real));
    }
    attributes.emplace(attribute, std::move(value));
  }
  return attributes;
}

}  // namespace truenorm
