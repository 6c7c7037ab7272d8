// SPDX-License-Identifier: Apache-2.0
// Reads one case, merged with its file's defaults, into its tests.
#pragma once

#include <string_view>
#include <vector>

#include "cases/case_file.hpp"
#include "cases/cost.hpp"
#include "cases/document.hpp"
#include "cases/test_case.hpp"

namespace truenorm {

/// The keys that a case, and so `defaults`, may have.
[[nodiscard]] const std::vector<std::string_view>& case_keys();

/// Adds the problems that a file's defaults have by themselves, so that none hides behind
/// cases which replace it.
///
/// values   a map with keys of a case
void check_defaults(const Node& defaults, const CaseFile& file, Problems& problems);

/// The tests of one case, by dtype and then by direction.
///
/// values   both nodes are maps; defaults may be null, and cost what is said
/// result   empty if the case has a problem
[[nodiscard]] std::vector<TestCase> read_case(const Node& written, const Node* defaults,
                                              const Cost& cost_of_defaults,
                                              const CaseFile& file, Budget& budget,
                                              Problems& problems);

}  // namespace truenorm
