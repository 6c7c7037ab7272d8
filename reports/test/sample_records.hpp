// SPDX-License-Identifier: Apache-2.0
// A fixed run in which everything occurs that a report must be able to tell.
#pragma once

#include <vector>

#include "reports/result.hpp"

namespace truenorm {

/// Every verdict, null and infinite measures, two runners, foreign bytes in a log.
[[nodiscard]] std::vector<Record> sample_records();

/// A scored result with a different number in every field.
[[nodiscard]] Result sample_result();

}  // namespace truenorm
