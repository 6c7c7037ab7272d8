// SPDX-License-Identifier: Apache-2.0
// Which tests a command is about: CASE arguments, then filters.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "cases/test_case.hpp"

namespace truenorm {

struct TestFilter {
  std::vector<std::string> cases;  ///< none: the cases that came with the program
  std::vector<std::string> operators;
  std::vector<std::string> dtypes;  ///< of x
  std::vector<std::string> tags;
  std::string glob;
  std::size_t shard = 1;  ///< from 1
  std::size_t shards = 1;
};

/// values   without CASE arguments, tests tagged `full` only take part if a tag is named
/// throws   UsageError with every diagnostic, a line each, or if no test is left
[[nodiscard]] std::vector<TestCase> select_tests(const TestFilter& filter);

/// As select_tests, but hands over each test before the next file is read, so that the
/// tensors of all need not be held at once. Throws after the last.
void for_each_test(const TestFilter& filter, const std::function<void(TestCase)>& take);

}  // namespace truenorm
