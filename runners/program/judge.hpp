// SPDX-License-Identifier: Apache-2.0
// From what a runner answered to the verdicts on it.
#pragma once

#include <string>
#include <vector>

#include "cases/test_case.hpp"
#include "reports/result.hpp"
#include "runners/supervisor/supervisor.hpp"

namespace truenorm {

/// The question as this runner's library receives it: one that takes real attributes as
/// float32 is asked, and judged, with the rounded ones.
[[nodiscard]] Question question_for(const TestCase& test, const protocol::Hello& hello);

/// A result for each output that the test asks for.
///
/// values   `question` is what was asked, `runner` the name as the user wrote it
[[nodiscard]] std::vector<Result> judge(const TestCase& test, const Question& question,
                                        const std::string& runner,
                                        const protocol::Hello& hello,
                                        const Reply& reply);

}  // namespace truenorm
