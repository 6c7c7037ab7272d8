// SPDX-License-Identifier: Apache-2.0
// What truth says of elements that a case file seldom reaches.
#include "runners/program/truth_report.hpp"

#include <array>
#include <limits>

#include "oracle/test/catch.hpp"

namespace truenorm {
namespace {

/// rms_norm of one element, with eps 0, times gamma: +-gamma exactly.
OutputTruth sign_times(const Format& format, double x, double gamma) {
  const Question question(*find_operator("rms_norm"), Direction::forward,
                          {{"eps", 0.0}, {"axes", std::vector<std::int64_t>{}}},
                          {{"x", make_tensor(format, {}, std::array{x})},
                           {"gamma", make_tensor(float32, {}, std::array{gamma})}});
  return output_truth(question, "y");
}

}  // namespace

TEST_CASE("a truth of rank 0 is a list of one element", "[truth]") {
  const TruthReport report{"a#b", {sign_times(float32, -3, 2)}, std::nullopt};
  CHECK(json_line(report) ==
        R"({"case":"a#b","outputs":{"y":{"dtype":"float32","shape":[],)"
        R"("truth":["-2.00000000000000000000000000000e+00"],)"
        R"("rounded":["-0x1p+1"],"settled":["decide"]}}})");
  CHECK(tables(report).find("\n  []  ") != std::string::npos);
}

TEST_CASE("a truth at the edge of overflow is a number, and rounds to an infinity",
          "[truth]") {
  const TruthReport report{"a#b", {sign_times(float16, -3, 65520)}, std::nullopt};
  CHECK(json_line(report) ==
        R"({"case":"a#b","outputs":{"y":{"dtype":"float16","shape":[],)"
        R"("truth":["-6.55200000000000000000000000000e+04"],)"
        R"("rounded":["-inf"],"settled":["decide"]}}})");
}

TEST_CASE("a truth that is no number has words, and no tail", "[truth]") {
  const double infinity = std::numeric_limits<double>::infinity();
  const TruthReport report{"a#b", {sign_times(float32, infinity, 2)}, std::nullopt};
  CHECK(json_line(report) ==
        R"({"case":"a#b","outputs":{"y":{"dtype":"float32","shape":[],)"
        R"("truth":["nan"],"rounded":["nan"],"settled":["special"]}}})");
  CHECK(tables(report) ==
        "a#b\ny float32 []\n"
        "  index  truth  rounded  as decimal  tail (ulp)  settled\n"
        "  []       nan      nan         nan              special\n");
}

TEST_CASE("an empty tensor has an empty table", "[truth]") {
  const TruthReport report{
      "a#b", {{"y", float32, {0, 3}, {}, {}}}, std::vector<Stage>{{"mean", {0}, {}}}};
  CHECK(json_line(report) ==
        R"({"case":"a#b","outputs":{"y":{"dtype":"float32","shape":[0,3],"truth":[],)"
        R"("rounded":[],"settled":[]}},"stages":{"mean":{"shape":[0],"truth":[]}}})");
  CHECK_THAT(tables(report), Catch::Matchers::EndsWith("stage mean [0]\n"));
}

TEST_CASE("a decimal tells its value from the neighbours, and no more", "[truth]") {
  CHECK(shortest_decimal(float16, 0x1.998p-4) == "0.1");
  CHECK(shortest_decimal(float32, 0x1.99999ap-4) == "0.1");
  CHECK(shortest_decimal(float32, 16777216) == "16777216");
  CHECK(shortest_decimal(float64, 0.1) == "0.1");
  CHECK(shortest_decimal(float64, 0x1.3333333333334p-2) == "0.30000000000000004");
  CHECK(shortest_decimal(float8_e5m2, 0x1.8p-1) == "0.8");
  CHECK(shortest_decimal(float64, 0x1p-1074) == "5e-324");
  CHECK(shortest_decimal(float32, -0.0) == "-0");
  CHECK(shortest_decimal(float8_e4m3fn, std::numeric_limits<double>::quiet_NaN()) ==
        "nan");
}

TEST_CASE("a decimal of any float16 reads back as it", "[truth]") {
  for (std::uint64_t bits = 0; bits < 0x7c00; ++bits) {
    const double value = decode(float16, bits);
    CAPTURE(bits);
    REQUIRE(round_to_nearest(float16, std::stod(shortest_decimal(float16, value))) ==
            value);
  }
}

}  // namespace truenorm
