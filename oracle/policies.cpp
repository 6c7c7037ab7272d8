// SPDX-License-Identifier: Apache-2.0
// The policies, and answers held against them.
#include "oracle/policies.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

#include "oracle/canonical.hpp"
#include "oracle/evaluation.hpp"
#include "oracle/policy_rule.hpp"
#include "oracle/truth.hpp"

namespace truenorm {
namespace {

constexpr std::array<Policy, 5> all{{
    {"onnx", "numpy.testing.assert_allclose, rtol 1e-3, atol 1e-7, NaN equal to NaN"},
    {"torch", "torch.testing.assert_close with the defaults of each dtype"},
    {"wpt", "WebNN's tests: ulps between bit patterns; layer_norm: an absolute error"},
    {"benchdnn", "oneDNN's tests: a relative error, an absolute one below 1e-5"},
    {"kernelbench", "torch.allclose, rtol 1e-2, atol 1e-2"},
}};

bool passes_everywhere(const PolicyRule& rule, std::span<const double> expected,
                       const Tensor& answer) {
  for (std::int64_t i = 0; i < answer.size(); ++i) {
    if (!rule.passes(answer.format(), expected[static_cast<std::size_t>(i)],
                     answer[i])) {
      return false;
    }
  }
  return true;
}

/// The bits of the element farthest from 0, without its sign: in every format they grow
/// with the magnitude, then come the infinity and the NaNs.
template <typename Word>
std::uint64_t largest_bits(std::span<const std::byte> bytes) {
  constexpr Word magnitude = std::numeric_limits<Word>::max() / 2;
  Word largest = 0;
  for (std::size_t i = 0; i + sizeof(Word) <= bytes.size(); i += sizeof(Word)) {
    Word word = 0;
    std::memcpy(&word, bytes.data() + i, sizeof word);
    largest = std::max(largest, static_cast<Word>(word & magnitude));
  }
  return largest;
}

/// A NaN if there is one, else the largest |element|.
double largest_of(const Tensor& answer) {
  const auto bits = [&] {
    switch (answer.format().storage_bits) {
      case 8:
        return largest_bits<std::uint8_t>(answer.bytes());
      case 16:
        return largest_bits<std::uint16_t>(answer.bytes());
      case 32:
        return largest_bits<std::uint32_t>(answer.bytes());
      default:
        return largest_bits<std::uint64_t>(answer.bytes());
    }
  };
  return decode(answer.format(), bits());
}

/// What a score says of how far an answer is from RN(truth), wherever it is.
class Distance {
 public:
  Distance(const Tensor& answer, const Score& score)
      : score_(score), largest_(largest_of(answer)) {
    if (score.special.nonfinite_kind > 0) return;
    is_nowhere_ = score.correctly_rounded == score.count;
    if (score.special.failures() > 0 || !score.ulp) return;
    // RN is half an ulp from the truth, and answer and RN are whole halves apart; the
    // slack is for what the score's arithmetic may leave out.
    ulps_ = std::floor(2 * score.ulp->max + 1 + 0x1p-10) / 2;
  }

  /// The rule's verdict, if this is enough to know it.
  [[nodiscard]] std::optional<bool> verdict(const PolicyRule& rule,
                                            const Format& format) const {
    if (std::isnan(largest_) && !rule.nan_equals_nan) return false;
    if (is_nowhere_) return true;
    for (const WorstElement& worst : score_.worst) {
      const double expected = round_to_nearest(format, worst.expected);
      if (!rule.passes(format, expected, worst.actual)) return false;
    }
    const bool is_sure = ulps_ && std::isfinite(largest_) &&
                         rule.passes_within(format, *ulps_, largest_);
    return is_sure ? std::optional(true) : std::nullopt;
  }

 private:
  const Score& score_;
  double largest_;
  bool is_nowhere_ = false;     ///< every element is RN(truth)
  std::optional<double> ulps_;  ///< of the truth
};

}  // namespace

std::span<const Policy> policies() { return all; }

const Policy* find_policy(std::string_view policy_name) {
  const auto* const found =
      std::find_if(all.begin(), all.end(),
                   [&](const Policy& policy) { return policy.name == policy_name; });
  return found == all.end() ? nullptr : found;
}

std::vector<double> expected_values(const Question& question, std::string_view output,
                                    const Format& format) {
  const CanonicalForm form = lower(question);
  const Quantity quantity = quantity_of(question, output);
  if (!evaluate(question, form, quantity, 0)->is_scored()) return {};
  std::vector<double> values;
  for (const Truth& truth : truth(question, output, format)) {
    // A format without infinities has a NaN for the truth's.
    values.push_back(round_to_nearest(format, truth.rounded));
  }
  return values;
}

std::optional<bool> accepts(const Policy& policy, const Question& question,
                            std::string_view output, std::span<const double> expected,
                            const Tensor& answer) {
  const std::optional<PolicyRule> rule =
      rule_of(policy, question, output, answer.format());
  const bool has_truth = expected.size() == static_cast<std::size_t>(answer.size());
  if (!rule || !has_truth) return std::nullopt;
  return passes_everywhere(*rule, expected, answer);
}

std::vector<std::optional<bool>> policy_verdicts(const Question& question,
                                                 std::string_view output,
                                                 const Tensor& answer,
                                                 const Score& score) {
  std::vector<std::optional<bool>> verdicts(all.size());
  if (score.count != answer.size()) return verdicts;
  const Distance distance(answer, score);
  std::optional<std::vector<double>> expected;
  for (std::size_t k = 0; k < all.size(); ++k) {
    const auto rule = rule_of(all[k], question, output, answer.format());
    if (!rule) continue;
    verdicts[k] = distance.verdict(*rule, answer.format());
    if (verdicts[k]) continue;
    if (!expected) expected = expected_values(question, output, answer.format());
    verdicts[k] = passes_everywhere(*rule, *expected, answer);
  }
  return verdicts;
}

}  // namespace truenorm
