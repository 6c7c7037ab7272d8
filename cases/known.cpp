// SPDX-License-Identifier: Apache-2.0
// What a test says of an answer: its criteria, and the failures that are known.
#include "cases/test_case.hpp"
#include "cases/version_list.hpp"

namespace truenorm {
namespace {

bool matches_or_is_empty(std::string_view pattern, std::string_view text) {
  return pattern.empty() || pattern == text;
}

bool matches_runner(std::string_view pattern, std::string_view runner) {
  if (pattern.empty() || pattern == runner) return true;
  return runner.starts_with(pattern) && runner[pattern.size()] == ':';
}

}  // namespace

bool Known::matches(std::string_view runner_name, std::string_view library_version,
                    std::string_view dtype_name, std::string_view direction_name,
                    std::string_view output_name) const {
  return matches_runner(runner, runner_name) &&
         (version.empty() || version_matches(library_version, version)) &&
         matches_or_is_empty(dtype, dtype_name) &&
         matches_or_is_empty(direction, direction_name) &&
         matches_or_is_empty(output, output_name);
}

Criteria TestCase::criteria(std::string_view output) const {
  Criteria criteria;
  if (const auto found = tolerances.find(output); found != tolerances.end()) {
    criteria.tolerance = found->second;
  }
  criteria.compute = compute;
  return criteria;
}

}  // namespace truenorm
