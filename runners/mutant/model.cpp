// SPDX-License-Identifier: Apache-2.0
// From tensors to groups, through the steps, and back to tensors.
#include "runners/mutant/model.hpp"

#include <cmath>
#include <limits>

namespace truenorm::mutant {
namespace {

constexpr Real nan = std::numeric_limits<Real>::quiet_NaN();

}  // namespace

Model::Model(const Question& question)
    : question_(question),
      setting_{question, lower(question), to_long_double(question.real("eps"))},
      steps_(right_steps(setting_)) {}

std::optional<Real> Model::at(std::string_view input, std::int64_t index) const {
  const Tensor* tensor = question_.input(input);
  if (tensor == nullptr) return std::nullopt;
  return (*tensor)[index];
}

Affine Model::affine(std::int64_t group, std::size_t i) const {
  const std::int64_t index =
      setting_.form.map.parameter(group, static_cast<std::int64_t>(i));
  Affine affine{at("gamma", index), at("beta", index)};
  if (affine.gamma) {
    affine.gamma =
        steps_.gamma(*affine.gamma + static_cast<Real>(setting_.form.gamma_offset));
  }
  return affine;
}

Group Model::group(std::int64_t number) const {
  const CanonicalForm& form = setting_.form;
  const auto members = [&](std::int64_t of) {
    std::vector<Real> x;
    for (std::int64_t i = 0; i < form.map.group_size(); ++i) {
      x.push_back(steps_.input(question_.x()[form.map.element(of, i)]));
    }
    return x;
  };
  Group group;
  group.number = number;
  group.x = members(number);
  const std::int64_t other = steps_.group_of_statistics(number);
  const std::vector<Real> sample = other == number ? group.x : members(other);
  if (form.location == Location::mean) group.mean = steps_.mean(sample);
  if (form.location == Location::given) group.mean = *at("mean", other);
  group.spread = form.spread == Spread::given ? *at("variance", other)
                                              : steps_.spread(sample, group.mean);
  if (form.clamps_variance) {
    group.clamp_acts = group.spread < 0;
    group.spread = maximum(group.spread, 0);
  }
  steps_.revised_statistics(group);
  group.scale = steps_.scale(group.spread, group);
  for (std::size_t i = 0; i < group.x.size(); ++i) {
    group.x_hat.push_back(steps_.normalized(group, i));
  }
  return group;
}

Real Model::number_of(const Group& group, Quantity quantity) const {
  const auto n = static_cast<Real>(group.x.size());
  const auto running = [&](std::string_view input, Real batch) {
    const Real old_value = *at(input, setting_.form.map.group_parameter(group.number));
    return group.x.empty() ? old_value : steps_.blended(old_value, batch);
  };
  switch (quantity) {
    case Quantity::mean:
      return group.mean;
    case Quantity::variance:
      return group.spread;
    case Quantity::rstd:
      return 1 / group.scale;
    case Quantity::norm:
      return group.scale;
    case Quantity::scale:
      return affine(group.number, 0).gamma.value_or(1) / group.scale;
    case Quantity::offset: {
      const Affine shared = affine(group.number, 0);
      const Real shift = group.mean * (shared.gamma.value_or(1) / group.scale);
      return shared.beta ? *shared.beta - shift : -shift;
    }
    case Quantity::running_mean:
      return running("running_mean", group.mean);
    case Quantity::running_variance:
      return running("running_variance", steps_.stored_variance(group.spread, n));
    case Quantity::dmean: {
      const std::vector<Real> w = weighted_dy(group);
      return -sum_of(terms_of(w, [&](Real a) { return a / group.scale; }));
    }
    case Quantity::dvariance: {
      if (group.x.empty()) return 0;
      if (group.scale == 0) return nan;
      const Real share = root_share(setting_, group.spread, group.scale);
      if (group.clamp_acts || share == 0) return 0;
      std::vector<Real> products = weighted_dy(group);
      for (std::size_t i = 0; i < products.size(); ++i) products[i] *= group.x_hat[i];
      return -share * sum_of(products) / (2 * group.scale * group.scale);
    }
    default:
      return nan;
  }
}

bool Model::is_zeroed(const Group& group) const {
  return group.scale == 0 && question_.zero_scale_gradient() == ZeroScaleGradient::zero;
}

std::vector<Real> Model::weighted_dy(const Group& group) const {
  std::vector<Real> w;
  for (std::size_t i = 0; i < group.x.size(); ++i) {
    const auto index = static_cast<std::int64_t>(i);
    w.push_back(*at("dy", setting_.form.map.element(group.number, index)));
    if (const auto gamma = affine(group.number, i).gamma) w.back() *= *gamma;
  }
  return w;
}

std::vector<Real> Model::dx(const Group& group) const {
  const std::size_t n = group.x.size();
  if (is_zeroed(group)) return std::vector<Real>(n, 0);
  if (group.scale == 0) return std::vector<Real>(n, nan);
  std::vector<Real> gamma;
  for (std::size_t i = 0; i < n; ++i) {
    gamma.push_back(affine(group.number, i).gamma.value_or(1));
  }
  return steps_.jacobian_product(group, weighted_dy(group), gamma);
}

std::vector<Real> Model::tangent_of_y(const Group& group) const {
  const std::size_t n = group.x.size();
  const CanonicalForm& form = setting_.form;
  const std::int64_t shared = form.map.group_parameter(group.number);
  const auto of_mean = at("tangent_mean", shared);
  const auto of_variance = at("tangent_variance", shared);
  const bool has_x = question_.input("tangent_x") != nullptr;
  std::vector<Real> v(n, 0);
  for (std::size_t i = 0; i < n && has_x; ++i) {
    v[i] =
        *at("tangent_x", form.map.element(group.number, static_cast<std::int64_t>(i)));
  }
  if (of_mean) {
    for (Real& entry : v) entry -= *of_mean;
  }
  const std::vector<Real> ones(n, 1);
  std::vector<Real> tangent = steps_.jacobian_product(group, v, ones);
  const Real share = root_share(setting_, group.spread, group.scale);
  const bool takes_variance = of_variance && !group.clamp_acts && share != 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (takes_variance) {
      tangent[i] -=
          share * group.x_hat[i] * *of_variance / (2 * group.scale * group.scale);
    }
    const std::int64_t parameter =
        form.map.parameter(group.number, static_cast<std::int64_t>(i));
    if (const auto gamma = affine(group.number, i).gamma) tangent[i] *= *gamma;
    if (const auto of_gamma = at("tangent_gamma", parameter)) {
      tangent[i] += group.x_hat[i] * *of_gamma;
    }
    if (group.scale == 0) tangent[i] = nan;
    if (const auto of_beta = at("tangent_beta", parameter)) tangent[i] += *of_beta;
  }
  return tangent;
}

std::vector<Real> Model::elements_of(const Group& group, Quantity quantity) const {
  if (quantity == Quantity::dx) return dx(group);
  if (quantity == Quantity::tangent_y) return tangent_of_y(group);
  std::vector<Real> y;
  for (std::size_t i = 0; i < group.x.size(); ++i) {
    y.push_back(steps_.y(group, i, affine(group.number, i)));
  }
  return y;
}

std::vector<Real> Model::gradient_of_parameter(Quantity quantity,
                                               std::size_t size) const {
  std::vector<std::vector<Real>> terms(size);
  const IndexMap& map = setting_.form.map;
  for (std::int64_t g = 0; g < map.groups(); ++g) {
    const Group of = group(g);
    if (quantity == Quantity::dgamma && is_zeroed(of)) continue;
    for (std::size_t i = 0; i < of.x.size(); ++i) {
      const auto index = static_cast<std::int64_t>(i);
      const Real dy = *at("dy", map.element(g, index));
      Real term = quantity == Quantity::dgamma
                      ? steps_.dgamma_term(of, i, dy, affine(g, i))
                      : steps_.dbeta_term(of, i, dy);
      if (quantity == Quantity::dgamma && of.scale == 0) term = nan;
      terms[static_cast<std::size_t>(map.parameter(g, index))].push_back(term);
    }
  }
  std::vector<Real> sums;
  sums.reserve(size);
  for (const std::vector<Real>& of_parameter : terms)
    sums.push_back(sum_of(of_parameter));
  return sums;
}

Tensor Model::answer(std::string_view output) const {
  const Quantity quantity = quantity_of(question_, output);
  const Shape shape = question_.output_shape(output);
  std::vector<Real> values(static_cast<std::size_t>(element_count(shape)));
  const IndexMap& map = setting_.form.map;
  if (is_gradient_of_parameter(quantity)) {
    values = gradient_of_parameter(quantity, values.size());
  } else {
    for (std::int64_t g = 0; g < map.groups(); ++g) {
      const Group of = group(g);
      if (!is_elementwise(quantity)) {
        values[static_cast<std::size_t>(g)] = number_of(of, quantity);
        continue;
      }
      const std::vector<Real> elements = elements_of(of, quantity);
      for (std::size_t i = 0; i < elements.size(); ++i) {
        const std::int64_t at = map.element(g, static_cast<std::int64_t>(i));
        values[static_cast<std::size_t>(at)] = elements[i];
      }
    }
  }
  return make_tensor(question_.output_formats(output).front(), shape,
                     std::vector<double>(values.begin(), values.end()));
}

}  // namespace truenorm::mutant
