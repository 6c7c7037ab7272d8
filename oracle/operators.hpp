// SPDX-License-Identifier: Apache-2.0
// The operators as a table: their inputs, outputs, attributes and defaults (SPEC 3).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "oracle/rational.hpp"

namespace truenorm {

enum class Direction { forward, vjp, jvp };

[[nodiscard]] std::string_view name(Direction direction);
[[nodiscard]] std::optional<Direction> find_direction(std::string_view name);

/// What an attribute may hold, and what a case file may write for it.
enum class AttributeKind {
  boolean,  ///< true, false
  integer,  ///< an int64
  real,     ///< an exact rational, such as eps
  axes,     ///< a list of axes, negative ones count from the end
  choice,   ///< one of a closed set of words
};

using AttributeValue =
    std::variant<bool, std::int64_t, Rational, std::vector<std::int64_t>, std::string>;
using Attributes = std::map<std::string, AttributeValue, std::less<>>;

struct AttributeSpec {
  std::string name;
  AttributeKind kind;
  std::optional<AttributeValue> default_value;  ///< none: the attribute is required
  std::vector<std::string> choices;  ///< of a choice or an integer; empty: any
};

struct InputSpec {
  std::string name;
  bool is_required;
};

struct OutputSpec {
  std::string name;
  /// Whether the output takes x's dtype; a statistic may come in float32 instead.
  bool is_statistic;
};

struct OperatorSpec {
  std::string name;
  std::vector<InputSpec> inputs;
  std::vector<OutputSpec> outputs;
  std::vector<AttributeSpec> attributes;

  [[nodiscard]] const AttributeSpec* find_attribute(std::string_view name) const;
  [[nodiscard]] const InputSpec* find_input(std::string_view name) const;
  [[nodiscard]] const OutputSpec* find_output(std::string_view name) const;
};

/// The table, in SPEC's order; it lives as long as the program.
[[nodiscard]] std::span<const OperatorSpec> operators();
[[nodiscard]] const OperatorSpec* find_operator(std::string_view name);

}  // namespace truenorm
