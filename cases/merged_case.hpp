// SPDX-License-Identifier: Apache-2.0
// A case over its file's defaults, without copying either.
#pragma once

#include <string_view>
#include <vector>

#include "cases/document.hpp"

namespace truenorm {

/// `attributes`, `inputs`, `tolerance` and `bug` merge key by key, one level; of
/// everything else the case's own value replaces the default; null removes.
class MergedCase {
 public:
  /// values   both are maps that outlive this; defaults may be null
  MergedCase(const Node& written, const Node* defaults)
      : written_(written), defaults_(defaults) {}

  [[nodiscard]] Position position() const { return written_.position; }

  /// The value of a key that replaces, or null.
  [[nodiscard]] const Node* field(std::string_view key) const;

  /// The entries of a key that merges; adds a problem where it is no map. One whose value
  /// is null removes; where it had nothing to remove it is there, so that its key can be
  /// checked: {eps:1} is a key "eps:1" without a value.
  [[nodiscard]] std::vector<const Entry*> entries(std::string_view key,
                                                  Problems& problems) const;

  /// Where the value of a key stands, or else the case.
  [[nodiscard]] Position position_of(std::string_view key) const;

 private:
  const Node& written_;
  const Node* defaults_;
};

}  // namespace truenorm
