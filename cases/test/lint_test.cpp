// SPDX-License-Identifier: Apache-2.0
// The warnings about what is allowed but looks like a mistake.
#include "cases/lint.hpp"

#include "cases/test/reading.hpp"
#include "oracle/test/catch.hpp"

namespace truenorm {
namespace {

std::string warnings(const std::string& yaml) {
  const Reading reading = read(yaml);
  REQUIRE(complaints(reading).empty());
  std::string lines;
  for (const TestsOfCase tests : by_case(reading.tests)) {
    for (const Diagnostic& warning : lint(tests)) lines += text(warning) + "\n";
  }
  return lines;
}

/// The warnings of one case of float32 that says what it is about.
std::string warnings_of(const std::string& further) {
  return warnings(
      "truenorm: 1\n"
      "cases:\n"
      "- case: a\n"
      "  about: a\n"
      "  dtype: float32\n"
      "  " +
      further + "\n");
}

const std::string sound_inputs =
    "inputs: {x: [[1, 2, 4], [2, 9, -5]], gamma: [2, 3, -5], beta: [1, 5, 7]}";

bool says(const std::string& lines, const std::string& words) {
  return lines.find("f.yaml:3:3: warning: " + words) != std::string::npos;
}

}  // namespace

TEST_CASE("a case that asks something and says so has no warning") {
  CHECK(warnings_of("op: layer_norm\n  " + sound_inputs).empty());
}

TEST_CASE("a case without about is warned of once, not for each dtype") {
  CHECK(warnings("truenorm: 1\n"
                 "cases:\n"
                 "- case: a\n"
                 "  op: layer_norm\n"
                 "  dtype: [float16, float32]\n"
                 "  " +
                 sound_inputs + "\n") ==
        "f.yaml:3:3: warning: the case 'a' does not say what it is about\n");
}

TEST_CASE("a gamma that is all ones is warned of") {
  const std::string x = "op: layer_norm\n  inputs: {x: [[1, 2, 4], [2, 9, -5]], ";
  CHECK(says(warnings_of(x + "gamma: 1}"), "gamma is all ones"));
  CHECK(warnings_of(x + "gamma: [1, 1, 2]}").empty());
  // With the offset, ones double every element and zeros leave it.
  const std::string offset = "attributes: {gamma_offset: 1}\n  ";
  CHECK(warnings_of(offset + x + "gamma: 1}").empty());
  CHECK(says(warnings_of(offset + x + "gamma: 0}"), "gamma is all ones"));
}

TEST_CASE("equal lengths are warned of where one axis is reduced and one is not") {
  const auto with_shape = [](const std::string& op, const std::string& shape) {
    return warnings_of(op + "\n  inputs: {x: {shape: " + shape + ", random: normal}}");
  };
  const std::string square = "x has the shape";
  CHECK(says(with_shape("op: layer_norm", "[3, 3]"), square));
  CHECK(with_shape("op: layer_norm", "[3, 4]").empty());
  // Neither of the two is reduced.
  CHECK(with_shape("op: layer_norm", "[3, 3, 4]").empty());
  CHECK(says(with_shape("op: batch_norm", "[2, 3, 3]"), square));
  CHECK(says(with_shape("op: batch_norm", "[3, 3, 2]"), square));
  CHECK(with_shape("op: batch_norm", "[2, 3, 4, 4]").empty());
  const std::string groups = "op: group_norm\n  attributes: {groups: 2";
  // Channels that are as many as the samples, or as the places; two groups of two.
  CHECK(says(with_shape(groups + "}", "[4, 4, 3]"), square));
  CHECK(says(with_shape(groups + "}", "[2, 4, 4]"), square));
  CHECK(with_shape(groups + "}", "[2, 4, 3]").empty());
  CHECK(says(with_shape(groups + ", layout: channels_last}", "[2, 4, 4]"), square));
  CHECK(with_shape(groups + ", layout: channels_last}", "[2, 5, 5, 4]").empty());
}

TEST_CASE("a case that lets a wrong answer pass is vacuous") {
  const std::string op = "op: layer_norm\n  ";
  // A constant row without beta is 0.
  const std::string zero = warnings_of(op + "inputs: {x: [[5, 5, 5]]}");
  CHECK(says(zero, "vacuous: an answer of zeros would pass"));
  CHECK(says(zero, "vacuous: an answer with every sign flipped would pass"));
  CHECK(says(zero, "vacuous: an answer whose elements are moved one place on"));
  CHECK(
      says(warnings_of(op + "inputs: {x: [[5, 5, 5], [1, 1, 1]], beta: [1, 2, 3]}"),
           "vacuous: an answer whose first slice is copied to the others would pass"));
  CHECK(says(warnings_of("op: layer_norm\n  attributes: {eps: 0}\n  inputs: {x: [-1, "
                         "1, 1, -1]}"),
             "vacuous: x itself as the answer would pass"));
  CHECK(says(warnings_of(op + "tolerance: {ulp: 1e9}\n  " + sound_inputs),
             "vacuous: an answer of zeros would pass"));
}

TEST_CASE("one test that tells a wrong answer from the truth is enough") {
  // dx of a constant row is 0; its y is beta.
  const std::string inputs =
      "inputs: {x: [[5, 5, 5]], beta: [1, 2, 3], dy: [[1, 2, 3]]}";
  CHECK(warnings_of(
            "op: layer_norm\n  direction: [forward, vjp]\n  outputs: [y, dx]\n  " +
            inputs)
            .empty());
}

TEST_CASE("elements that nothing could make differ are not warned of") {
  CHECK(warnings_of("op: layer_norm\n  inputs: {x: [[1], [2], [7]], beta: 3}").empty());
}

TEST_CASE("a case that says 'catches: []' may be vacuous") {
  CHECK(
      warnings_of("op: layer_norm\n  catches: []\n  inputs: {x: [[5, 5, 5]]}").empty());
}

}  // namespace truenorm
