// SPDX-License-Identifier: Apache-2.0
// Enclosures that narrow until they answer the question, or show what it hinges on.
#include "oracle/refine.hpp"

#include "oracle/decide.hpp"
#include "oracle/decimal_text.hpp"
#include "oracle/score.hpp"

namespace truenorm {
namespace {

/// Far beyond what any input needs; reaching it means that this code is wrong.
constexpr long most_bits = 1L << 24;

/// Sees to it that terms are asked for by one question at a time.
class Asking {
 public:
  explicit Asking(bool& flag) : flag_(flag) {
    if (flag) throw OracleFault("a term asked its settler");
    flag = true;
  }
  ~Asking() { flag_ = false; }
  Asking(const Asking&) = delete;
  Asking& operator=(const Asking&) = delete;

 private:
  bool& flag_;
};

/// The rational that the sum equals, if it equals one, worked out once.
class RationalValue {
 public:
  explicit RationalValue(const SurdTerms& terms) : terms_(terms) {}

  /// Nothing the second time: it is not rational.
  [[nodiscard]] std::optional<Rational> ask() {
    if (is_irrational_) return std::nullopt;
    is_irrational_ = true;
    return rational_value(terms_);
  }

 private:
  const SurdTerms& terms_;
  bool is_irrational_ = false;
};

}  // namespace

const Interval& Settler::enclose(const SurdTerms& terms, std::size_t doublings) {
  while (sums_.size() <= doublings) {
    const long bits = first_bits << sums_.size();
    if (bits > most_bits) throw OracleFault("an element stayed open");
    sums_.push_back(std::make_unique<SurdSums>(1, bits));
  }
  SurdSums& sums = *sums_[doublings];
  const Asking asking(is_asking_);
  sums.clear();
  terms([&](const Surd& term) { sums.add(0, term); });
  return sums[0];
}

Truth Settler::settle(const SurdTerms& terms, const Format& format) {
  RationalValue rational(terms);
  for (std::size_t doublings = 0;; ++doublings) {
    const Placement placement = enclose(terms, doublings).place(format);
    if (placement.truth) return *placement.truth;
    if (!placement.meets_boundary) continue;
    // Equality before refining further; a rational sum is then known altogether.
    if (const auto value = rational.ask()) return exact_truth(*value, format);
  }
}

Truth Settler::settle(std::span<const Surd> terms, const Format& format) {
  return settle(listed(terms), format);
}

std::string Settler::decimal(const SurdTerms& terms) {
  RationalValue rational(terms);
  for (std::size_t doublings = 0;; ++doublings) {
    if (auto text = decimal_text(enclose(terms, doublings))) return *text;
    if (const auto value = rational.ask()) return decimal_text(*value);
  }
}

std::string Settler::decimal(std::span<const Surd> terms) {
  return decimal(listed(terms));
}

long double Settler::approximate(const SurdTerms& terms) {
  RationalValue rational(terms);
  for (std::size_t doublings = 0;; ++doublings) {
    if (const auto number = enclose(terms, doublings).approximate()) return *number;
    if (const auto value = rational.ask()) return to_long_double(*value);
  }
}

long double Settler::approximate(std::span<const Surd> terms) {
  return approximate(listed(terms));
}

}  // namespace truenorm
