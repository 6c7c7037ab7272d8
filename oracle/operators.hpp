// SPDX-License-Identifier: Apache-2.0
// The operators as a table: their form, inputs, outputs, attributes, defaults (SPEC 3).
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

/// How an operator cuts x into groups, and which parameters they meet (SPEC 3).
enum class Grouping {
  axes,            ///< over the named axes; a parameter for each place within a group
  channel_groups,  ///< per sample and group of channels; a parameter for each channel
  sample_channel,  ///< per sample and channel; a parameter for each channel
  channel,         ///< per channel over samples and space; a parameter for each channel
  dim,             ///< along one dimension; a parameter for each element of x
  all_but_dim,     ///< over all but one dimension; a parameter for each group
};

enum class Location { mean, given, none };
enum class Spread { variance, mean_square, sum_square, sum_power, given };

/// What an attribute may hold, and what a case file may write for it.
enum class AttributeKind {
  boolean,  ///< true, false
  integer,  ///< an int64
  real,     ///< an exact rational, such as eps
  axis,     ///< one axis; a negative one counts from the end
  axes,     ///< a list of axes
  choice,   ///< one of a closed set of words
};

/// A real attribute may be given as a double; a Question holds it as a Rational.
using AttributeValue = std::variant<bool, std::int64_t, Rational,
                                    std::vector<std::int64_t>, std::string, double>;
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
  /// The input whose shape and dtype the output has, and without which there is none.
  /// Empty for a statistic: one for each group, in x's dtype or in float32.
  std::string like;

  [[nodiscard]] bool is_statistic() const { return like.empty(); }
};

struct OperatorSpec {
  std::string name;
  Grouping grouping;
  Location location;
  Spread spread;
  std::vector<InputSpec> inputs;
  std::vector<OutputSpec> outputs;
  std::vector<AttributeSpec> attributes;

  [[nodiscard]] const AttributeSpec* find_attribute(std::string_view name) const;

  /// The inputs of a direction: a vjp adds dy, a jvp a tangent for each differentiable
  /// input. The running statistics are inputs of forward only.
  [[nodiscard]] std::vector<InputSpec> inputs_of(Direction direction) const;
  /// The outputs of a direction: of a vjp a gradient for each differentiable input, of a
  /// jvp the tangent of y.
  [[nodiscard]] std::vector<OutputSpec> outputs_of(Direction direction) const;

  [[nodiscard]] std::optional<InputSpec> find_input(Direction direction,
                                                    std::string_view name) const;
  [[nodiscard]] std::optional<OutputSpec> find_output(Direction direction,
                                                      std::string_view name) const;
};

/// The table, in SPEC's order; it lives as long as the program.
[[nodiscard]] std::span<const OperatorSpec> operators();
[[nodiscard]] const OperatorSpec* find_operator(std::string_view name);

}  // namespace truenorm
