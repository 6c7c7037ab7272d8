// SPDX-License-Identifier: Apache-2.0
// SPEC 5.7: what leaves x-hat as it is, and operators that are others in disguise.
#include <algorithm>
#include <cmath>
#include <limits>

#include "oracle/law_case.hpp"

namespace truenorm {
namespace {

/// The tensor in float64, which holds every element of every format.
Tensor widened(const Tensor& tensor) {
  Tensor wide(float64, tensor.shape());
  for (std::int64_t i = 0; i < tensor.size(); ++i) wide.set(i, tensor[i]);
  return wide;
}

/// Whether the sum of two numbers is a binary64.
bool is_exact_sum(double left, double right) {
  const double sum = left + right;
  return std::isfinite(sum) && exact(sum) == exact(left) + exact(right);
}

/// A number that can be added to each of the values without rounding, if one is found.
std::optional<double> shift_for(const std::vector<double>& values) {
  double largest = 0;
  double last_bit = std::ldexp(1.0, 1000);
  for (const double value : values) {
    largest = std::max(largest, std::fabs(value));
    if (value == 0) continue;
    // Every value is a multiple of the last bit that one of them has.
    const int exponent = std::max(std::ilogb(value), -1022);
    double bit = std::ldexp(1.0, std::max(exponent - 52, -1074));
    while (std::fmod(value, 2 * bit) == 0) bit *= 2;
    last_bit = std::min(last_bit, bit);
  }
  for (const double shift : {2 * largest, 4096 * last_bit, 3 * last_bit, -last_bit}) {
    if (shift == 0 || !std::isfinite(shift)) continue;
    const bool fits = std::all_of(values.begin(), values.end(), [&](double value) {
      return is_exact_sum(value, shift);
    });
    if (fits) return shift;
  }
  return std::nullopt;
}

/// Compares the x-hat of groups with the question's own, in some order of elements and
/// but for a sign.
void compare_groups(LawCase& laws, Claims& claims, const std::vector<RootSum>& x_hat,
                    const std::vector<std::int64_t>& order, const Rational& sign) {
  const IndexMap& map = laws.form().map;
  for (std::size_t g = 0; g < laws.groups().size(); ++g) {
    if (!laws.groups()[g].is_regular) continue;
    const auto group = static_cast<std::int64_t>(g);
    for (std::int64_t i = 0; i < laws.group_size(); ++i) {
      const std::int64_t at = map.element(group, i);
      const std::int64_t from = map.element(group, order[static_cast<std::size_t>(i)]);
      claims.equal({"element", at}, x_hat[static_cast<std::size_t>(at)],
                   sign * laws.x_hat()[static_cast<std::size_t>(from)]);
    }
  }
}

std::vector<std::int64_t> in_order(std::int64_t count) {
  std::vector<std::int64_t> order;
  for (std::int64_t i = 0; i < count; ++i) order.push_back(i);
  return order;
}

void prove_shift(LawCase& laws) {
  if (laws.form().location != Location::mean) return;
  const IndexMap& map = laws.form().map;
  Tensor x = widened(laws.question().x());
  std::vector<bool> is_shifted;
  for (std::size_t g = 0; g < laws.groups().size(); ++g) {
    const auto group = static_cast<std::int64_t>(g);
    std::vector<double> values;
    for (std::int64_t i = 0; i < map.group_size(); ++i) {
      values.push_back(x[map.element(group, i)]);
    }
    const bool is_regular = laws.groups()[g].is_regular;
    const std::optional<double> shift = is_regular ? shift_for(values) : std::nullopt;
    is_shifted.push_back(shift.has_value());
    for (std::int64_t i = 0; shift && i < map.group_size(); ++i) {
      x.set(map.element(group, i), values[static_cast<std::size_t>(i)] + *shift);
    }
  }
  const std::vector<RootSum> x_hat = laws.told(laws.normalized_of(x), "y");
  Claims claims = laws.claims("invariants", "x-hat(x + t) = x-hat(x)");
  for (std::size_t g = 0; g < laws.groups().size(); ++g) {
    for (std::int64_t i = 0; is_shifted[g] && i < map.group_size(); ++i) {
      const std::int64_t at = map.element(static_cast<std::int64_t>(g), i);
      const auto index = static_cast<std::size_t>(at);
      claims.equal({"element", at}, x_hat[index], laws.x_hat()[index]);
    }
  }
  laws.keep(claims);
}

/// values   Where epsilon is added to or compared with q it scales as q does, by a^2;
///          with the root of q, by |a|. Every spread but a given one scales with x
void prove_scaling(LawCase& laws) {
  const CanonicalForm& form = laws.form();
  if (form.spread == Spread::given) return;
  const bool is_under_root =
      form.eps_mode == EpsMode::inside || form.eps_mode == EpsMode::floor_inside;
  Claims claims = laws.claims(
      "invariants", is_under_root ? "x-hat(a x; a^2 eps) = sign(a) x-hat(x; eps)"
                                  : "x-hat(a x; |a| eps) = sign(a) x-hat(x; eps)");
  for (const double factor : {-3.0, 0.25}) {
    Tensor x = widened(laws.question().x());
    bool is_exact = true;
    for (std::int64_t i = 0; i < x.size(); ++i) {
      const double value = x[i];
      const double product = factor * value;
      if (!std::isfinite(value)) continue;
      is_exact = is_exact && std::isfinite(product) &&
                 exact(product) == exact(factor) * exact(value);
      x.set(i, product);
    }
    if (!is_exact) continue;
    const Rational a = exact(factor);
    const Rational size = exact(std::fabs(factor));
    const Rational eps = form.eps * (is_under_root ? Rational(a * a) : size);
    compare_groups(laws, claims, laws.told(laws.normalized_of(x, eps), "y"),
                   in_order(laws.group_size()), a.sign());
  }
  laws.keep(claims);
}

void prove_permutation(LawCase& laws) {
  if (laws.form().spread == Spread::given) return;
  const IndexMap& map = laws.form().map;
  // Reversed and turned by one, which moves all but at most two elements.
  std::vector<std::int64_t> order = in_order(map.group_size());
  std::reverse(order.begin(), order.end());
  if (!order.empty()) std::rotate(order.begin(), order.begin() + 1, order.end());
  Tensor x = laws.question().x();
  for (std::int64_t g = 0; g < map.groups(); ++g) {
    for (std::int64_t i = 0; i < map.group_size(); ++i) {
      const std::int64_t from = map.element(g, order[static_cast<std::size_t>(i)]);
      x.set_bits(map.element(g, i), laws.question().x().bits(from));
    }
  }
  Claims claims = laws.claims("invariants", "permuting a group permutes x-hat");
  compare_groups(laws, claims, laws.told(laws.normalized_of(x), "y"), order, 1);
  laws.keep(claims);
}

/// The question put to another operator, with what of it that one knows.
Question asked_of(std::string_view op_name, const Question& question,
                  const Attributes& changes, const Tensors& further_inputs = {}) {
  const OperatorSpec& op = *find_operator(op_name);
  Attributes attributes = changes;
  for (const auto& [name, value] : question.attributes()) {
    if (op.find_attribute(name) != nullptr) attributes.emplace(name, value);
  }
  Tensors inputs = further_inputs;
  for (const auto& [name, tensor] : question.inputs()) {
    if (op.find_input(question.direction(), name)) inputs.emplace(name, tensor);
  }
  return {op, question.direction(), std::move(attributes), std::move(inputs),
          question.zero_scale_gradient()};
}

/// The question without gamma and beta, and without their tangents.
Question without_affine(const Question& question) {
  Tensors inputs = question.inputs();
  for (const std::string name : {"gamma", "beta"}) {
    inputs.erase(name);
    inputs.erase("tangent_" + name);
  }
  return {question.op(), question.direction(), question.attributes(), std::move(inputs),
          question.zero_scale_gradient()};
}

/// As many groups as channels, and parameters that fit.
Question with_channel_groups(const Question& question, std::int64_t channels) {
  Tensors inputs = question.inputs();
  for (auto& [name, tensor] : inputs) {
    const bool is_like_x = name == "x" || name == "dy" || name == "tangent_x";
    if (is_like_x || tensor.shape() == Shape{channels}) continue;
    tensor = made_tensor(tensor.format(), {channels}, name);
  }
  Attributes attributes = question.attributes();
  attributes["groups"] = channels;
  attributes["affine"] = std::string("per_channel");
  return {question.op(), question.direction(), std::move(attributes), std::move(inputs),
          question.zero_scale_gradient()};
}

/// Demands that two questions have the same values in all outputs that they share.
void compare_questions(LawCase& laws, std::string_view statement, const Question& one,
                       const Question& other) {
  Claims claims = laws.claims("invariants", std::string(statement));
  const std::vector<std::string> outputs = other.outputs();
  for (const std::string& output : one.outputs()) {
    if (std::find(outputs.begin(), outputs.end(), output) == outputs.end()) continue;
    const std::vector<RootSum> left = laws.told(one, output);
    const std::vector<RootSum> right = laws.told(other, output);
    for (std::size_t i = 0; i < left.size(); ++i) {
      claims.equal({output, static_cast<std::int64_t>(i)}, left[i], right[i]);
    }
  }
  laws.keep(claims);
}

std::int64_t channels_of(const Question& question) {
  const Shape& shape = question.x().shape();
  const bool is_first = question.choice("layout") == "channels_first";
  return is_first ? shape[1] : shape.back();
}

void prove_group_norm(LawCase& laws, const Question& question) {
  const std::int64_t channels = channels_of(question);
  if (channels == 0) return;
  const Question per_channel = with_channel_groups(question, channels);
  compare_questions(laws, "group_norm with groups = C is instance_norm", per_channel,
                    asked_of("instance_norm", per_channel, {{"batched", true}}));
  std::vector<std::int64_t> axes;
  for (std::size_t axis = 1; axis < question.x().shape().size(); ++axis) {
    axes.push_back(static_cast<std::int64_t>(axis));
  }
  const Question bare = without_affine(question);
  Attributes attributes = bare.attributes();
  attributes["groups"] = std::int64_t{1};
  const Question one_group(bare.op(), bare.direction(), std::move(attributes),
                           bare.inputs());
  compare_questions(laws, "group_norm with groups = 1 is layer_norm over (C, *)",
                    one_group, asked_of("layer_norm", one_group, {{"axes", axes}}));
}

/// The operators that are another one in disguise, in one direction.
void prove_disguise(LawCase& laws, const Question& question) {
  const std::string& op = question.op().name;
  if (op == "group_norm") prove_group_norm(laws, question);
  const bool is_unbatched =
      question.op().find_attribute("batched") != nullptr && !question.flag("batched");
  if (!is_unbatched || (op != "batch_norm" && op != "instance_norm")) return;
  compare_questions(laws, "batch_norm with batched: false is instance_norm",
                    asked_of("batch_norm", question, {}),
                    asked_of("instance_norm", question, {}));
}

/// batch_norm's own statistics, as far as a tensor holds them.
struct OwnStatistics {
  Tensor mean;
  Tensor variance;
  std::vector<bool> are_held;
};

std::optional<double> held(const RootSum& value) {
  const std::optional<Rational> number = value.rational();
  if (!number) return std::nullopt;
  const double rounded = round_to_nearest(float64, *number);
  if (!std::isfinite(rounded) || exact(rounded) != *number) return std::nullopt;
  return rounded;
}

OwnStatistics statistics_of(const Question& question, const std::vector<RootSum>& means,
                            const std::vector<RootSum>& variances) {
  const Shape shape = question.statistic_shape();
  OwnStatistics own{Tensor(float64, shape), Tensor(float64, shape), {}};
  for (std::size_t g = 0; g < means.size(); ++g) {
    const std::optional<double> mean = held(means[g]);
    const std::optional<double> variance = held(variances[g]);
    own.are_held.push_back(mean && variance);
    own.mean.set(static_cast<std::int64_t>(g), mean.value_or(0));
    own.variance.set(static_cast<std::int64_t>(g), variance.value_or(1));
  }
  return own;
}

/// values   The statistics are rationals that mostly no format holds, so the affine of
///          inference is worked out here from the told ones; where a tensor does hold
///          them, the operator itself is asked too
void prove_inference(LawCase& laws) {
  if (laws.question().op().name != "batch_norm" || laws.form().rounds_normalized)
    return;
  const Question forward = laws.forward();
  const std::vector<RootSum> y = laws.told(forward, "y");
  const std::vector<RootSum> means = laws.told(forward, "mean");
  const std::vector<RootSum> variances = laws.told(forward, "variance");
  Claims by_hand = laws.claims(
      "invariants", "batch_norm: y = (x - mean) gamma / sqrt(variance + eps) + beta");
  const OwnStatistics own = statistics_of(forward, means, variances);
  const Question fed =
      asked_of("batch_norm_inference", forward, {{"clamp_variance", false}},
               {{"mean", own.mean}, {"variance", own.variance}});
  const std::vector<RootSum> inferred = laws.told(fed, "y");
  Claims by_operator = laws.claims(
      "invariants", "batch_norm is batch_norm_inference fed its own statistics");
  for (std::size_t g = 0; g < laws.groups().size(); ++g) {
    const std::optional<Rational> mean = means[g].rational();
    const std::optional<Rational> variance = variances[g].rational();
    const std::optional<Surd> scale =
        variance ? scale_of(laws.form(), *variance) : std::nullopt;
    const bool is_told = mean && scale && sign(*scale) != 0;
    for (std::int64_t i = 0; i < laws.group_size(); ++i) {
      const auto group = static_cast<std::int64_t>(g);
      const std::int64_t at = laws.form().map.element(group, i);
      const auto index = static_cast<std::size_t>(at);
      if (own.are_held[g]) {
        by_operator.equal({"element", at}, y[index], inferred[index]);
      }
      const RootSum gamma = laws.gamma(group, i);
      const RootSum beta = laws.beta(group, i);
      if (!laws.groups()[g].is_regular || !gamma.is_finite() || !beta.is_finite()) {
        continue;
      }
      const RootSum normalized =
          is_told ? (element(forward.x(), at) - *mean) * reciprocal(*scale)
                  : RootSum(std::numeric_limits<double>::quiet_NaN());
      by_hand.equal({"element", at}, y[index], normalized * gamma + beta);
    }
  }
  laws.keep(by_hand);
  laws.keep(by_operator);
}

}  // namespace

void prove_identities(LawCase& laws) {
  prove_shift(laws);
  prove_scaling(laws);
  prove_permutation(laws);
  prove_disguise(laws, laws.forward());
  if (laws.is_differentiable()) {
    prove_disguise(laws, laws.vjp());
    prove_disguise(laws, laws.jvp());
  }
  prove_inference(laws);
}

}  // namespace truenorm
