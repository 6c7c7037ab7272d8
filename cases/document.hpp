// SPDX-License-Identifier: Apache-2.0
// A YAML document as a tree whose every node knows its place.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cases/problems.hpp"

namespace truenorm {

inline constexpr std::size_t largest_file_bytes = 16 << 20;
inline constexpr int deepest_nesting = 32;
inline constexpr std::size_t largest_node_count = 1'000'000;
/// No map of the language has as many.
inline constexpr std::size_t largest_key_count = 100;

struct Entry;

struct Node {
  enum class Kind { null, scalar, list, map };

  Kind kind = Kind::null;
  Position position;
  std::string text;            ///< of a scalar
  bool is_quoted = false;      ///< a quoted scalar is always a string
  std::vector<Node> items;     ///< of a list
  std::vector<Entry> entries;  ///< of a map, in the order of the file

  [[nodiscard]] bool is_null() const { return kind == Kind::null; }
};

struct Entry {
  std::string key;
  Position position;
  Node value;
};

/// How a message quotes a text of the file: 'text', without what would break its line, and
/// cut where it is long.
[[nodiscard]] std::string quotation(std::string_view text);

/// How a message names the node: 'text', a list, a map, or nothing.
[[nodiscard]] std::string description(const Node& node);

/// The one document of a case file.
///
/// result   nothing if the text is no such document; duplicate keys, tags, anchors and
///          aliases are problems, and the limits above end the reading
[[nodiscard]] std::optional<Node> parse_document(std::string_view yaml,
                                                 Problems& problems);

}  // namespace truenorm
