// SPDX-License-Identifier: Apache-2.0
// What other suites would say of an answer: their rules, replayed against the truth.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "oracle/question.hpp"
#include "oracle/score.hpp"

namespace truenorm {

/// Another suite's rule for accepting an answer.
///
/// values   A policy says nothing of the truth: what it expects is RN(truth), which is
///          better than most suites' own expected values. It shows what would have been
///          let through
struct Policy {
  std::string_view name;
  std::string_view about;
};

[[nodiscard]] std::span<const Policy> policies();
[[nodiscard]] const Policy* find_policy(std::string_view name);

/// What policies expect: the truths of an output rounded to the format of an answer.
///
/// result   empty where the elements have no truth, as the statistics of nothing have none
[[nodiscard]] std::vector<double> expected_values(const Question& question,
                                                  std::string_view output,
                                                  const Format& format);

/// Whether the policy accepts an answer.
///
/// values   `expected` are those of the answer's format
/// result   none where the suite has no rule for such an output, or nothing is expected
[[nodiscard]] std::optional<bool> accepts(const Policy& policy,
                                          const Question& question,
                                          std::string_view output,
                                          std::span<const double> expected,
                                          const Tensor& answer);

/// What each policy, in the order of policies(), says of an answer that is scored.
///
/// values   `score` is the score of just this answer. It tells how far the truth can be, and
///          mostly that is enough: the truth is worked out again only where it is not
/// result   all none where nothing was scored
[[nodiscard]] std::vector<std::optional<bool>> policy_verdicts(const Question& question,
                                                               std::string_view output,
                                                               const Tensor& answer,
                                                               const Score& score);

}  // namespace truenorm
