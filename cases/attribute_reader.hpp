// SPDX-License-Identifier: Apache-2.0
// Reads the attributes of a case, as its dialect means them.
#pragma once

#include <string_view>
#include <vector>

#include "cases/document.hpp"
#include "oracle/operators.hpp"

namespace truenorm {

/// The attributes that the entries write, and the dialect's defaults for the others.
///
/// values   a real in decimal is the binary64 nearest to it, a hex float or a fraction
///          such as "1/1000000" is exact; dialect may be empty
/// source   SPEC 1 and 3
[[nodiscard]] Attributes read_attributes(const std::vector<const Entry*>& entries,
                                         const OperatorSpec& op,
                                         std::string_view dialect, Problems& problems);

/// Adds the problems of entries that speak of no operator in particular: names that no
/// operator has, and values of another kind.
void check_attributes(const std::vector<const Entry*>& entries, Problems& problems);

}  // namespace truenorm
