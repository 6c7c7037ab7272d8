// SPDX-License-Identifier: Apache-2.0
// From tensors and an index map to a group; what is costly is made when first needed.
#include "oracle/loaded_group.hpp"

#include <cmath>

#include "oracle/group_sums.hpp"
#include "oracle/planted.hpp"

namespace truenorm {
namespace {

std::optional<Exact> element_of(const Tensor* tensor, std::int64_t index) {
  if (tensor == nullptr) return std::nullopt;
  return Exact::of_input((*tensor)[index]);
}

}  // namespace

LoadedGroup::LoadedGroup(const Question& question, const CanonicalForm& form,
                         std::int64_t group, Settler& settler,
                         long double unit_roundoff)
    : question_(question),
      form_(form),
      number_(group),
      settler_(settler),
      unit_roundoff_(unit_roundoff),
      exact_(form, GroupValues(question.x(), form.map, group), read_given()) {}

GivenStatistics LoadedGroup::read_given() const {
  if (form_.spread != Spread::given) return {};
  return {(*question_.input("mean"))[number_], (*question_.input("variance"))[number_]};
}

std::int64_t LoadedGroup::element_index(std::size_t i) const {
  return form_.map.element(number_, static_cast<std::int64_t>(i));
}

std::int64_t LoadedGroup::parameter_index(std::size_t i) const {
  return form_.map.parameter(number_, static_cast<std::int64_t>(i));
}

std::int64_t LoadedGroup::shared_index() const {
  return form_.map.group_parameter(number_);
}

Exact LoadedGroup::element(std::string_view input, std::size_t i) const {
  return Exact::of_input((*question_.input(input))[element_index(i)]);
}

std::optional<Exact> LoadedGroup::parameter(std::string_view input,
                                            std::size_t i) const {
  return element_of(question_.input(input), parameter_index(i));
}

std::optional<Exact> LoadedGroup::shared_parameter(std::string_view input) const {
  return element_of(question_.input(input), shared_index());
}

std::optional<Exact> LoadedGroup::with_offset(std::optional<Exact> gamma) const {
  if (!gamma || form_.gamma_offset == 0 || is_planted("gamma_offset_dropped")) {
    return gamma;
  }
  return *gamma + Exact(Rational(form_.gamma_offset));
}

std::optional<Exact> LoadedGroup::gamma(std::size_t i) const {
  return with_offset(parameter("gamma", i));
}

std::optional<Exact> LoadedGroup::shared_gamma() const {
  return with_offset(shared_parameter("gamma"));
}

Exact LoadedGroup::weighted_dy(std::size_t i) const {
  const std::optional<Exact> factor = gamma(i);
  const Exact dy = element("dy", i);
  return factor && !is_planted("dy_unweighted") ? dy * *factor : dy;
}

const VectorSums& LoadedGroup::sums_of_weighted_dy() const {
  if (!sums_of_weighted_dy_) {
    const Tensor* gamma =
        is_planted("dy_unweighted") ? nullptr : question_.input("gamma");
    const std::int64_t offset =
        is_planted("gamma_offset_dropped") ? 0 : form_.gamma_offset;
    sums_of_weighted_dy_ =
        finite_vector_sums(exact_, number_, {question_.input("dy"), gamma, offset});
  }
  if (!sums_of_weighted_dy_) {
    sums_of_weighted_dy_ =
        vector_sums(exact_, [this](std::size_t i) { return weighted_dy(i); });
  }
  return *sums_of_weighted_dy_;
}

const JacobianProduct& LoadedGroup::pullback() const {
  if (!pullback_) {
    const bool needs_sums = form_.spread != Spread::given;
    pullback_ = std::make_unique<JacobianProduct>(
        exact_, [this](std::size_t i) { return weighted_dy(i); },
        needs_sums ? sums_of_weighted_dy() : VectorSums());
  }
  return *pullback_;
}

const JacobianProduct& LoadedGroup::pushforward() const {
  if (!pushforward_) {
    const auto entry = [this](std::size_t i) { return element("tangent_x", i); };
    VectorSums sums;
    if (form_.spread != Spread::given) {
      const auto finite = finite_vector_sums(
          exact_, number_, {question_.input("tangent_x"), nullptr, 0});
      sums = finite ? *finite : vector_sums(exact_, entry);
    }
    pushforward_ = std::make_unique<JacobianProduct>(exact_, entry, sums);
  }
  return *pushforward_;
}

long double LoadedGroup::approximate(const Exact& value) const {
  if (!value.is_finite()) return 0;
  return settler_.approximate({&value.number(), 1});
}

long double LoadedGroup::magnitude(std::string_view input, std::int64_t index) const {
  const Tensor* tensor = question_.input(input);
  if (tensor == nullptr) return 0;
  const auto value = static_cast<long double>((*tensor)[index]);
  return std::isfinite(value) ? std::fabs(value) : 0;
}

long double LoadedGroup::element_magnitude(std::string_view input,
                                           std::size_t i) const {
  return magnitude(input, element_index(i));
}

long double LoadedGroup::parameter_magnitude(std::string_view input,
                                             std::size_t i) const {
  return magnitude(input, parameter_index(i));
}

long double LoadedGroup::shared_magnitude(std::string_view input) const {
  return magnitude(input, shared_index());
}

long double LoadedGroup::gamma_magnitude_at(std::int64_t index) const {
  const Tensor* gamma = question_.input("gamma");
  if (gamma == nullptr) return 1;
  const auto offset = static_cast<long double>(form_.gamma_offset);
  const auto value = static_cast<long double>((*gamma)[index]);
  return std::isfinite(value) ? std::fabs(value + offset) : 0;
}

long double LoadedGroup::gamma_magnitude(std::size_t i) const {
  return gamma_magnitude_at(parameter_index(i));
}

long double LoadedGroup::shared_gamma_magnitude() const {
  return gamma_magnitude_at(shared_index());
}

const Attainable& LoadedGroup::attainable() const {
  if (!attainable_) {
    attainable_ = std::make_unique<Attainable>(exact_, settler_, unit_roundoff_);
  }
  return *attainable_;
}

const AttainableProduct& LoadedGroup::attainable_pullback() const {
  if (!attainable_pullback_) {
    attainable_pullback_ = std::make_unique<AttainableProduct>(
        attainable(),
        [this](std::size_t i) {
          return element_magnitude("dy", i) * gamma_magnitude(i);
        },
        std::fabs(approximate(pullback().projection())));
  }
  return *attainable_pullback_;
}

const AttainableProduct& LoadedGroup::attainable_pushforward() const {
  if (!attainable_pushforward_) {
    attainable_pushforward_ = std::make_unique<AttainableProduct>(
        attainable(),
        [this](std::size_t i) { return element_magnitude("tangent_x", i); },
        std::fabs(approximate(pushforward().projection())));
  }
  return *attainable_pushforward_;
}

}  // namespace truenorm
