// SPDX-License-Identifier: Apache-2.0
// New cases of every operator for the tests of `truenorm new`.
#pragma once

#include <string>
#include <vector>

#include "cases/test_case.hpp"

namespace truenorm {

/// The tests of a file without errors.
[[nodiscard]] std::vector<TestCase> tests_of(const std::string& yaml);
/// The tests of a file without errors and warnings.
[[nodiscard]] std::vector<TestCase> sound_tests_of(const std::string& yaml);

/// The test of a new case of that operator, direction and dtype, with these attributes
/// (NAME=VALUE) and of the default shape.
[[nodiscard]] TestCase new_test(const std::string& op, Direction direction,
                                const std::string& dtype = "float32",
                                const std::vector<std::string>& attributes = {});

}  // namespace truenorm
