// SPDX-License-Identifier: Apache-2.0
// SPEC 8, formula by formula, with its own names.
#include "oracle/test/score_twin.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace truenorm::twin {
namespace {

using Real = long double;

constexpr Real infinity = std::numeric_limits<Real>::infinity();

Real magnitude_of(const Extended& value) {
  return value.is_number() ? std::fabs(approximate(value.number())) : 0;
}

Real quotient(Real numerator, Real denominator) {
  return numerator == 0 ? 0 : numerator / denominator;
}

/// The symbols of SPEC 8 for one group.
struct Symbols {
  Real u = 0;
  Real r = 0;
  Real f = 0;
  Real M = 0;
  Real kappa = 1;
  Real rho = 0;
  Real rho_cap = 0;
  Real V = 0;
  Real q = 0;
  Real mean_magnitude = 0;  ///< <|x|>
  Real q_plus_eps = 0;
  Real sum_of_squares = 0;
  bool is_regular = false;

  [[nodiscard]] bool rho_is_capped() const { return rho > rho_cap; }
  [[nodiscard]] Real capped_rho() const { return std::min(rho, rho_cap); }
};

struct Setting {
  const Question& question;
  const Evaluation& evaluation;
  std::string_view output;
  Real u;

  [[nodiscard]] bool is_given() const {
    return question.op().name == "batch_norm_inference";
  }
  [[nodiscard]] bool has_mean() const { return question.op().name == "layer_norm"; }
  [[nodiscard]] bool is_outside() const {
    return question.choice("eps_mode") == "outside";
  }
};

Symbols symbols_of(const Setting& setting, std::size_t number) {
  const Group& group = setting.evaluation.groups[number];
  Symbols s;
  s.u = setting.u;
  s.rho_cap = 1 / (3 * s.u);
  const auto n = static_cast<Real>(group.size);
  s.f = 1 - 1 / n;
  s.is_regular = group.scale.is_number() && !group.scale.is_zero();
  s.r = s.is_regular ? 1 / magnitude_of(group.scale) : 0;
  const mpq_class eps = attribute_rational(setting.question, "eps");
  const Real eps_magnitude = std::fabs(approximate({eps, 0, 0}));
  s.q = magnitude_of(group.clamped_spread);
  s.q_plus_eps = std::fabs(approximate({group.clamped_spread.number().a + eps, 0, 0}));
  const std::string& mode = setting.question.choice("eps_mode");
  if (mode == "inside") s.kappa = quotient(s.q + eps_magnitude, s.q_plus_eps);
  if (mode == "outside") s.kappa = (std::sqrt(s.q) + eps_magnitude) * s.r;

  Real products = 0;
  for (const Element& element : setting.evaluation.elements) {
    if (element.group != number) continue;
    const Real x = magnitude_of(element.x);
    s.mean_magnitude += x / n;
    s.sum_of_squares += x * x;
    products += magnitude_of(element.normalized) * x / n;
  }
  if (setting.has_mean()) s.M = 3 * s.f * s.mean_magnitude;
  Real spreads = 0;
  for (const Element& element : setting.evaluation.elements) {
    if (element.group != number) continue;
    spreads += magnitude_of(element.centered) * (magnitude_of(element.x) + s.M) / n;
  }
  s.V = 2 * spreads + 4 * s.q + 4 * s.u * s.M * s.M;
  if (setting.is_outside()) {
    s.rho = quotient(products, std::sqrt(s.q)) + s.kappa / 2 + s.r * s.M;
  } else {
    s.rho = s.r * products + s.kappa / 2 + 2 * s.u * (s.r * s.M) * (s.r * s.M);
  }
  return s;
}

/// max over groups of max(<|x|>, |mean|)/s; batch_norm_inference's groups are elements.
std::optional<double> conditioning_of(const Setting& setting,
                                      const std::vector<Symbols>& symbols) {
  std::optional<double> result;
  for (const Element& element : setting.evaluation.elements) {
    const Symbols& s = symbols[element.group];
    if (!s.is_regular) continue;
    const Real location = magnitude_of(setting.evaluation.groups[element.group].mean);
    const Real x = setting.is_given() ? magnitude_of(element.x) : s.mean_magnitude;
    const auto conditioning = static_cast<double>(std::max(x, location) * s.r);
    result = std::max(result.value_or(0), conditioning);
  }
  return result;
}

struct Reach {
  Real S = 0;
  bool is_blind = false;
};

Reach reach_of_y(const Setting& setting, const Symbols& s, const Element& element) {
  const Real x = magnitude_of(element.x);
  const Real x_hat = magnitude_of(element.normalized);
  const Real gamma = element.gamma ? magnitude_of(*element.gamma) : 1;
  const Real beta = element.beta ? magnitude_of(*element.beta) : 0;
  if (setting.is_given()) {
    const Real mean = magnitude_of(setting.evaluation.groups[element.group].mean);
    const Real X = s.r * (x + mean) + s.kappa / 2 * x_hat;
    return {gamma * (X + x_hat) + beta, false};
  }
  const Real own = setting.has_mean() ? s.r * (s.f * x + s.M) : s.r * x;
  const Real X = own + s.capped_rho() * x_hat;
  const Real cap = (1 + x_hat) / (3 * s.u);
  return {gamma * (std::min(X, cap) + x_hat) + beta, s.rho_is_capped() || X > cap};
}

Reach reach_of_statistic(const Setting& setting, const Symbols& s,
                         const Extended& value, std::size_t number) {
  if (setting.output == "mean") return {4 * s.f * s.mean_magnitude, false};
  if (setting.output == "rstd") {
    if (setting.is_outside()) {
      return {s.r * (s.capped_rho() + 1), s.rho_is_capped()};
    }
    const Real relative = s.V / 2 * s.r * s.r;
    return {s.r * (std::min(relative, s.rho_cap) + 1), relative > s.rho_cap};
  }
  if (setting.output == "scale")
    return {(1 + s.kappa / 2) * magnitude_of(value), false};
  const Tensor* beta = setting.question.input("beta");
  const Real shift =
      beta == nullptr ? 0 : std::fabs((*beta)[static_cast<std::int64_t>(number)]);
  const Extended product = setting.evaluation.outputs.at("scale")[number].value *
                           setting.evaluation.groups[number].mean;
  return {shift + (2 + s.kappa / 2) * magnitude_of(product), false};
}

/// What is known of one element once it is scored.
struct Verdict {
  bool is_number = false;  ///< truth and answer have a distance
  Real error_ulps = 0;
  Real excess = 0;
  bool passes = true;
};

std::int64_t& counter_for_number(SpecialCounts& counts, double rounded, double actual) {
  if (std::isinf(actual)) {
    return std::isinf(rounded) ? counts.wrong_inf : counts.spurious_inf;
  }
  return counts.missed_inf;
}

/// actual - y in ulps, exactly until the last conversion.
Real distance_ulps(const Quadratic& y, double actual, const Format& format,
                   const Rounding& rounding) {
  const bool overflows_rightly =
      std::isinf(actual) && actual == rounding.nearest &&
      compare(actual > 0 ? y : negate(y), power_of_two(format.emax + 1)) >= 0;
  if (overflows_rightly) return 0;
  const mpq_class number =
      std::isinf(actual)
          ? mpq_class((actual > 0 ? 1 : -1) * power_of_two(format.emax + 1))
          : rational_of(actual);
  const Quadratic difference = add({number, 0, 0}, negate(y));
  return std::ldexp(approximate(difference), -static_cast<int>(rounding.ulp_exponent));
}

bool flushes(const Criteria& criteria, const Quadratic& y, double actual,
             const Format& format) {
  const mpq_class smallest = power_of_two(format.emin);
  return criteria.tolerance.flush_to_zero && actual == 0 && compare(y, smallest) < 0 &&
         compare(y, -smallest) > 0;
}

Verdict judge_nonfinite(const OutputElement& truth, double actual, Score& score) {
  const bool is_degenerate = truth.meets_nonfinite_input || truth.meets_zero_scale;
  Verdict verdict;
  if (!is_degenerate && truth.value.is_nan()) {
    // Inputs finite and the root of a negative: only NaN agrees.
    if (!std::isnan(actual)) {
      ++score.special.missed_nan;
      verdict.passes = false;
    }
  } else if (std::isfinite(actual)) {
    ++(truth.value.is_nan() ? score.special.missed_nan : score.special.missed_inf);
    verdict.passes = false;
  } else {
    const bool is_same =
        truth.value.is_nan()
            ? std::isnan(actual)
            : std::isinf(actual) && (actual < 0) == (truth.value.sign() < 0);
    if (!is_same) ++score.special.nonfinite_kind;
  }
  if (verdict.passes) {
    ++score.correctly_rounded;
    ++score.faithful;
  }
  return verdict;
}

}  // namespace

double percentile(std::vector<double> values, double fraction) {
  std::sort(values.begin(), values.end());
  const auto needed = static_cast<std::size_t>(
      std::ceil(fraction * static_cast<double>(values.size())));
  const double value = values.at(std::max<std::size_t>(needed, 1) - 1);
  if (value == 0 || std::isinf(value)) return value;
  const double octave = std::exp2(std::floor(std::log2(value)));
  return octave * (std::floor(value / octave * 64) + 1) / 64;
}

Score expected_score(const Question& question, const Evaluation& evaluation,
                     std::string_view output, const Tensor& answer,
                     const Criteria& criteria) {
  const Format& format = answer.format();
  const bool is_double = question.x().format() == float64;
  const Format compute = criteria.compute.value_or(is_double ? float64 : float32);
  const Setting setting{
      question, evaluation, output,
      compute == float64 ? 0x1p-53L : std::ldexp(1.0L, -compute.precision_bits)};
  std::vector<Symbols> symbols;
  for (std::size_t i = 0; i < evaluation.groups.size(); ++i) {
    symbols.push_back(symbols_of(setting, i));
  }
  const Real low = std::ldexp(Real{1}, compute.emin + compute.precision_bits);
  const Real high = std::ldexp(Real{1}, compute.emax);
  const auto is_outside = [&](Real value) { return value < low || value > high; };
  const auto leaves_range = [&](const Symbols& s) {
    if (!s.is_regular) return false;
    if (is_outside(s.q_plus_eps)) return true;
    return !setting.is_given() && s.sum_of_squares != 0 && is_outside(s.sum_of_squares);
  };

  Score score;
  score.conditioning = conditioning_of(setting, symbols);

  const std::vector<OutputElement>& truths = evaluation.outputs.find(output)->second;
  std::vector<double> magnitudes;
  Real sum = 0;
  Real signed_sum = 0;
  Real excess_sum = 0;
  Real excess_max = 0;
  Real bits = infinity;
  Real ceiling = -infinity;
  bool is_zero_bits = false;
  for (std::size_t i = 0; i < truths.size(); ++i) {
    ++score.count;
    const OutputElement& truth = truths[i];
    const double actual = answer[static_cast<std::int64_t>(i)];
    if (!truth.value.is_number()) {
      score.passes &= judge_nonfinite(truth, actual, score).passes;
      continue;
    }
    const Quadratic& y = truth.value.number();
    const Rounding rounding = round(format, y);
    const Symbols& s = symbols[truth.group];
    const bool is_y = output == "y";
    const Reach reach = is_y ? reach_of_y(setting, s, evaluation.elements[i])
                             : reach_of_statistic(setting, s, truth.value, truth.group);
    const Real S = std::ldexp(reach.S, -static_cast<int>(rounding.ulp_exponent));
    Real attainable = 0.5L;
    if (is_y && question.flag("round_normalized")) {
      const Element& element = evaluation.elements[i];
      const Rounding x_hat = round(question.x().format(), element.normalized.number());
      const Real gamma = element.gamma ? magnitude_of(*element.gamma) : 1;
      attainable += std::ldexp(
          gamma / 2, static_cast<int>(x_hat.ulp_exponent - rounding.ulp_exponent));
    }
    if (reach.is_blind) ++score.blind;
    if (leaves_range(s)) ++score.range;
    ceiling = std::max(ceiling, std::log2(2 * S));
    if (actual == rounding.nearest) ++score.correctly_rounded;
    if (actual == rounding.down || actual == rounding.up) ++score.faithful;
    if (std::isnan(actual)) {
      ++score.special.spurious_nan;
      score.passes = false;
      continue;
    }
    const Real error = distance_ulps(y, actual, format, rounding);
    const Real excess = std::fabs(error) / (attainable + setting.u * S);
    const Tolerance& tolerance = criteria.tolerance;
    bool is_good =
        (!tolerance.limit_ulps || std::fabs(error) <= *tolerance.limit_ulps) &&
        (!tolerance.limit_excess || excess <= *tolerance.limit_excess);
    is_good |= flushes(criteria, y, actual, format);
    if (std::isinf(actual) && (actual < 0) != (sign(y) < 0)) is_good = false;
    const bool is_special = std::isinf(actual) || std::isinf(rounding.nearest);
    score.passes &= is_good;
    if (!is_good && is_special) {
      ++counter_for_number(score.special, rounding.nearest, actual);
      continue;
    }
    if (actual == 0 && rounding.nearest == 0 && std::signbit(actual) != (sign(y) < 0)) {
      ++score.special.signed_zero;
    }
    magnitudes.push_back(static_cast<double>(std::fabs(error)));
    sum += std::fabs(error);
    signed_sum += error;
    excess_sum += excess;
    excess_max = std::max(excess_max, excess);
    const Real beyond = std::fabs(error) - attainable;
    if (beyond > 0) {
      if (S == 0) is_zero_bits = true;
      bits = std::min(bits, std::log2(S / beyond));
    }
  }
  if (!magnitudes.empty()) {
    const auto n = static_cast<Real>(magnitudes.size());
    score.ulp = {*std::max_element(magnitudes.begin(), magnitudes.end()),
                 static_cast<double>(sum / n), percentile(magnitudes, 0.5),
                 percentile(magnitudes, 0.99), static_cast<double>(signed_sum / n)};
    score.excess = {static_cast<double>(excess_max),
                    static_cast<double>(excess_sum / n)};
  }
  if (score.count == 0) return score;
  if (score.special.failures() > 0 || is_zero_bits) {
    score.effective_bits = EffectiveBits{0, false};
  } else if (ceiling > -infinity) {
    const bool at_least = bits >= ceiling;
    score.effective_bits =
        EffectiveBits{static_cast<double>(at_least ? ceiling : bits), at_least};
  }
  if (score.special.failures() > 0) {
    score.grade = Grade::unstable;
  } else if (score.blind == score.count) {
    score.grade = Grade::undecided;
  } else if (score.correctly_rounded == score.count) {
    score.grade = Grade::correct;
  } else if (score.faithful == score.count) {
    score.grade = Grade::faithful;
  } else {
    score.grade = excess_max <= 4 ? Grade::stable : Grade::unstable;
  }
  return score;
}

}  // namespace truenorm::twin
