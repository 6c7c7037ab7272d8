// SPDX-License-Identifier: Apache-2.0
// SPEC 5.1: inference is one affine map for each channel, and depends on nothing else.
#include <algorithm>

#include "oracle/law_case.hpp"

namespace truenorm {
namespace {

bool is_affine(const LawCase& laws) {
  return laws.form().location == Location::given && !laws.form().rounds_normalized;
}

/// Every input finite, so that what one element does not depend on can be changed to
/// another number; and another one it is.
Tensor changed(const Tensor& tensor) {
  Tensor other(tensor.format(), tensor.shape());
  for (std::int64_t i = 0; i < tensor.size(); ++i) {
    other.set(i, tensor[i] == 0.5 ? 2.0 : 0.5);
  }
  return other;
}

/// The question with all statistics and elements changed but those that y[element] of
/// the channel may depend on.
Question changed_elsewhere(const Question& question, std::int64_t channel,
                           std::int64_t element) {
  Tensors inputs = question.inputs();
  for (const std::string_view name : {"mean", "variance"}) {
    Tensor other = changed(*question.input(name));
    other.set_bits(channel, question.input(name)->bits(channel));
    inputs.find(name)->second = std::move(other);
  }
  Tensor x = changed(question.x());
  x.set_bits(element, question.x().bits(element));
  inputs.find("x")->second = std::move(x);
  return {question.op(), Direction::forward, question.attributes(), std::move(inputs)};
}

}  // namespace

void prove_affine_fold(LawCase& laws) {
  if (!is_affine(laws)) return;
  const Question forward = laws.forward();
  const std::vector<RootSum> y = laws.told(forward, "y");
  const std::vector<RootSum> scale = laws.told(forward, "scale");
  const std::vector<RootSum> offset = laws.told(forward, "offset");
  Claims fold = laws.claims("affine_fold", "y = x scale + offset");
  Claims of_scale = laws.claims("affine_fold", "scale = gamma r");
  Claims of_offset = laws.claims("affine_fold", "offset = beta - mean scale");
  for (std::size_t g = 0; g < laws.groups().size(); ++g) {
    const LawGroup& group = laws.groups()[g];
    const auto channel = static_cast<std::int64_t>(g);
    if (!group.is_regular) continue;
    // An absent parameter is a removed operation, which 1 and 0 are for numbers.
    const RootSum gamma = forward.input("gamma") == nullptr
                              ? RootSum(Rational(1))
                              : element(*forward.input("gamma"), channel) +
                                    Rational(laws.form().gamma_offset);
    const RootSum beta = forward.input("beta") == nullptr
                             ? RootSum()
                             : element(*forward.input("beta"), channel);
    if (!gamma.is_finite() || !beta.is_finite()) continue;
    of_scale.equal({"channel", channel}, scale[g], gamma * group.reciprocal);
    of_offset.equal({"channel", channel}, offset[g], beta - group.mean * scale[g]);
    for (std::int64_t i = 0; i < laws.group_size(); ++i) {
      const std::int64_t at = laws.form().map.element(channel, i);
      fold.equal({"element", at}, y[static_cast<std::size_t>(at)],
                 element(forward.x(), at) * scale[g] + offset[g]);
    }
  }
  laws.keep(fold);
  laws.keep(of_scale);
  laws.keep(of_offset);
}

void prove_explicit_running_statistics(LawCase& laws) {
  if (laws.form().location != Location::given) return;
  const Question forward = laws.forward();
  const std::vector<RootSum> y = laws.told(forward, "y");
  Claims claims = laws.claims("explicit_running_statistics",
                              "y[i] is of x[i] and of its channel's statistics alone");
  // Each element is a question of its own, so a few stand for all.
  constexpr std::int64_t most_channels = 8;
  const std::int64_t channels = std::min(laws.form().map.groups(), most_channels);
  for (std::int64_t channel = 0; channel < channels; ++channel) {
    if (laws.group_size() == 0) break;
    const std::int64_t at =
        laws.form().map.element(channel, channel % laws.group_size());
    const auto index = static_cast<std::size_t>(at);
    const Question other = changed_elsewhere(forward, channel, at);
    claims.equal({"element", at}, laws.told(other, "y")[index], y[index]);
  }
  laws.keep(claims);
}

}  // namespace truenorm
