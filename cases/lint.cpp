// SPDX-License-Identifier: Apache-2.0
// The warnings that need nothing but the oracle.
#include "cases/lint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "cases/impostors.hpp"
#include "oracle/partition.hpp"

namespace truenorm {
namespace {

bool is_same_case(const TestCase& a, const TestCase& b) {
  return a.place.file == b.place.file && a.case_name == b.case_name;
}

/// Whether gamma multiplies every element by one.
bool has_idle_gamma(const Question& question) {
  const Tensor* gamma = question.input("gamma");
  if (gamma == nullptr || gamma->size() == 0) return false;
  const bool is_offset = question.op().find_attribute("gamma_offset") != nullptr &&
                         question.integer("gamma_offset") == 1;
  const double idle = is_offset ? 0 : 1;
  for (std::int64_t i = 0; i < gamma->size(); ++i) {
    if ((*gamma)[i] != idle) return false;
  }
  return true;
}

/// Whether each of x's axes lies across the groups (false) or within one (true); that of
/// group_norm's channels does both, and counts as neither.
std::vector<std::optional<bool>> roles_of_axes(const Question& question) {
  const Partition partition =
      partition_of(question.op(), question.attributes(), question.x().shape());
  std::vector<std::optional<bool>> roles(partition.shape.size(), false);
  for (const std::size_t inner : partition.inner_axes) roles[inner] = true;
  if (question.op().name != "group_norm") return roles;
  // The channels count as two axes there.
  const std::size_t channels =
      question.choice("layout") == "channels_last" ? roles.size() - 2 : 1;
  roles.erase(roles.begin() + static_cast<std::ptrdiff_t>(channels));
  roles[channels].reset();
  return roles;
}

/// Whether two axes of x that play different roles have one length.
bool is_square(const Question& question) {
  const Shape& shape = question.x().shape();
  if (question.x().size() == 0) return false;
  const std::vector<std::optional<bool>> roles = roles_of_axes(question);
  for (std::size_t a = 0; a < shape.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      if (shape[a] == shape[b] && shape[a] > 1 && roles[a] != roles[b]) return true;
    }
  }
  return false;
}

/// What passes every test of a case.
std::vector<std::string_view> impostors_let_through(TestsOfCase tests) {
  std::vector<std::string_view> common = impostors_let_through(tests.front());
  for (const TestCase& test : tests.subspan(1)) {
    if (common.empty()) break;
    const std::vector<std::string_view> here = impostors_let_through(test);
    std::erase_if(common, [&](std::string_view impostor) {
      return std::find(here.begin(), here.end(), impostor) == here.end();
    });
  }
  return common;
}

class Linter {
 public:
  explicit Linter(TestsOfCase tests) : tests_(tests) {}

  std::vector<Diagnostic> lint() {
    const TestCase& first = tests_.front();
    if (first.about.empty()) {
      warn(fmt::format("the case '{}' does not say what it is about", first.case_name));
    }
    if (all_of_tests(has_idle_gamma)) {
      warn(
          "gamma is all ones, so a gamma that is lost, or taken from elsewhere, is not "
          "noticed");
    }
    if (all_of_tests(is_square)) {
      warn(fmt::format(
          "x has the shape {}: an axis that is reduced is as long as one that "
          "is kept, so one taken for the other is hard to notice",
          shape_text(first.question.x().shape())));
    }
    if (!first.catches_nothing) {
      for (const std::string_view impostor : impostors_let_through(tests_)) {
        warn(fmt::format("vacuous: {} would pass", impostor));
      }
    }
    return std::move(warnings_);
  }

 private:
  void warn(std::string message) {
    warnings_.push_back({tests_.front().place, Severity::warning, std::move(message)});
  }

  [[nodiscard]] bool all_of_tests(bool (*holds)(const Question&)) const {
    return std::all_of(tests_.begin(), tests_.end(),
                       [&](const TestCase& test) { return holds(test.question); });
  }

  TestsOfCase tests_;
  std::vector<Diagnostic> warnings_;
};

}  // namespace

std::vector<TestsOfCase> by_case(const std::vector<TestCase>& tests) {
  std::vector<TestsOfCase> cases;
  for (auto first = tests.begin(); first != tests.end();) {
    const auto end = std::find_if_not(first, tests.end(), [&](const TestCase& test) {
      return is_same_case(*first, test);
    });
    cases.emplace_back(first, end);
    first = end;
  }
  return cases;
}

std::vector<Diagnostic> lint(TestsOfCase tests) { return Linter(tests).lint(); }

}  // namespace truenorm
