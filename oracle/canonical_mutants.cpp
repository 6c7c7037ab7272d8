// SPDX-License-Identifier: Apache-2.0
// A few lines for each mutant.
#include "oracle/canonical_mutants.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace truenorm {
namespace {

// Attributes.

template <typename Value>
bool replace(Attributes& attributes, std::string_view attribute, Value value) {
  const auto found = attributes.find(attribute);
  if (found == attributes.end() || found->second == AttributeValue(value)) return false;
  found->second = std::move(value);
  return true;
}

bool replace_eps(Attributes& attributes, const Rational& eps) {
  return replace(attributes, "eps", eps);
}

bool drop_eps(Attributes& attributes, const Question& /*question*/) {
  return replace_eps(attributes, 0);
}

bool fix_eps_at_1e_5(Attributes& attributes, const Question& /*question*/) {
  return replace_eps(attributes, exact(1e-5));
}

bool fix_eps_at_1e_6(Attributes& attributes, const Question& /*question*/) {
  return replace_eps(attributes, exact(1e-6));
}

bool fix_eps_at_1e_12(Attributes& attributes, const Question& /*question*/) {
  return replace_eps(attributes, exact(1e-12));
}

bool take_eps_of_dtype(Attributes& attributes, const Question& question) {
  return replace_eps(attributes,
                     power_of_two(1 - question.x().format().precision_bits));
}

bool take_axis_for_eps(Attributes& attributes, const Question& /*question*/) {
  return replace_eps(attributes, -1);
}

bool round_eps(Attributes& attributes, const Question& question) {
  const double rounded = round_to_nearest(question.x().format(), question.real("eps"));
  return std::isfinite(rounded) && replace_eps(attributes, exact(rounded));
}

bool square_eps(Attributes& attributes, const Question& question) {
  const Rational& eps = question.real("eps");
  return replace_eps(attributes, eps * eps);
}

bool flip_gamma_offset(Attributes& attributes, const Question& question) {
  return question.input("gamma") != nullptr &&
         replace(attributes, "gamma_offset", 1 - question.integer("gamma_offset"));
}

bool flip_round_normalized(Attributes& attributes, const Question& question) {
  return question.input("gamma") != nullptr &&
         replace(attributes, "round_normalized", !question.flag("round_normalized"));
}

bool replace_eps_mode(Attributes& attributes, const char* mode) {
  return replace(attributes, "eps_mode", std::string(mode));
}

bool take_eps_outside(Attributes& attributes, const Question& /*question*/) {
  return replace_eps_mode(attributes, "outside");
}

bool take_eps_inside(Attributes& attributes, const Question& /*question*/) {
  return replace_eps_mode(attributes, "inside");
}

bool floor_norm(Attributes& attributes, const Question& /*question*/) {
  return replace_eps_mode(attributes, "floor");
}

bool floor_square(Attributes& attributes, const Question& /*question*/) {
  return replace_eps_mode(attributes, "floor_inside");
}

bool store_biased_variance(Attributes& attributes, const Question& question) {
  return question.input("running_variance") != nullptr &&
         replace(attributes, "running_variance_divisor", std::string("n"));
}

bool store_unbiased_variance(Attributes& attributes, const Question& question) {
  return question.input("running_variance") != nullptr &&
         replace(attributes, "running_variance_divisor", std::string("n_minus_1"));
}

bool swap_momentum(Attributes& attributes, const Question& question) {
  const bool is_of_new = question.choice("momentum_of") == "new";
  return replace(attributes, "momentum_of", std::string(is_of_new ? "old" : "new"));
}

// Partitions.

bool contains(const std::vector<std::size_t>& axes, std::size_t axis) {
  return std::find(axes.begin(), axes.end(), axis) != axes.end();
}

/// Whether an axis has more than one place, so that it matters where it belongs.
bool is_long(const Partition& partition, std::size_t axis) {
  return partition.shape[axis] > 1;
}

bool move_inside(Partition& partition, std::size_t axis) {
  if (!contains(partition.group_axes, axis)) return false;
  std::erase(partition.group_axes, axis);
  partition.inner_axes.push_back(axis);
  std::sort(partition.inner_axes.begin(), partition.inner_axes.end());
  return is_long(partition, axis);
}

bool move_outside(Partition& partition, std::size_t axis) {
  if (!contains(partition.inner_axes, axis)) return false;
  std::erase(partition.inner_axes, axis);
  partition.group_axes.push_back(axis);
  std::sort(partition.group_axes.begin(), partition.group_axes.end());
  return is_long(partition, axis);
}

bool keep_last_axis_only(Partition& partition, const Question& /*question*/) {
  std::vector<std::size_t> others = partition.inner_axes;
  if (others.size() < 2) return false;
  std::sort(others.begin(), others.end());
  others.pop_back();
  bool has_changed = false;
  for (const std::size_t axis : others) {
    has_changed = move_outside(partition, axis) || has_changed;
  }
  return has_changed;
}

/// Takes in the group axis before the first inner one, as for a begin axis one too low.
bool begin_one_axis_early(Partition& partition, const Question& /*question*/) {
  if (partition.inner_axes.empty()) return false;
  const std::size_t first =
      *std::min_element(partition.inner_axes.begin(), partition.inner_axes.end());
  return first > 0 && move_inside(partition, first - 1);
}

/// Reduces over axis 0 where the last one is due: a negative axis that is not resolved.
bool take_first_axis(Partition& partition, const Question& /*question*/) {
  const std::size_t last = partition.shape.size() - 1;
  if (partition.inner_axes.size() != 1 || partition.inner_axes.front() != last ||
      last == 0 || (!is_long(partition, 0) && !is_long(partition, last))) {
    return false;
  }
  static_cast<void>(move_outside(partition, last));
  static_cast<void>(move_inside(partition, 0));
  return true;
}

/// The dimension after the named one, round the end.
bool take_next_dim(Partition& partition, const Question& question) {
  const std::size_t rank = partition.shape.size();
  const auto dim =
      static_cast<std::size_t>(std::get<std::int64_t>(question.attributes().at("dim")));
  const std::size_t next = (dim + 1) % rank;
  if (next == dim || (!is_long(partition, dim) && !is_long(partition, next))) {
    return false;
  }
  const bool is_inner = contains(partition.inner_axes, dim);
  for (const std::size_t axis : {dim, next}) {
    const bool goes_inside = (axis == next) == is_inner;
    static_cast<void>(goes_inside ? move_inside(partition, axis)
                                  : move_outside(partition, axis));
  }
  return true;
}

bool has_samples(const Question& question) {
  const auto batched = question.attributes().find("batched");
  return batched == question.attributes().end() || std::get<bool>(batched->second);
}

bool pool_samples(Partition& partition, const Question& question) {
  return has_samples(question) && move_inside(partition, 0);
}

bool part_samples(Partition& partition, const Question& question) {
  return has_samples(question) && move_outside(partition, 0);
}

/// Statistics for each place in space.
bool part_space(Partition& partition, const Question& question) {
  std::vector<std::size_t> space = partition.inner_axes;
  if (has_samples(question)) std::erase(space, std::size_t{0});
  bool has_changed = false;
  for (const std::size_t axis : space) {
    has_changed = move_outside(partition, axis) || has_changed;
  }
  return has_changed;
}

/// The axis of group_norm's groups; the channels of a group come after it.
std::size_t axis_of_groups(const Question& question) {
  const bool is_first = question.choice("layout") == "channels_first";
  return is_first ? 1 : question.x().shape().size() - 1;
}

bool ignore_groups(Partition& partition, const Question& question) {
  return move_inside(partition, axis_of_groups(question));
}

bool part_channels(Partition& partition, const Question& question) {
  return move_outside(partition, axis_of_groups(question) + 1);
}

bool has_parameters(const Question& question) {
  return question.input("gamma") != nullptr || question.input("beta") != nullptr;
}

/// Parameters of the group where those of the channel are due.
bool take_parameters_of_group(Partition& partition, const Question& question) {
  const std::size_t groups = axis_of_groups(question);
  if (!has_parameters(question) || question.choice("affine") == "per_group" ||
      partition.shape[groups + 1] < 2) {
    return false;
  }
  partition.parameter_strides[groups] = 1;
  partition.parameter_strides[groups + 1] = 0;
  return true;
}

/// Channel g + m G where channel g M + m is due.
bool interleave_parameters(Partition& partition, const Question& question) {
  const std::size_t groups = axis_of_groups(question);
  if (!has_parameters(question) || question.choice("affine") == "per_group" ||
      !is_long(partition, groups) || !is_long(partition, groups + 1)) {
    return false;
  }
  partition.parameter_strides[groups] = 1;
  partition.parameter_strides[groups + 1] = partition.shape[groups];
  return true;
}

/// Parameters read as if their first axis varied fastest.
bool transpose_parameters(Partition& partition, const Question& question) {
  std::vector<std::size_t> axes = partition.inner_axes;
  const auto is_short = [&](std::size_t axis) { return !is_long(partition, axis); };
  if (!has_parameters(question) ||
      axes.size() - static_cast<std::size_t>(
                        std::count_if(axes.begin(), axes.end(), is_short)) <
          2) {
    return false;
  }
  std::int64_t stride = 1;
  for (const std::size_t axis : axes) {
    partition.parameter_strides[axis] = stride;
    stride *= partition.shape[axis];
  }
  return true;
}

// Forms.

bool divide_by_n_minus_1(CanonicalForm& form, const Question& /*question*/) {
  if (form.spread != Spread::variance) return false;
  form.ddof = 1;
  return true;
}

bool leave_mean_in(CanonicalForm& form, const Question& /*question*/) {
  if (form.location != Location::mean) return false;
  form.location = Location::none;
  form.spread = Spread::mean_square;
  return true;
}

bool take_mean_out(CanonicalForm& form, const Question& /*question*/) {
  if (form.spread != Spread::mean_square) return false;
  form.location = Location::mean;
  form.spread = Spread::variance;
  return true;
}

bool take_sum_for_mean(CanonicalForm& form, const Question& /*question*/) {
  if (form.spread != Spread::mean_square || form.map.group_size() < 2) return false;
  form.spread = Spread::sum_square;
  return true;
}

bool take_batch_statistics(CanonicalForm& form, const Question& /*question*/) {
  if (form.spread != Spread::given) return false;
  form.location = Location::mean;
  form.spread = Spread::variance;
  return true;
}

constexpr Deviation of_attributes(std::string_view name,
                                  bool (*change)(Attributes&, const Question&)) {
  return {name, change, nullptr, nullptr};
}

constexpr Deviation of_partition(std::string_view name,
                                 bool (*change)(Partition&, const Question&)) {
  return {name, nullptr, change, nullptr};
}

constexpr Deviation of_form(std::string_view name,
                            bool (*change)(CanonicalForm&, const Question&)) {
  return {name, nullptr, nullptr, change};
}

constexpr Deviation deviations[] = {
    of_attributes("eps_outside_sqrt", take_eps_outside),
    of_attributes("eps_dropped", drop_eps),
    of_attributes("eps_fixed_at_1e_5", fix_eps_at_1e_5),
    of_attributes("eps_fixed_at_1e_6", fix_eps_at_1e_6),
    of_attributes("eps_fixed_at_1e_12", fix_eps_at_1e_12),
    of_attributes("eps_of_dtype", take_eps_of_dtype),
    of_attributes("eps_from_axis", take_axis_for_eps),
    of_attributes("eps_in_storage_dtype", round_eps),
    of_attributes("eps_inside_sqrt", take_eps_inside),
    of_attributes("eps_as_floor", floor_norm),
    of_attributes("eps_as_floor_of_square", floor_square),
    of_attributes("eps_squared", square_eps),
    of_form("unbiased_variance", divide_by_n_minus_1),
    of_attributes("running_variance_biased", store_biased_variance),
    of_attributes("running_variance_unbiased", store_unbiased_variance),
    of_attributes("momentum_swapped", swap_momentum),
    of_form("batch_statistics_in_inference", take_batch_statistics),
    of_attributes("gamma_offset_flipped", flip_gamma_offset),
    of_attributes("normalized_rounding_flipped", flip_round_normalized),
    of_partition("last_axis_only", keep_last_axis_only),
    of_partition("one_axis_too_many", begin_one_axis_early),
    of_partition("first_axis_for_last", take_first_axis),
    of_partition("next_dim", take_next_dim),
    of_partition("samples_pooled", pool_samples),
    of_partition("samples_apart", part_samples),
    of_partition("places_apart", part_space),
    of_partition("groups_ignored", ignore_groups),
    of_partition("channels_apart", part_channels),
    of_partition("parameters_transposed", transpose_parameters),
    of_partition("parameters_of_group", take_parameters_of_group),
    of_partition("parameters_interleaved", interleave_parameters),
    of_form("mean_left_in", leave_mean_in),
    of_form("mean_taken_out", take_mean_out),
    of_form("sum_for_mean_square", take_sum_for_mean),
};

}  // namespace

const Deviation* find_deviation(std::string_view mutant) {
  const auto* const found =
      std::find_if(std::begin(deviations), std::end(deviations),
                   [&](const Deviation& each) { return each.name == mutant; });
  return found == std::end(deviations) ? nullptr : found;
}

}  // namespace truenorm
