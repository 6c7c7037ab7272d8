// SPDX-License-Identifier: Apache-2.0
// Scalars by YAML 1.2's core schema, plus hex floats.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cases/document.hpp"
#include "oracle/rational.hpp"

namespace truenorm {

/// A number as it was written: exact, or one of the values that no real is.
struct Number {
  Rational value;
  /// -0.0, NaN or an infinity; `value` is 0 then.
  std::optional<double> special;
  bool is_hex_float = false;
};

/// The number that a plain scalar writes: 12, -1.5e-3, 0x1.8p-20, 0x3c00, 0o17; nan,
/// inf, -inf, also with YAML's leading dot.
///
/// result   nothing for words and quoted scalars
[[nodiscard]] std::optional<Number> number_of(const Node& node);

// Each of the following gives what the node holds, or adds the problem
// "WHAT must be ..., not ...".

[[nodiscard]] std::optional<Number> read_number(const Node& node, std::string_view what,
                                                Problems& problems);

/// A number that is neither NaN nor infinite; -0.0 is 0.
[[nodiscard]] std::optional<Rational> read_rational(const Node& node,
                                                    std::string_view what,
                                                    Problems& problems);

[[nodiscard]] std::optional<std::int64_t> read_integer(const Node& node,
                                                       std::string_view what,
                                                       Problems& problems);

/// An integer from 0 to 2^64 - 1.
[[nodiscard]] std::optional<std::uint64_t> read_unsigned(const Node& node,
                                                         std::string_view what,
                                                         Problems& problems);

[[nodiscard]] std::optional<bool> read_boolean(const Node& node, std::string_view what,
                                               Problems& problems);

/// A string; a number must be quoted to be one.
[[nodiscard]] std::optional<std::string> read_text(const Node& node,
                                                   std::string_view what,
                                                   Problems& problems);

/// One of the words, or a problem that names the nearest.
[[nodiscard]] std::optional<std::string> read_choice(
    const Node& node, std::string_view what, const std::vector<std::string_view>& known,
    Problems& problems);

/// A list of integers that fit int64.
[[nodiscard]] std::optional<std::vector<std::int64_t>> read_integers(
    const Node& node, std::string_view what, Problems& problems);

/// Adds a problem if a list has more items than anybody would write.
bool check_length(const Node& node, std::string_view what, Problems& problems);

/// Adds a problem that names the nearest known key, or them all.
void add_unknown_key(const Entry& entry, const std::vector<std::string_view>& known,
                     Problems& problems);

/// Adds a problem for each key of the map that is not known, and one if it is no map.
///
/// result   whether the node is a map
bool check_keys(const Node& node, std::string_view what,
                const std::vector<std::string_view>& known, Problems& problems);

/// The value of a key, or null if the map has no such key or nothing stands there.
[[nodiscard]] const Node* find(const Node& map, std::string_view key);

}  // namespace truenorm
