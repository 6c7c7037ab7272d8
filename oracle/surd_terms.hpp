// SPDX-License-Identifier: Apache-2.0
// Sums of surds by their terms, listed or worked out as they are asked for.
#pragma once

#include <functional>
#include <span>

#include "oracle/surd.hpp"

namespace truenorm {

/// A sum of surds, by what shows its terms one after the other, as often as asked: where
/// there is a term for each of a million groups, each is worked out anew.
///
/// values   the terms may come from different fields, as in a gradient across groups
using SurdTerms = std::function<void(const std::function<void(const Surd&)>& visit)>;

/// Terms that lie in memory, which outlives this.
[[nodiscard]] inline SurdTerms listed(std::span<const Surd> terms) {
  return [terms](const std::function<void(const Surd&)>& visit) {
    for (const Surd& term : terms) visit(term);
  };
}

}  // namespace truenorm
