// SPDX-License-Identifier: Apache-2.0
// The passes over a group: a first look, the sums about a reference, S, products.
#include "oracle/filter/group_filter.hpp"

#include <algorithm>
#include <cmath>

#include "oracle/planted.hpp"

namespace truenorm::filter {
namespace {

/// Beyond these a group is scaled, so that its squares stay well within binary64.
constexpr double largest_unscaled = 0x1p300;
constexpr double smallest_unscaled = 0x1p-300;
constexpr int shift_down = -650;
constexpr int shift_up = 700;

Word word_of(const Rational& value) {
  const double high = round_to_nearest(float64, value);
  if (!std::isfinite(high)) return {high, 0};
  return {high, round_to_nearest(float64, Rational(value - exact(high)))};
}

ElementKind kind_of(Quantity quantity, const CanonicalForm& form) {
  switch (quantity) {
    case Quantity::dx:
      return ElementKind::dx;
    case Quantity::tangent_y:
      return ElementKind::tangent_y;
    case Quantity::dgamma:
      return ElementKind::dgamma;
    case Quantity::dbeta:
      return ElementKind::dbeta;
    default:
      return form.rounds_normalized ? ElementKind::rounded_y : ElementKind::y;
  }
}

bool takes_v(Quantity quantity) {
  return quantity == Quantity::dx || quantity == Quantity::dmean ||
         quantity == Quantity::dvariance || quantity == Quantity::dgamma ||
         quantity == Quantity::dbeta;
}

const Tensor* input_if(bool is_wanted, const Question& question, const char* name) {
  return is_wanted ? question.input(name) : nullptr;
}

}  // namespace

const double* Stream::read(std::int64_t group, std::int64_t begin, std::size_t count,
                           double factor) {
  if (tensor_ == nullptr) return nullptr;
  // Kernels read full packs.
  if (factor == 1 && count % pack_lanes == 0) {
    if (const double* there = reader_->find(*tensor_, group, begin, count))
      return there;
  }
  const std::int64_t key = reader_->is_same_for_all_groups() ? 0 : group;
  double* const values = values_->values.data();
  if (group_ != key || begin_ != begin || factor_ != factor) {
    reader_->read(*tensor_, group, begin, count, values);
    if (factor != 1) {
      std::for_each_n(values, count, [&](double& value) { value *= factor; });
    }
    group_ = key;
    begin_ = begin;
    factor_ = factor;
  }
  return values;
}

GroupFilter::GroupFilter(const Question& question, const CanonicalForm& form,
                         Quantity quantity, Need need, double unit_roundoff)
    : question_(question),
      canonical_(form),
      quantity_(quantity),
      need_(need),
      kind_(kind_of(quantity, form)),
      by_element_(form.map, GroupReader::Along::elements),
      by_parameter_(form.map, GroupReader::Along::parameters),
      x_(&question.x(), by_element_),
      // Gradients of parameters take dy alone.
      gamma_(input_if(quantity != Quantity::dgamma && quantity != Quantity::dbeta,
                      question, "gamma"),
             by_parameter_),
      beta_(input_if(quantity == Quantity::y, question, "beta"), by_parameter_),
      v_(takes_v(quantity)
             ? question.input("dy")
             : input_if(quantity == Quantity::tangent_y, question, "tangent_x"),
         by_element_),
      tangent_gamma_(
          input_if(quantity == Quantity::tangent_y, question, "tangent_gamma"),
          by_parameter_),
      tangent_beta_(input_if(quantity == Quantity::tangent_y, question, "tangent_beta"),
                    by_parameter_),
      size_(form.map.group_size()) {
  for (const auto& [name, tensor] : question.inputs()) {
    inputs_are_narrow_ = inputs_are_narrow_ && tensor.format() != float64;
  }
  form_.location = form.location;
  form_.spread = form.spread;
  form_.power = form.power;
  form_.eps_mode = form.eps_mode;
  form_.clamps_variance = form.clamps_variance;
  form_.size = static_cast<double>(size_);
  form_.divisor = static_cast<double>(form.divisor());
  form_.unit_roundoff = unit_roundoff;
  eps_ = word_of(form.eps);
  form_.eps_is_zero = form.eps == 0;
  long_eps_ = to_long_double(form.eps);
  if (quantity == Quantity::running_mean || quantity == Quantity::running_variance) {
    const Rational& momentum = question.real("momentum");
    momentum_ = word_of(momentum);
    one_minus_momentum_ = word_of(1 - momentum);
  }
}

std::size_t GroupFilter::count_at(std::int64_t begin, std::int64_t size) {
  return static_cast<std::size_t>(
      std::min(size - begin, static_cast<std::int64_t>(chunk_size)));
}

template <typename Visit>
void GroupFilter::for_each_chunk(const Visit& visit) {
  for (std::int64_t begin = 0; begin < size_;
       begin += static_cast<std::int64_t>(chunk_size)) {
    visit(begin, count_at(begin, size_));
  }
}

double GroupFilter::shared(std::string_view input, double absent) const {
  const Tensor* tensor = question_.input(input);
  if (tensor == nullptr) return absent;
  return (*tensor)[canonical_.map.group_parameter(group_)];
}

bool GroupFilter::load(std::int64_t group) {
  group_ = group;
  factor_ = 1;
  if (size_ == 0 || !take_rough()) return false;
  if (form_.spread == Spread::given && !take_given(group)) return false;
  take_central();
  form_.eps = scaled_eps();
  kernels().statistics(form_, rough_, central_, given_, statistics_);
  if (!statistics_.is_usable) return false;
  // A derivative has no lambda there.
  const bool is_derivative = question_.direction() != Direction::forward;
  if (is_derivative && !statistics_.has_root_share) return false;
  take_constants();
  if (need_ == Need::scores) take_sensitivity();
  if (needs_products() && !take_products()) return false;
  if (constants_.is_given && quantity_ == Quantity::tangent_y) take_given_tangents();
  return true;
}

/// Scaled exactly: it may have a size that only the scaled squares share.
Word GroupFilter::scaled_eps() const {
  if (factor_ == 1) return eps_;
  const Rational factor = exact(factor_);
  const bool is_of_square =
      form_.eps_mode == EpsMode::inside || form_.eps_mode == EpsMode::floor_inside;
  return word_of(canonical_.eps * (is_of_square ? Rational(factor * factor) : factor));
}

bool GroupFilter::take_rough() {
  const auto look = [&] {
    rough_ = {};
    for_each_chunk([&](std::int64_t begin, std::size_t count) {
      kernels().rough(x_.read(group_, begin, count, factor_), count, rough_);
    });
  };
  look();
  const double largest = std::max(-rough_.low, rough_.high);
  if (form_.spread == Spread::given || largest == 0) {
    return std::isfinite(rough_.magnitudes);
  }
  if (std::isfinite(largest) && largest > largest_unscaled) {
    factor_ = std::ldexp(1.0, shift_down);
    look();
  } else if (largest < smallest_unscaled) {
    factor_ = std::ldexp(1.0, shift_up);
    look();
  }
  return std::isfinite(rough_.magnitudes);
}

bool GroupFilter::take_given(std::int64_t group) {
  given_mean_ = (*question_.input("mean"))[group];
  given_.variance = (*question_.input("variance"))[group];
  return std::isfinite(given_mean_) && std::isfinite(given_.variance);
}

void GroupFilter::take_central() {
  constants_ = {};
  central_ = {};
  if (form_.location == Location::given) constants_.reference = given_mean_;
  if (form_.location == Location::mean) {
    // Of equal elements the mean is known, whatever their sum rounds to.
    constants_.reference =
        rough_.low == rough_.high ? rough_.low : rough_.sum / form_.size;
  }
  if (form_.spread == Spread::given || form_.power == Power::infinity) return;
  for_each_chunk([&](std::int64_t begin, std::size_t count) {
    kernels().central(x_.read(group_, begin, count, factor_), count, form_,
                      constants_.reference, central_);
  });
}

void GroupFilter::take_constants() {
  constants_.shift = statistics_.shift.value;
  constants_.shift_error = statistics_.shift.error;
  // Scaling down may have rounded what is smallest.
  if (factor_ < 1) constants_.shift_error += 0x1p-1070;
  const Bounded& r = statistics_.reciprocal;
  constants_.reciprocal = r.value;
  constants_.reciprocal_error = r.error / r.value.hi * (1 + 0x1p-20);
  constants_.unscale = factor_;
  constants_.gamma_offset = canonical_.gamma_offset;
  constants_.unit_roundoff = form_.unit_roundoff;
  constants_.is_given = form_.spread == Spread::given;
  constants_.is_narrow =
      inputs_are_narrow_ && r.value.hi < 0x1p300 && r.value.hi > 0x1p-200;
}

void GroupFilter::take_sensitivity() {
  SpreadSums spread;
  const bool has_sums = form_.spread != Spread::given && form_.power == Power::two;
  if (has_sums) {
    for_each_chunk([&](std::int64_t begin, std::size_t count) {
      kernels().spread(x_.read(group_, begin, count, factor_), count, constants_,
                       spread);
    });
  }
  const long double unscale = 1 / static_cast<long double>(factor_);
  const auto unscaled = [&](double value, int power) {
    return static_cast<long double>(value) * unscale * (power == 2 ? unscale : 1);
  };
  GroupMeasures measures;
  measures.size = form_.size;
  measures.divisor = form_.divisor;
  const double mean = constants_.reference + constants_.shift.hi;
  measures.mean = unscaled(mean, 1);
  measures.spread = unscaled(statistics_.spread.value.hi, 2);
  measures.eps = long_eps_;
  measures.spread_plus_eps = measures.spread + long_eps_;
  measures.scale = unscaled(statistics_.scale.value.hi, 1);
  measures.largest_x = unscaled(std::max(-rough_.low, rough_.high), 1);
  measures.magnitudes = unscaled(rough_.magnitudes, 1);
  measures.squares = unscaled(rough_.squares, 2);
  measures.products = unscaled(spread.products, 2);
  measures.deviations = unscaled(spread.deviations, 1);
  attainable_.emplace(canonical_, measures,
                      static_cast<long double>(form_.unit_roundoff));
  const AttainableGroup& s = *attainable_;
  const double r = constants_.reciprocal.hi;
  constants_.kappa = static_cast<double>(s.kappa());
  if (form_.location == Location::given) {
    constants_.of_x = r;
    constants_.of_mean = r * std::fabs(mean);
    constants_.rho = constants_.kappa / 2;
  } else {
    constants_.of_x = r * static_cast<double>(s.uncentred());
    constants_.of_mean = static_cast<double>(s.mean_error() / measures.scale);
    constants_.rho =
        is_planted("filter_rho_dropped") ? 0 : static_cast<double>(s.rho());
    constants_.cap = 1 / (3 * form_.unit_roundoff);
    constants_.is_capped = s.rho_is_capped();
  }
  if (form_.power != Power::two) {
    constants_.plain_sensitivity = form_.power == Power::one ? 4 : 2;
  }
}

bool GroupFilter::needs_products() const {
  if (quantity_ == Quantity::dmean || quantity_ == Quantity::dvariance) return true;
  return form_.spread != Spread::given &&
         (quantity_ == Quantity::dx || (quantity_ == Quantity::tangent_y &&
                                        question_.input("tangent_x") != nullptr));
}

bool GroupFilter::take_products() {
  products_ = {};
  for_each_chunk([&](std::int64_t begin, std::size_t count) {
    ElementArrays arrays;
    arrays.count = count;
    arrays.x = x_.read(group_, begin, count, factor_);
    arrays.v = v_.read(group_, begin, count);
    // A tangent of x is not weighted.
    if (quantity_ != Quantity::tangent_y) {
      arrays.gamma = gamma_.read(group_, begin, count);
    }
    kernels().products(arrays, constants_, products_);
  });
  if (!constants_.is_given) {
    kernels().share_products(form_, statistics_, products_, constants_);
  }
  return !products_.loses_bits && std::isfinite(products_.v.magnitudes) &&
         std::isfinite(products_.moments.magnitudes);
}

void GroupFilter::take_given_tangents() {
  const double of_variance = shared("tangent_variance", 0);
  kernels().share_given_tangents(statistics_, shared("tangent_mean", 0), of_variance,
                                 constants_);
  if (!attainable_) return;
  constants_.of_variance_sensitivity =
      static_cast<double>(attainable_->dvariance_factor()) * std::fabs(of_variance);
}

QuantityInputs GroupFilter::quantity_inputs() const {
  QuantityInputs inputs;
  if (question_.input("gamma") != nullptr) {
    inputs.gamma = shared("gamma", 1);
    inputs.gamma_offset = canonical_.gamma_offset;
  }
  inputs.has_beta = question_.input("beta") != nullptr;
  inputs.beta = shared("beta", 0);
  inputs.momentum = momentum_;
  inputs.one_minus_momentum = one_minus_momentum_;
  if (quantity_ == Quantity::running_mean || quantity_ == Quantity::running_variance) {
    const bool is_mean = quantity_ == Quantity::running_mean;
    inputs.old_value = shared(is_mean ? "running_mean" : "running_variance", 0);
    inputs.momentum_is_of_new = question_.choice("momentum_of") == "new";
    inputs.stores_unbiased =
        question_.choice("running_variance_divisor") == "n_minus_1";
  }
  return inputs;
}

std::optional<Bounded> GroupFilter::statistic() const {
  const QuantityInputs inputs = quantity_inputs();
  // A variance of one element that is stored with divisor 0.
  if (inputs.stores_unbiased && quantity_ == Quantity::running_variance && size_ < 2) {
    return std::nullopt;
  }
  return kernels().quantity(quantity_, form_, statistics_, constants_, products_,
                            inputs);
}

Sensitivity GroupFilter::statistic_sensitivity() const {
  const AttainableGroup& s = *attainable_;
  const QuantityInputs inputs = quantity_inputs();
  const long double gamma =
      std::fabs(inputs.gamma + static_cast<long double>(inputs.gamma_offset));
  switch (quantity_) {
    case Quantity::mean:
      return s.mean();
    case Quantity::variance:
      return s.variance();
    case Quantity::rstd:
      return s.rstd();
    case Quantity::norm:
      return s.norm();
    case Quantity::scale:
      return s.scale(gamma);
    case Quantity::offset:
      return s.offset(gamma, std::fabs(inputs.beta));
    case Quantity::running_mean:
      return blended_sensitivity(question_, inputs.old_value, s.mean());
    case Quantity::running_variance: {
      const auto n = static_cast<long double>(size_);
      return blended_sensitivity(
          question_, inputs.old_value,
          s.variance() * (inputs.stores_unbiased ? n / (n - 1) : 1));
    }
    case Quantity::dmean:
      return s.dmean(products_.v.magnitudes, s.reciprocal() * products_.v.sum.hi);
    case Quantity::dvariance: {
      const long double of_moments =
          s.reciprocal() * static_cast<long double>(products_.moments.magnitudes);
      const long double sum = products_.errors + (4 + s.kappa()) * of_moments;
      return {sum * s.dvariance_factor(), false};
    }
    default:
      return {};
  }
}

ElementArrays GroupFilter::elements(std::int64_t begin) {
  ElementArrays arrays;
  const std::size_t count = count_at(begin, size_);
  arrays.count = count;
  arrays.x = x_.read(group_, begin, count, factor_);
  arrays.gamma = gamma_.read(group_, begin, count);
  arrays.beta = beta_.read(group_, begin, count);
  arrays.v = v_.read(group_, begin, count);
  arrays.tangent_gamma = tangent_gamma_.read(group_, begin, count);
  arrays.tangent_beta = tangent_beta_.read(group_, begin, count);
  return arrays;
}

}  // namespace truenorm::filter
