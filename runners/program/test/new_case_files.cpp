// SPDX-License-Identifier: Apache-2.0
// Skeletons, read.
#include "runners/program/test/new_case_files.hpp"

#include <stdexcept>

#include "cases/lint.hpp"
#include "cases/reader.hpp"
#include "runners/program/case_skeleton.hpp"

namespace truenorm {

std::vector<TestCase> tests_of(const std::string& yaml) {
  Reading reading = read_cases(yaml, "f.yaml", "f.yaml");
  for (const Diagnostic& diagnostic : reading.diagnostics) {
    throw std::runtime_error(text(diagnostic) + " in\n" + yaml);
  }
  return std::move(reading.tests);
}

std::vector<TestCase> sound_tests_of(const std::string& yaml) {
  std::vector<TestCase> tests = tests_of(yaml);
  for (const TestsOfCase tests_of_case : by_case(tests)) {
    for (const Diagnostic& warning : lint(tests_of_case)) {
      throw std::runtime_error(text(warning) + " in\n" + yaml);
    }
  }
  return tests;
}

TestCase new_test(const std::string& op, Direction direction, const std::string& dtype,
                  const std::vector<std::string>& attributes) {
  CaseSkeletonChoice choice;
  choice.op = op;
  choice.directions = {std::string(name(direction))};
  choice.dtypes = {dtype};
  choice.attributes = attributes;
  // Any mutant of it: which ones the case notices is asked where that is the question.
  choice.catches = {"eps_dropped"};
  return sound_tests_of(case_skeleton(choice)).front();
}

}  // namespace truenorm
