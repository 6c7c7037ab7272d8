// SPDX-License-Identifier: Apache-2.0
// An element climbs to more bits until its interval decides, or no more bits are left.
#include "oracle/test/hunt.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>
#include <numeric>
#include <optional>
#include <vector>

#include "oracle/test/claim.hpp"

namespace truenorm::twin {
namespace {

constexpr long first_bits = 256;
constexpr long most_bits = 4096;

class Stopwatch {
 public:
  explicit Stopwatch(double& seconds) : seconds_(seconds) {}
  ~Stopwatch() {
    seconds_ += std::chrono::duration<double>(Clock::now() - start_).count();
  }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  using Clock = std::chrono::steady_clock;
  double& seconds_;
  Clock::time_point start_ = Clock::now();
};

/// What came of one element.
struct Outcome {
  Gap gap = Gap::none;
  Finding finding = Finding::open;
  bool is_presumed = false;
  std::string expected;  ///< where the finding is wrong

  [[nodiscard]] bool is_violation() const {
    return gap == Gap::none && is_wrong(finding);
  }
};

/// An output's enclosures at each precision that was needed so far.
class Ladder {
 public:
  Ladder(const Reading& reading, std::string_view output)
      : reading_(reading), output_(output) {}

  Outcome judge(std::size_t index, const Truth& truth, const Format& format) {
    for (std::size_t rung = 0;; ++rung) {
      const bool is_last = bits_of(rung) >= most_bits;
      Enclosure& enclosure = at(rung);
      const Gap gap = enclosure.enclose(index);
      if (gap == Gap::undefined || (is_last && gap != Gap::none)) return skip(gap);
      if (gap != Gap::none) continue;
      const Interval& y = enclosure.value();
      const Finding finding = check_.check(truth, format, y);
      if (finding != Finding::open) return outcome(finding, format, y);
      if (is_last) return presume(y, truth, format);
      if (is_likely_on_boundary(format, y)) rung = last_rung() - 1;
    }
  }

 private:
  static long bits_of(std::size_t rung) { return first_bits << rung; }
  static std::size_t last_rung() {
    std::size_t rung = 0;
    while (bits_of(rung) < most_bits) ++rung;
    return rung;
  }

  Enclosure& at(std::size_t rung) {
    if (rungs_.size() <= rung) rungs_.resize(rung + 1);
    if (!rungs_[rung]) {
      rungs_[rung] = std::make_unique<Enclosure>(reading_, output_, bits_of(rung));
    }
    return *rungs_[rung];
  }

  static Outcome skip(Gap gap) {
    Outcome result;
    result.gap = gap;
    return result;
  }

  static Outcome outcome(Finding finding, const Format& format, const Interval& y) {
    Outcome result;
    result.finding = finding;
    if (is_wrong(finding)) result.expected = expected_text(format, y);
    return result;
  }

  Outcome presume(const Interval& y, const Truth& truth, const Format& format) {
    Interval boundary = y;
    if (!narrow_to_boundary(format, boundary)) return {};
    Outcome result = outcome(check_.check(truth, format, boundary), format, boundary);
    result.is_presumed = true;
    return result;
  }

  const Reading& reading_;
  std::string_view output_;
  ClaimCheck check_;
  std::vector<std::unique_ptr<Enclosure>> rungs_;
};

void plant_fault(Plant plant, const Format& format, Truth& truth) {
  switch (plant) {
    case Plant::none:
      return;
    case Plant::tail:
      truth.tail_ulps += std::ldexp(std::max(1.0, std::fabs(truth.tail_ulps)), -18);
      return;
    case Plant::rounding:
      truth.rounded = truth.rounded > 0 ? next_down(format, truth.rounded)
                                        : next_up(format, truth.rounded);
      return;
    case Plant::binade:
      ++truth.ulp_exponent;
      return;
  }
}

std::string recipe_text(const Recipe& recipe) {
  return "--question " + std::to_string(recipe.seed) + " --op " + recipe.operator_name +
         " --direction " + std::string(name(recipe.direction)) + " --dtype " +
         std::string(recipe.x_format.name) + " --class " +
         std::string(name(recipe.row_class)) + " --largest " +
         std::to_string(recipe.most_elements);
}

/// A fraction, or about what it is where that is long.
std::string real_text(const Rational& value) {
  constexpr std::size_t longest = 40;
  std::string text = fraction_text(value);
  if (text.size() <= longest) return text;
  std::array<char, longest> approximate{};
  std::snprintf(approximate.data(), approximate.size(), "%.6Lg", to_long_double(value));
  return approximate.data();
}

/// The question without its values, which may be millions.
std::string outline(const Question& question) {
  std::string text;
  for (const auto& [attribute, value] : question.attributes()) {
    text += " " + attribute + "=";
    if (const auto* flag = std::get_if<bool>(&value)) {
      text += *flag ? "true" : "false";
    } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      text += std::to_string(*integer);
    } else if (const auto* real = std::get_if<Rational>(&value)) {
      text += real_text(*real);
    } else if (const auto* word = std::get_if<std::string>(&value)) {
      text += *word;
    } else {
      text += shape_text(std::get<std::vector<std::int64_t>>(value));
    }
  }
  for (const auto& [input, tensor] : question.inputs()) {
    text += " " + input + ":" + std::string(tensor.format().name) +
            shape_text(tensor.shape());
  }
  return text;
}

/// The elements of an output, those of a group one after the other.
std::vector<std::size_t> order_of(const Reading& reading, std::string_view output,
                                  std::size_t count) {
  std::vector<std::size_t> order;
  order.reserve(count);
  if (output == "y" || output == "dx" || output == "tangent_y") {
    for (const auto& group : reading.members.of_groups) {
      order.insert(order.end(), group.begin(), group.end());
    }
    return order;
  }
  order.resize(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  return order;
}

void count(const Outcome& outcome, Tally& tally) {
  if (outcome.gap != Gap::none) {
    ++tally.skipped[static_cast<std::size_t>(outcome.gap)];
    return;
  }
  ++tally.compared;
  if (outcome.is_presumed) ++tally.presumed;
  if (outcome.finding == Finding::open) ++tally.open;
  if (outcome.is_violation()) ++tally.violations;
}

void count(const std::vector<Truth>& truths, Tally& tally) {
  tally.examined += static_cast<std::int64_t>(truths.size());
  for (const Truth& t : truths) ++tally.settled[static_cast<std::size_t>(t.level)];
}

std::vector<Truth> timed_truth(const Question& question, std::string_view output,
                               const Format& format, double& seconds) {
  const Stopwatch stopwatch(seconds);
  return truth(question, output, format);
}

std::string violation_text(const Outcome& outcome, const Truth& claim) {
  return std::string(name(outcome.finding)) + ": got " + claimed_text(claim) +
         ", expected " + outcome.expected + (outcome.is_presumed ? " exactly" : "");
}

}  // namespace

Tally& Tally::operator+=(const Tally& other) {
  examined += other.examined;
  for (std::size_t at = 0; at < settled.size(); ++at) settled[at] += other.settled[at];
  compared += other.compared;
  presumed += other.presumed;
  open += other.open;
  for (std::size_t at = 0; at < skipped.size(); ++at) skipped[at] += other.skipped[at];
  violations += other.violations;
  return *this;
}

void Hunt::report(const std::string& violation, const Recipe& recipe,
                  const NastyQuestion& asked) const {
  const bool is_asked_for_all = settings_.scope == Scope::all_levels;
  report_(violation + "\n  question" + outline(asked.question) +
          "\n  again    filter_hunt " + recipe_text(recipe) +
          (is_asked_for_all ? " --all-levels" : ""));
}

/// A fault that is to be found needs a truth that is right, and has a neighbour.
bool Hunt::may_plant(bool is_right, const Truth& truth) const {
  return settings_.plant != Plant::none && !has_planted_ && is_right &&
         std::isfinite(truth.rounded) && !truth.overflows;
}

bool Hunt::is_asked(const Truth& truth) const {
  return settings_.scope == Scope::all_levels || truth.level == Level::filter;
}

Tally Hunt::examine(const Recipe& recipe, const NastyQuestion& asked) {
  Tally tally;
  const Question& question = asked.question;
  std::optional<Reading> reading;
  for (const std::string& output : question.outputs()) {
    std::optional<Ladder> ladder;
    for (const Format& format : question.output_formats(output)) {
      const std::vector<Truth> truths =
          timed_truth(question, output, format, seconds_.truth);
      const Stopwatch stopwatch(seconds_.comparison);
      count(truths, tally);
      if (std::none_of(truths.begin(), truths.end(),
                       [&](const Truth& t) { return is_asked(t); })) {
        continue;
      }
      if (!reading) reading.emplace(question);
      if (!ladder) ladder.emplace(*reading, output);
      for (const std::size_t i : order_of(*reading, output, truths.size())) {
        if (!is_asked(truths[i])) continue;
        Truth claim = truths[i];
        Outcome outcome = ladder->judge(i, claim, format);
        const bool is_right =
            outcome.gap == Gap::none && outcome.finding == Finding::right;
        if (may_plant(is_right, claim)) {
          plant_fault(settings_.plant, format, claim);
          has_planted_ = true;
          outcome = ladder->judge(i, claim, format);
        }
        count(outcome, tally);
        if (!outcome.is_violation()) continue;
        report(violation_text(outcome, claim) + " in " + output + "[" +
                   std::to_string(i) + "], " + std::string(format.name),
               recipe, asked);
      }
    }
  }
  return tally;
}

}  // namespace truenorm::twin
