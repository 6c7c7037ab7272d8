// SPDX-License-Identifier: Apache-2.0
// Dialects: the defaults that libraries give the attributes that a case leaves out.
#pragma once

#include <span>
#include <string_view>

#include "oracle/operators.hpp"

namespace truenorm {

/// Every dialect's name.
[[nodiscard]] std::span<const std::string_view> dialects();

/// What a library gives an operator's attributes.
struct DialectDefaults {
  std::string_view dialect;
  std::string_view op;
  std::string_view source;  ///< the library's own words for it
  std::string_view link;    ///< where it says so
  Attributes attributes;
};

/// Every row, dialect by dialect.
[[nodiscard]] std::span<const DialectDefaults> dialect_table();

/// The attributes of the operator for which the dialect has a default of its own; for
/// the others SPEC's holds, and what has none there must be written in the case.
[[nodiscard]] Attributes dialect_defaults(std::string_view dialect,
                                          std::string_view operator_name);

/// Whether the library holds real attributes as float32, so that even one that a case
/// writes reaches it rounded.
[[nodiscard]] bool has_float32_attributes(std::string_view dialect);

}  // namespace truenorm
