// SPDX-License-Identifier: Apache-2.0
// The laws as contracts that a library's answers can be held to.
#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "oracle/law_case.hpp"

namespace truenorm {
namespace {

/// One output as it was answered, and what excess 1 means for each element.
struct Answered {
  std::vector<RootSum> values;
  std::vector<RootSum> truths;
  std::vector<long double> errors;  ///< half an ulp + u S; 0 if not scored
  /// Whether the truth is a number that the format can hold.
  std::vector<bool> is_scored;
};

long double unit_roundoff(const Question& question, const Criteria& criteria) {
  const Format usual = question.x().format() == float64 ? float64 : float32;
  return std::ldexp(1.0L, -criteria.compute.value_or(usual).precision_bits);
}

void check_answer(const Question& question, const std::string& output,
                  const Tensor& answer) {
  const std::vector<Format> formats = question.output_formats(output);
  if (answer.shape() != question.output_shape(output) ||
      std::find(formats.begin(), formats.end(), answer.format()) == formats.end()) {
    throw std::invalid_argument("the answer to " + output + " is of " +
                                std::string(answer.format().name) + " " +
                                shape_text(answer.shape()));
  }
}

Answered answered(const Question& question, const std::string& output,
                  const Tensor& answer, const Criteria& criteria) {
  check_answer(question, output, answer);
  const auto count = static_cast<std::size_t>(answer.size());
  Answered result;
  result.truths.resize(count);
  result.errors.resize(count);
  result.is_scored.resize(count);
  for (std::int64_t i = 0; i < answer.size(); ++i) {
    result.values.push_back(element(answer, i));
  }
  const CanonicalForm form = lower(question);
  const long double u = unit_roundoff(question, criteria);
  const auto evaluation = evaluate(question, form, quantity_of(question, output), u);
  if (!evaluation->is_scored()) return result;
  Settler settler;
  for (std::int64_t block = 0; block < evaluation->blocks(); ++block) {
    evaluation->load(block);
    for (std::int64_t i = 0; i < evaluation->block_size(); ++i) {
      const auto at = static_cast<std::size_t>(evaluation->output_index(block, i));
      result.truths[at] = RootSum(evaluation->value(i));
      const Truth truth = evaluation->settle(i, answer.format());
      result.is_scored[at] = truth.is_finite && !truth.overflows;
      if (!result.is_scored[at]) continue;
      const long double value = result.truths[at].approximate(settler);
      const long double flushed =
          criteria.tolerance.flush_to_zero ? smallest_normal(answer.format()) : 0;
      result.errors[at] = std::ldexp(0.5L, truth.ulp_exponent) +
                          u * evaluation->sensitivity(i, value).sum +
                          evaluation->rounding_on_the_way(i) + flushed;
    }
  }
  return result;
}

/// Gathers what is missing to one statement, place by place.
class Meter {
 public:
  Meter(std::string_view law, std::string statement, double allowed) {
    measure_.law = law;
    measure_.statement = std::move(statement);
    measure_.allowed = allowed;
  }

  /// values   If every answer that enters were off by k of its errors, the two sides
  ///          could differ by k * linear + k^2 * quadratic: the k that the difference
  ///          needs is what is measured
  void add(const Place& place, const RootSum& left, const RootSum& right,
           long double linear, long double quadratic = 0) {
    ++measure_.compared;
    const long double needed = excess_of((left - right), linear, quadratic);
    // Also a NaN, which is no number of errors.
    if (needed <= largest_) return;
    largest_ =
        std::isnan(needed) ? std::numeric_limits<long double>::infinity() : needed;
    measure_.measured = static_cast<double>(largest_);
    measure_.worst = std::string(place.of) + " " + std::to_string(place.index) + ": " +
                     left.text(settler_) + " against " + right.text(settler_);
    measure_.passes = measure_.measured <= measure_.allowed;
  }

  [[nodiscard]] const LawMeasure& measure() const { return measure_; }

 private:
  [[nodiscard]] long double excess_of(const RootSum& difference, long double linear,
                                      long double quadratic) {
    if (!difference.is_finite()) return std::numeric_limits<long double>::infinity();
    const long double gap = std::fabs(difference.approximate(settler_));
    if (gap == 0) return 0;
    // The positive root of quadratic k^2 + linear k = gap, without cancellation.
    return 2 * gap / (linear + std::sqrt(linear * linear + 4 * quadratic * gap));
  }

  Settler settler_;
  LawMeasure measure_;
  long double largest_ = 0;
};

/// The answers before the laws.
class Contracts {
 public:
  Contracts(const Question& question, const Tensors& answers, const Criteria& criteria)
      : answers_(answers), criteria_(criteria), laws_(question, subject_) {}

  std::vector<LawMeasure> measure() {
    const Question forward = laws_.forward();
    const auto y = answered_of(forward, "y");
    measure_affine_fold(forward, y);
    if (laws_.is_differentiable()) measure_adjoint();
    if (y) {
      measure_sums(*y);
      measure_range(*y);
      measure_eps_inside_root(*y);
      measure_degenerate_value(*y);
    }
    if (laws_.is_differentiable()) {
      const Question vjp = laws_.vjp();
      const auto dx = answered_of(vjp, "dx");
      if (dx) measure_gradient(vjp, *dx);
      measure_parameter_gradient(vjp);
    }
    return std::move(measures_);
  }

 private:
  [[nodiscard]] std::optional<Answered> answered_of(const Question& question,
                                                    const std::string& output) const {
    const auto answer = answers_.find(output);
    const std::vector<std::string> outputs = question.outputs();
    const bool is_asked =
        std::find(outputs.begin(), outputs.end(), output) != outputs.end();
    if (answer == answers_.end() || !is_asked) return std::nullopt;
    return answered(question, output, answer->second, criteria_);
  }

  [[nodiscard]] Meter meter(std::string_view law, std::string statement) const {
    return {law, std::move(statement), criteria_.tolerance.limit_excess.value_or(4)};
  }

  void keep(const Meter& meter) {
    if (meter.measure().compared > 0) measures_.push_back(meter.measure());
  }

  [[nodiscard]] std::size_t place_of(std::size_t group, std::int64_t i) const {
    const auto number = static_cast<std::int64_t>(group);
    return static_cast<std::size_t>(laws_.form().map.element(number, i));
  }

  [[nodiscard]] long double size_of(const RootSum& value) {
    return std::fabs(value.approximate(settler_));
  }

  /// Whether all of the group's elements have a truth to be held against.
  [[nodiscard]] bool is_scored(const Answered& output, std::size_t group) const {
    if (!laws_.groups()[group].is_regular) return false;
    for (std::int64_t i = 0; i < laws_.group_size(); ++i) {
      if (!output.is_scored[place_of(group, i)]) return false;
    }
    return true;
  }

  /// x-hat = (y - beta)/gamma, as it was answered, with the errors that this gives it.
  struct Normalized {
    std::vector<RootSum> values;
    std::vector<RootSum> truths;
    std::vector<long double> errors;
  };

  /// None where some gamma is 0, so that y says nothing of x-hat, or where the truth of
  /// y is that of a rounded x-hat, of which the laws do not speak.
  [[nodiscard]] std::optional<Normalized> normalized(const Answered& y,
                                                     std::size_t group) {
    if (laws_.form().rounds_normalized || !is_scored(y, group)) return std::nullopt;
    Normalized result;
    for (std::int64_t i = 0; i < laws_.group_size(); ++i) {
      const auto number = static_cast<std::int64_t>(group);
      const RootSum beta = laws_.beta(number, i);
      const std::optional<Rational> gamma = laws_.gamma(number, i).rational();
      if (!gamma || *gamma == 0 || !beta.is_finite()) return std::nullopt;
      const Rational divided = 1 / *gamma;
      const std::size_t at = place_of(group, i);
      result.values.push_back((y.values[at] - beta) * divided);
      result.truths.push_back((y.truths[at] - beta) * divided);
      result.errors.push_back(y.errors[at] * std::fabs(to_long_double(divided)));
    }
    return result;
  }

  void measure_affine_fold(const Question& forward, const std::optional<Answered>& y) {
    if (laws_.form().location != Location::given || laws_.form().rounds_normalized)
      return;
    const auto scale = answered_of(forward, "scale");
    const auto offset = answered_of(forward, "offset");
    if (!y || !scale || !offset) return;
    Meter meter = this->meter("affine_fold", "y = x scale + offset");
    for (std::size_t g = 0; g < laws_.groups().size(); ++g) {
      if (!laws_.groups()[g].is_regular || !scale->is_scored[g] ||
          !offset->is_scored[g]) {
        continue;
      }
      for (std::int64_t i = 0; i < laws_.group_size(); ++i) {
        const std::size_t at = place_of(g, i);
        if (!y->is_scored[at]) continue;
        const auto index = static_cast<std::int64_t>(at);
        const RootSum x = element(forward.x(), index);
        meter.add({"element", index}, y->values[at],
                  x * scale->values[g] + offset->values[g],
                  y->errors[at] + size_of(x) * scale->errors[g] + offset->errors[g]);
      }
    }
    keep(meter);
  }

  /// A sum of products of answers and given factors.
  struct Pairing {
    RootSum sum;
    long double error = 0;
    bool is_scored = true;
  };

  void add_products(Pairing& pairing, const Answered& output, const Tensor& factors) {
    for (std::size_t i = 0; i < output.values.size(); ++i) {
      const RootSum factor = element(factors, static_cast<std::int64_t>(i));
      pairing.is_scored =
          pairing.is_scored && output.is_scored[i] && factor.is_finite();
      if (!pairing.is_scored) return;
      pairing.sum += output.values[i] * factor;
      pairing.error += output.errors[i] * size_of(factor);
    }
  }

  void measure_adjoint() {
    const Question vjp = laws_.vjp();
    const Question jvp = laws_.jvp();
    const auto tangent_y = answered_of(jvp, "tangent_y");
    if (!tangent_y) return;
    Pairing pushed;
    add_products(pushed, *tangent_y, *vjp.input("dy"));
    Pairing pulled;
    for (const InputSpec& spec : vjp.op().inputs) {
      const Tensor* tangent = jvp.input("tangent_" + spec.name);
      if (tangent == nullptr) continue;
      const auto gradient = answered_of(vjp, "d" + spec.name);
      // Without one of the gradients the sum says nothing.
      if (!gradient) return;
      add_products(pulled, *gradient, *tangent);
    }
    if (!pushed.is_scored || !pulled.is_scored) return;
    Meter meter = this->meter("adjoint", "sum dy JVP = sum of gradients * tangents");
    meter.add({"all", 0}, pushed.sum, pulled.sum, pushed.error + pulled.error);
    keep(meter);
  }

  void measure_sums(const Answered& y) {
    const CanonicalForm& form = laws_.form();
    if (form.spread == Spread::given || form.power != Power::two) return;
    Meter sum_is_zero = meter("invariants", "sum of x-hat = 0");
    Meter mean_square = meter("invariants", "(1/m) sum of x-hat^2 = q/s^2");
    for (std::size_t g = 0; g < laws_.groups().size(); ++g) {
      const auto x_hat = normalized(y, g);
      if (!x_hat) continue;
      const LawGroup& group = laws_.groups()[g];
      const auto m = static_cast<long double>(group.divisor);
      RootSum sum;
      RootSum squares;
      long double linear = 0;
      long double of_squares = 0;
      long double quadratic = 0;
      for (std::size_t i = 0; i < x_hat->values.size(); ++i) {
        const long double error = x_hat->errors[i];
        sum += x_hat->values[i];
        squares += x_hat->values[i] * x_hat->values[i];
        linear += error;
        // (t + d)^2 - t^2 = 2 t d + d^2
        of_squares += 2 * size_of(x_hat->truths[i]) * error / m;
        quadratic += error * error / m;
      }
      const Place place{"group", static_cast<std::int64_t>(g)};
      if (form.location == Location::mean) {
        sum_is_zero.add(place, sum, RootSum(), linear);
      }
      const RootSum expected =
          RootSum(group.spread) * group.reciprocal * group.reciprocal;
      mean_square.add(place, squares * Rational(1, group.divisor), expected, of_squares,
                      quadratic);
    }
    keep(sum_is_zero);
    keep(mean_square);
  }

  void measure_range(const Answered& y) {
    const CanonicalForm& form = laws_.form();
    if (form.spread == Spread::given || form.power != Power::two) return;
    const bool has_mean = form.location == Location::mean;
    Meter meter = this->meter("range", has_mean ? "|x-hat| <= sqrt((n - 1) q)/|s|"
                                                : "|x-hat| <= sqrt(m q)/|s|");
    for (std::size_t g = 0; g < laws_.groups().size(); ++g) {
      const auto x_hat = normalized(y, g);
      if (!x_hat) continue;
      const LawGroup& group = laws_.groups()[g];
      const std::int64_t factor = has_mean ? laws_.group_size() - 1 : group.divisor;
      const RootSum signed_bound =
          RootSum(square_root(Rational(group.spread * factor))) * group.reciprocal;
      const RootSum bound =
          signed_bound.sign(settler_) < 0 ? -signed_bound : signed_bound;
      for (std::size_t i = 0; i < x_hat->values.size(); ++i) {
        const RootSum& value = x_hat->values[i];
        const bool is_negative = value.is_finite() && value.sign(settler_) < 0;
        const RootSum size = is_negative ? -value : value;
        const bool is_within = size.is_finite() && (bound - size).sign(settler_) >= 0;
        const auto at =
            static_cast<std::int64_t>(place_of(g, static_cast<std::int64_t>(i)));
        meter.add({"element", at}, is_within ? bound : size, bound, x_hat->errors[i]);
      }
    }
    keep(meter);
  }

  void measure_eps_inside_root(const Answered& y) {
    const CanonicalForm& form = laws_.form();
    if (form.eps_mode != EpsMode::inside || form.rounds_normalized) return;
    Meter meter = this->meter("eps_inside_root", "y = gamma c/sqrt(q + eps) + beta");
    for (std::size_t g = 0; g < laws_.groups().size(); ++g) {
      const LawGroup& group = laws_.groups()[g];
      if (!group.is_regular) continue;
      for (std::int64_t i = 0; i < laws_.group_size(); ++i) {
        const auto number = static_cast<std::int64_t>(g);
        const std::size_t at = place_of(g, i);
        if (!y.is_scored[at]) continue;
        const RootSum x_hat =
            RootSum(group.centered(static_cast<std::size_t>(i))) * group.reciprocal;
        meter.add({"element", static_cast<std::int64_t>(at)}, y.values[at],
                  x_hat * laws_.gamma(number, i) + laws_.beta(number, i), y.errors[at]);
      }
    }
    keep(meter);
  }

  [[nodiscard]] bool is_degenerate(std::size_t group) const {
    return laws_.form().location == Location::mean &&
           laws_.groups()[group].is_regular && laws_.groups()[group].is_constant();
  }

  void measure_degenerate_value(const Answered& y) {
    Meter meter = this->meter("degenerate", "all x equal: y = beta");
    for (std::size_t g = 0; g < laws_.groups().size(); ++g) {
      if (!is_degenerate(g)) continue;
      for (std::int64_t i = 0; i < laws_.group_size(); ++i) {
        const std::size_t at = place_of(g, i);
        if (!y.is_scored[at]) continue;
        meter.add({"element", static_cast<std::int64_t>(at)}, y.values[at],
                  laws_.beta(static_cast<std::int64_t>(g), i), y.errors[at]);
      }
    }
    keep(meter);
  }

  void measure_gradient(const Question& vjp, const Answered& dx) {
    const bool has_mean = laws_.form().location == Location::mean;
    if (laws_.form().spread == Spread::given) return;
    Meter sum_is_zero = meter("invariants", "sum of dx = 0");
    Meter projection =
        meter("invariants", "sum of dx x-hat = r (1 - lambda q/s^2) sum of w x-hat");
    Meter single = meter("degenerate", "n = 1: dx = 0");
    for (std::size_t g = 0; g < laws_.groups().size(); ++g) {
      const LawGroup& group = laws_.groups()[g];
      const auto number = static_cast<std::int64_t>(g);
      if (!is_scored(dx, g) || !group.root_share || !laws_.is_finite(vjp, number)) {
        continue;
      }
      RootSum sum;
      RootSum along_x_hat;
      RootSum weights_along_x_hat;
      long double error = 0;
      long double error_along = 0;
      for (std::int64_t i = 0; i < laws_.group_size(); ++i) {
        const std::size_t at = place_of(g, i);
        // The exact x-hat: what is measured is dx alone.
        const RootSum x_hat =
            RootSum(group.centered(static_cast<std::size_t>(i))) * group.reciprocal;
        sum += dx.values[at];
        error += dx.errors[at];
        along_x_hat += dx.values[at] * x_hat;
        error_along += dx.errors[at] * size_of(x_hat);
        weights_along_x_hat +=
            element(*vjp.input("dy"), static_cast<std::int64_t>(at)) *
            laws_.gamma(number, i) * x_hat;
      }
      const Place place{"group", number};
      if (has_mean) sum_is_zero.add(place, sum, RootSum(), error);
      const RootSum kept = Rational(1) - RootSum(*group.root_share) *
                                             RootSum(group.spread) * group.reciprocal *
                                             group.reciprocal;
      projection.add(place, along_x_hat,
                     RootSum(group.reciprocal) * kept * weights_along_x_hat,
                     error_along);
      if (has_mean && laws_.group_size() == 1) single.add(place, sum, RootSum(), error);
    }
    keep(sum_is_zero);
    keep(projection);
    keep(single);
  }

  void measure_parameter_gradient(const Question& vjp) {
    const auto dgamma = answered_of(vjp, "dgamma");
    if (!dgamma) return;
    std::vector<bool> is_met_otherwise(dgamma->values.size(), false);
    for (std::size_t g = 0; g < laws_.groups().size(); ++g) {
      if (is_degenerate(g)) continue;
      for (std::int64_t i = 0; i < laws_.group_size(); ++i) {
        const std::int64_t k =
            laws_.form().map.parameter(static_cast<std::int64_t>(g), i);
        is_met_otherwise[static_cast<std::size_t>(k)] = true;
      }
    }
    Meter meter = this->meter("degenerate", "all x equal: nothing is added to dgamma");
    for (std::size_t k = 0; k < dgamma->values.size(); ++k) {
      if (is_met_otherwise[k] || !dgamma->is_scored[k]) continue;
      meter.add({"parameter", static_cast<std::int64_t>(k)}, dgamma->values[k],
                RootSum(), dgamma->errors[k]);
    }
    keep(meter);
  }

  const Tensors& answers_;
  const Criteria& criteria_;
  LawSubject subject_;
  LawCase laws_;
  Settler settler_;
  std::vector<LawMeasure> measures_;
};

}  // namespace

std::vector<LawMeasure> measure_laws(const Question& question, const Tensors& answers,
                                     const Criteria& criteria) {
  return Contracts(question, answers, criteria).measure();
}

}  // namespace truenorm
