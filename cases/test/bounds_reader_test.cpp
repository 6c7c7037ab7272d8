// SPDX-License-Identifier: Apache-2.0
// Files of claimed bounds: what they read to, and every error at once.
#include "cases/bounds_reader.hpp"

#include "cases/test/reading.hpp"
#include "cases/test/tensor_bytes.hpp"
#include "oracle/test/catch.hpp"
#include "oracle/test/tree.hpp"

namespace truenorm {
namespace {

/// Two tests of one layer, in float32 and float64.
const std::vector<TestCase>& layers() {
  static const Reading reading = read(
      "truenorm: 1\n"
      "cases:\n"
      "- case: two-channels\n"
      "  op: batch_norm_inference\n"
      "  dtype: [float32, float64]\n"
      "  inputs: {x: [[0, 0]], mean: [1, 2], variance: [4, 9], gamma: [2, -3]}\n");
  REQUIRE(complaints(reading).empty());
  return reading.tests;
}

std::string complaints_of(const std::string& bounds) {
  std::string all;
  for (const Diagnostic& diagnostic :
       read_bounds("truenorm: 1\nbounds:\n" + bounds, "b.yaml", layers()).diagnostics) {
    all += text(diagnostic) + "\n";
  }
  return all;
}

}  // namespace

TEST_CASE("a claim names its test and has a box and what is claimed of it") {
  const BoundsReading reading = read_bounds(
      "truenorm: 1\n"
      "bounds:\n"
      "- case: \"f.yaml#two-channels[float32,forward]\"\n"
      "  kind: interval\n"
      "  dtype: float16\n"
      "  low: -1\n"
      "  high: [[1, 2]]\n"
      "  claimed_low: [[-2, 0]]\n"
      "  claimed_high: [[0, 3]]\n"
      "- case: \"f.yaml#two-channels[float64,forward]\"\n"
      "  kind: affine_constants\n"
      "  at: 1\n"
      "  claimed: [[0, 1]]\n",
      "b.yaml", layers());
  CHECK(reading.diagnostics.empty());
  REQUIRE(reading.claims.size() == 2);
  const BoundClaim& interval = reading.claims.front();
  CHECK(interval.test->name == "f.yaml#two-channels[float32,forward]");
  CHECK(interval.kind == BoundKind::interval);
  CHECK(interval.box.low.format() == float16);
  CHECK(interval.box.low.shape() == Shape{1, 2});
  CHECK(interval.box.low[1] == -1);
  CHECK(interval.box.high[1] == 2);
  CHECK(interval.claimed.low[0] == -2);
  CHECK(interval.claimed.high[1] == 3);
  const BoundClaim& point = reading.claims.back();
  CHECK(point.place.line == 10);
  CHECK(point.claimed.low.format() == float64);
  CHECK(point.claimed.low[1] == 1);
  CHECK(point.claimed.high[1] == 1);
}

TEST_CASE("a claim may be a file beside the file of bounds") {
  const Tree tree;
  tree.write("low.npy",
             npy_file("<f4", "(1, 2)", little_endian({0xbf800000, 0x3f800000}, 4)));
  const std::string yaml =
      "truenorm: 1\n"
      "bounds:\n"
      "- case: \"f.yaml#two-channels[float32,forward]\"\n"
      "  kind: interval\n"
      "  at: {file: low.npy}\n"
      "  claimed: 0\n";
  const BoundsReading reading = read_bounds(yaml, "b.yaml", layers(), tree.root());
  CHECK(reading.diagnostics.empty());
  REQUIRE(reading.claims.size() == 1);
  CHECK(bits_of(reading.claims.front().box.low) ==
        std::vector<std::uint64_t>{0xbf800000, 0x3f800000});
  CHECK(
      text(read_bounds(yaml, "b.yaml", layers()).diagnostics.at(0)) ==
      "b.yaml:5:14: error: at: low.npy: this text stands in no folder, so it can name "
      "no file");
}

TEST_CASE("what is wrong with a claim is told with its place") {
  CHECK(complaints_of("- kind: interval\n") ==
        "b.yaml:3:3: error: the bound has no 'case'\n");
  CHECK(complaints_of("- {case: \"f.yaml#two-channels\", kind: interval}\n") ==
        "b.yaml:3:10: error: 'f.yaml#two-channels' has 2 tests; say which, such as "
        "'f.yaml#two-channels[float32,forward]'\n");
  CHECK(
      complaints_of("- {case: \"f.yaml#two-channel[float32,forward]\", kind: box}\n") ==
      "b.yaml:3:10: error: no selected test is called "
      "'f.yaml#two-channel[float32,forward]'; did you mean "
      "'f.yaml#two-channels[float32,forward]'?\n"
      "b.yaml:3:55: error: unknown kind 'box'; known: interval, "
      "affine_coefficients, affine_constants, first_derivative, second_derivative\n");
  const std::string begin =
      "- case: \"f.yaml#two-channels[float32,forward]\"\n"
      "  kind: interval\n";
  CHECK(complaints_of(begin + "  at: 1\n  low: 2\n  claimed: 3\n") ==
        "b.yaml:6:8: error: 'low' stands beside 'at', which is both ends\n");
  CHECK(complaints_of(begin + "  at: 1\n  claimed_low: 3\n") ==
        "b.yaml:3:3: error: the bound has no 'claimed_high'\n");
  CHECK(complaints_of(begin + "  at: 1\n  claims: 3\n").find("claims") !=
        std::string::npos);
}

TEST_CASE("a file of bounds needs its version and its list") {
  const auto complaint = [](const std::string& yaml) {
    return text(read_bounds(yaml, "b.yaml", layers()).diagnostics.front());
  };
  CHECK(complaint("bounds: []\n").find("does not say 'truenorm: 1'") !=
        std::string::npos);
  CHECK(complaint("truenorm: 1\n") ==
        "b.yaml:1:1: error: the file has no list of bounds");
  CHECK(complaint("[]\n") ==
        "b.yaml:1:1: error: a file of bounds is a map, not a list");
}

}  // namespace truenorm
