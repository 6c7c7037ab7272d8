// SPDX-License-Identifier: Apache-2.0
// The rules that tie verdict, actual verdict and score to each other.
#include "reports/consistency.hpp"

#include <fmt/format.h>

namespace truenorm {

std::string contradiction(const Result& result) {
  const Verdict verdict = result.verdict;
  const bool was_expected =
      verdict == Verdict::known_failure || verdict == Verdict::unexpected_pass;
  if (was_expected != result.actual.has_value()) {
    return fmt::format("{} {} an actual verdict", name(verdict),
                       was_expected ? "needs" : "cannot have");
  }
  const Verdict actual = result.actual_verdict();
  const bool is_final =
      actual != Verdict::known_failure && actual != Verdict::unexpected_pass;
  const bool is_pass = actual == Verdict::pass;
  if (was_expected && (!is_final || is_pass != (verdict == Verdict::unexpected_pass))) {
    return fmt::format("{} cannot actually be {}", name(verdict), name(actual));
  }
  if (is_scored(actual) != result.score.has_value()) {
    return fmt::format("{} {} a score", name(actual),
                       is_scored(actual) ? "needs" : "cannot have");
  }
  return "";
}

}  // namespace truenorm
