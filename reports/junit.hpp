// SPDX-License-Identifier: Apache-2.0
// JUnit XML, for the dashboards that read it.
#pragma once

#include <string>
#include <vector>

#include "reports/result.hpp"

namespace truenorm {

/// A test suite for each runner, a test case for each test and output.
///
/// result   XML 1.0 in UTF-8, whatever bytes the logs hold; of a long log, its two ends
[[nodiscard]] std::string junit_xml(const std::vector<Record>& records,
                                    Strictness strictness);

}  // namespace truenorm
