// SPDX-License-Identifier: Apache-2.0
// The oracle against Arb: wherever a ball decides the rounding, both must agree.
#include "oracle/test/twin_arb.hpp"
#include "oracle/test/catch.hpp"
#include "oracle/test/random_question.hpp"
#include "oracle/truth.hpp"

namespace truenorm::twin {
namespace {

constexpr long limit_bits = 4096;

struct Tally {
  std::int64_t decided = 0;
  std::int64_t undecided = 0;    ///< a number that no ball settled
  std::int64_t not_numbers = 0;  ///< the truth is NaN or an infinity
};

void examine(const Question& question, Tally& tally) {
  for (const std::string& output : question.outputs()) {
    const Format format = question.output_formats(output).front();
    const std::vector<Truth> truths = truth(question, output, format);
    const auto balls = rounded_by_balls(question, output, format, limit_bits);
    REQUIRE(truths.size() == balls.size());
    for (std::size_t i = 0; i < balls.size(); ++i) {
      if (!balls[i]) {
        ++(truths[i].is_finite ? tally.undecided : tally.not_numbers);
        continue;
      }
      ++tally.decided;
      if (truths[i].is_finite && truths[i].rounded == *balls[i]) continue;
      FAIL_CHECK(text_of(question) << "\n"
                                   << output << "[" << i << "] in " << format.name
                                   << ": " << hex_float(truths[i].rounded)
                                   << ", but Arb decides " << hex_float(*balls[i]));
    }
  }
}

void examine_many(const Format& format, std::int64_t elements) {
  Tally tally;
  // Other seeds than those that the rational twin sees.
  for_seeds_until(scaled_count(elements), 1'000'000, [&](std::uint64_t seed) {
    CAPTURE(seed);
    const std::int64_t before = tally.decided;
    examine(random_question(seed, format, Content::finite), tally);
    return tally.decided - before;
  });
  CAPTURE(tally.decided, tally.undecided, tally.not_numbers);
  CHECK(tally.undecided * 5 < tally.decided);
}

TEST_CASE("Arb rounds float16 truths as the oracle does", "[twin]") {
  examine_many(float16, 30'000);
}

TEST_CASE("Arb rounds bfloat16 truths as the oracle does", "[twin]") {
  examine_many(bfloat16, 30'000);
}

TEST_CASE("Arb rounds float32 truths as the oracle does", "[twin]") {
  examine_many(float32, 30'000);
}

TEST_CASE("Arb rounds float64 truths as the oracle does", "[twin]") {
  examine_many(float64, 15'000);
}

}  // namespace
}  // namespace truenorm::twin
