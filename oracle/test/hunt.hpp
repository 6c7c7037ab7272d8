// SPDX-License-Identifier: Apache-2.0
// Holds the truths of nasty questions against intervals, and counts.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>

#include "oracle/test/enclosure.hpp"
#include "oracle/test/nasty.hpp"
#include "oracle/truth.hpp"

namespace truenorm::twin {

/// How many elements fared how.
struct Tally {
  std::int64_t examined = 0;
  std::array<std::int64_t, 4> settled{};  ///< by Level
  std::int64_t compared = 0;              ///< held against an interval
  std::int64_t presumed = 0;  ///< of these, against the boundary it was narrowed to
  std::int64_t open = 0;      ///< no precision told
  std::array<std::int64_t, 5> skipped{};  ///< by Gap, where no interval could be had
  std::int64_t violations = 0;

  Tally& operator+=(const Tally& other);
};

/// Which truths an interval is asked about.
enum class Scope {
  filter,      ///< those that the filter settled
  all_levels,  ///< all of them
};

/// A fault put into one truth, which the hunt must then find.
enum class Plant { none, tail, rounding, binade };

struct HuntSettings {
  Scope scope = Scope::filter;
  Plant plant = Plant::none;
};

/// Seconds spent on the oracle's truths, and on holding them against intervals.
struct HuntTimes {
  double truth = 0;
  double comparison = 0;
};

class Hunt {
 public:
  using Report = std::function<void(const std::string& violation)>;

  Hunt(HuntSettings settings, Report report)
      : settings_(settings), report_(std::move(report)) {}

  /// Examines every output of a question in each format that it may be returned in.
  Tally examine(const Recipe& recipe, const NastyQuestion& asked);

  /// Tells what is wrong with a question, and how to ask it again.
  void report(const std::string& violation, const Recipe& recipe,
              const NastyQuestion& asked) const;

  [[nodiscard]] const HuntTimes& seconds() const { return seconds_; }
  [[nodiscard]] bool has_planted() const { return has_planted_; }

 private:
  [[nodiscard]] bool is_asked(const Truth& truth) const;
  [[nodiscard]] bool may_plant(bool is_right, const Truth& truth) const;

  HuntSettings settings_;
  Report report_;
  HuntTimes seconds_;
  bool has_planted_ = false;
};

}  // namespace truenorm::twin
