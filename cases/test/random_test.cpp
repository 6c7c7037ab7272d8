// SPDX-License-Identifier: Apache-2.0
// Random tensors against a program that shares no code with them.
#include <fmt/format.h>

#include "cases/random.hpp"
#include "cases/test/printed_numbers.hpp"
#include "cases/test/reading.hpp"
#include "oracle/test/catch.hpp"

namespace truenorm {
namespace {

struct Drawing {
  std::string tensor;  ///< as a case file writes it, without its shape
  std::string seed;    ///< for the reference, as are the others
  std::string kind;
  std::string numbers;
};

TEST_CASE("random tensors are those of the reference program") {
  const Drawing drawing = GENERATE(
      Drawing{"random: normal", "0", "normal", "0 1"},
      Drawing{"random: normal, mean: 1e3, std: 0.05, seed: 11", "11", "normal",
              "1e3 0.05"},
      Drawing{"random: normal, mean: -0.1, std: 3, seed: 18446744073709551615",
              "18446744073709551615", "normal", "-0.1 3"},
      Drawing{"random: normal, mean: 0, std: 1e-7", "0", "normal", "0 1e-7"},
      Drawing{"random: uniform, seed: 0x7", "7", "uniform", "0 1"},
      Drawing{"random: uniform, low: -0.3, high: 1e4, seed: 5", "5", "uniform",
              "-0.3 1e4"},
      Drawing{"random: log_uniform, low: -30, high: 14, seed: 3", "3", "log_uniform",
              "-30 14"},
      Drawing{"random: log_uniform, low: 2, high: 2", "0", "log_uniform", "2 2"},
      Drawing{"random: bits, seed: 9", "9", "finite", ""},
      Drawing{"random: bits, seed: 9, nonfinite: true", "9", "nonfinite", ""});
  const Format format = GENERATE(float16, bfloat16, float32, float64);
  CAPTURE(drawing.tensor, format.name);
  const std::string command =
      fmt::format("python3 {} x {} {} {} {} 60 {} {} {}", TRUENORM_RANDOM_REFERENCE,
                  format.precision_bits, format.emin, format.emax, format.storage_bits,
                  drawing.seed, drawing.kind, drawing.numbers);
  const std::vector<std::uint64_t> expected = printed_by(command).numbers;
  REQUIRE(expected.size() == 60);
  CHECK(x_bits("{shape: [60], " + drawing.tensor + "}", std::string(format.name)) ==
        expected);
}

TEST_CASE("inputs of different names draw different numbers from one seed") {
  const TestCase test = only_test(case_file(
      "inputs: {x: {shape: [8], random: normal, seed: 1}, gamma: {shape: [8], random: "
      "normal, seed: 1}}"));
  CHECK(bits_of(test.question.x()) != bits_of(*test.question.input("gamma")));
}

TEST_CASE("finite random bits are never Inf or NaN, and reach both signs") {
  const RandomSequence z(1, "x");
  bool has_negative = false;
  bool has_positive = false;
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    const double value = decode(float16, finite_pattern(z, i, float16));
    REQUIRE(value - value == 0);
    (value < 0 ? has_negative : has_positive) = true;
  }
  CHECK(has_negative);
  CHECK(has_positive);
}

}  // namespace
}  // namespace truenorm
