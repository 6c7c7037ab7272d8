// SPDX-License-Identifier: Apache-2.0
// The oracle against Arb: wherever a ball decides an element, both must agree.
#include "oracle/test/twin_arb.hpp"

#include <algorithm>
#include <cmath>

#include "oracle/test/catch.hpp"
#include "oracle/test/random_question.hpp"
#include "oracle/truth.hpp"

namespace truenorm::twin {
namespace {

constexpr long limit_bits = 16384;

struct Tally {
  std::int64_t decided = 0;
  std::int64_t undecided = 0;    ///< a number that no ball settled
  std::int64_t not_numbers = 0;  ///< the truth is NaN or an infinity

  Tally& operator+=(const Tally& other) {
    decided += other.decided;
    undecided += other.undecided;
    not_numbers += other.not_numbers;
    return *this;
  }
};

/// The error that Truth may have, in ulps.
double tail_tolerance(double tail_ulps) {
  return 0x1p-20 * std::max(1.0, std::fabs(tail_ulps));
}

/// What the truth has wrong; nothing if it is right.
std::string fault_in(const Truth& truth, const BallRounding& wanted) {
  if (!truth.is_finite) return "is finite";
  // A tail that the ball tells from 0 gives a rounded zero its sign.
  const bool is_same_zero = std::fabs(wanted.tail_ulps) <= 0x1p-20 ||
                            std::signbit(truth.rounded) == std::signbit(wanted.rounded);
  const bool is_same_number = std::isnan(wanted.rounded)
                                  ? std::isnan(truth.rounded)
                                  : truth.rounded == wanted.rounded;
  if (!is_same_number || !is_same_zero || truth.overflows != wanted.overflows) {
    return "rounds to " + hex_float(wanted.rounded);
  }
  if (truth.ulp_exponent != wanted.ulp_exponent) {
    return "has the ulp 2^" + std::to_string(wanted.ulp_exponent);
  }
  if (std::fabs(truth.tail_ulps - wanted.tail_ulps) >
      tail_tolerance(wanted.tail_ulps)) {
    return "has the tail " + hex_float(wanted.tail_ulps);
  }
  return "";
}

/// Whether the truth is, exactly, a value of the format or half-way between two: all
/// that a ball cannot settle.
bool is_on_boundary(const Truth& truth) {
  return truth.tail_ulps == 0 || std::fabs(truth.tail_ulps) == 0.5;
}

/// Whether a normalized value is rounded on the way: no ball settles its ties either, and
/// what follows has a ball around both neighbours.
bool has_ties_on_the_way(const Question& question) {
  return question.op().find_attribute("round_normalized") != nullptr &&
         question.flag("round_normalized");
}

/// Whether the ball holds the truth, as far as Truth tells it.
bool holds(const Ball& ball, const Truth& truth, const Format& format) {
  const BallRounding told{truth.rounded, truth.overflows, truth.tail_ulps,
                          truth.ulp_exponent};
  return overlap(
      ball, ball_around(format, told, tail_tolerance(truth.tail_ulps), ball.bits()));
}

std::string shown(const Truth& truth) {
  return hex_float(truth.rounded) + " + " + hex_float(truth.tail_ulps) + " * 2^" +
         std::to_string(truth.ulp_exponent) + (truth.is_finite ? "" : ", not finite") +
         ", level " + std::string(name(truth.level));
}

/// One output of the oracle, and which of its elements wait for a narrower ball.
struct Pending {
  std::string output;
  Format format;
  std::vector<Truth> truths;
  std::vector<std::size_t> elements;
};

std::vector<Pending> pending_of(const Question& question) {
  std::vector<Pending> all;
  for (const std::string& output : question.outputs()) {
    for (const Format& format : question.output_formats(output)) {
      Pending pending{output, format, truth(question, output, format), {}};
      for (std::size_t i = 0; i < pending.truths.size(); ++i) {
        pending.elements.push_back(i);
      }
      all.push_back(std::move(pending));
    }
  }
  return all;
}

void report(const Question& question, const Pending& pending, std::size_t i,
            const std::string& fault) {
  FAIL_CHECK(text_of(question)
             << "\n"
             << pending.output << "[" << i << "] in " << pending.format.name << ": "
             << shown(pending.truths[i]) << ", but it " << fault);
}

/// Takes off the elements that these balls decide.
void settle(const Question& question, const std::vector<Ball>& balls, Pending& pending,
            Tally& tally) {
  REQUIRE(balls.size() == pending.truths.size());
  std::erase_if(pending.elements, [&](std::size_t i) {
    const auto wanted = rounding_of(pending.format, balls[i]);
    if (!wanted) return false;
    ++tally.decided;
    const std::string fault = fault_in(pending.truths[i], *wanted);
    if (!fault.empty()) report(question, pending, i, fault);
    return true;
  });
}

/// Judges the elements that no ball decided.
void close(const Question& question, const std::vector<Ball>& balls,
           const Pending& pending, Tally& tally) {
  for (const std::size_t i : pending.elements) {
    const Truth& truth = pending.truths[i];
    if (!truth.is_finite) {
      ++tally.not_numbers;
      if (balls[i].is_finite()) report(question, pending, i, "is finite");
      continue;
    }
    ++tally.undecided;
    const bool is_expected = has_ties_on_the_way(question) ||
                             (balls[i].is_finite() && is_on_boundary(truth));
    if (!is_expected) report(question, pending, i, "is no tie, and Arb is in doubt");
    if (!holds(balls[i], truth, pending.format))
      report(question, pending, i, "lies elsewhere");
  }
}

bool is_waiting(const Pending& pending) {
  return std::any_of(pending.elements.begin(), pending.elements.end(),
                     [&](std::size_t i) { return pending.truths[i].is_finite; });
}

Tally examine(const Question& question) {
  Tally tally;
  std::vector<Pending> all = pending_of(question);
  for (long bits = 128;; bits *= 2) {
    const auto balls = evaluate_in_balls(question, bits);
    for (Pending& pending : all) {
      settle(question, balls.find(pending.output)->second, pending, tally);
    }
    const bool is_last =
        bits >= limit_bits || std::none_of(all.begin(), all.end(), is_waiting);
    if (!is_last) continue;
    for (const Pending& pending : all) {
      close(question, balls.find(pending.output)->second, pending, tally);
    }
    return tally;
  }
}

void examine_many(const OperatorSpec& op, Direction direction) {
  Tally total;
  // Other seeds than those that the rational twin sees.
  for_seeds_until(scaled_count(7'500), 1'000'000, [&](std::uint64_t seed) {
    CAPTURE(seed);
    const Format& format = formats()[seed % formats().size()];
    const Tally tally =
        examine(random_question(seed, format, Content::finite, op.name, direction));
    total += tally;
    return tally.decided + 1;
  });
  WARN(op.name << " " << name(direction) << ": Arb decides " << total.decided
               << " elements and leaves " << total.undecided << "; "
               << total.not_numbers << " are no numbers");
  CHECK(total.undecided * 50 < total.decided);
}

TEST_CASE("Arb knows the outputs of every operator as the oracle does", "[twin]") {
  for (const OperatorSpec& op : operators()) examine_many(op, Direction::forward);
}

TEST_CASE("Arb knows the gradients of every operator as the oracle does", "[twin]") {
  for (const OperatorSpec& op : operators()) examine_many(op, Direction::vjp);
}

TEST_CASE("Arb knows the tangents of every operator as the oracle does", "[twin]") {
  for (const OperatorSpec& op : operators()) examine_many(op, Direction::jvp);
}

}  // namespace
}  // namespace truenorm::twin
