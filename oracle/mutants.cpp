// SPDX-License-Identifier: Apache-2.0
// The table of mutants, and answers of those that are canonical.
#include "oracle/mutants.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "oracle/canonical_mutants.hpp"
#include "oracle/truths.hpp"

namespace truenorm {
namespace {

using Names = std::vector<std::string_view>;

const Names every{"layer_norm",          "rms_norm",    "group_norm",
                  "instance_norm",       "batch_norm",  "batch_norm_inference",
                  "normalize_along_dim", "weight_norm", "lp_normalize"};
const Names with_gamma{"layer_norm",          "rms_norm",   "group_norm",
                       "instance_norm",       "batch_norm", "batch_norm_inference",
                       "normalize_along_dim", "weight_norm"};
const Names with_variance{"layer_norm", "group_norm", "instance_norm", "batch_norm",
                          "normalize_along_dim"};
const Names over_axes{"layer_norm", "rms_norm"};
const Names along_dim{"normalize_along_dim", "weight_norm", "lp_normalize"};
const Names norms{"weight_norm", "lp_normalize"};
const Names averaged{"layer_norm",    "rms_norm",   "group_norm",
                     "instance_norm", "batch_norm", "normalize_along_dim"};
/// Those whose scale is a root that epsilon may be added to.
const Names rooted{"layer_norm",         "rms_norm",   "group_norm",
                   "instance_norm",      "batch_norm", "batch_norm_inference",
                   "normalize_along_dim"};
const Names with_shift{"layer_norm", "group_norm",           "instance_norm",
                       "batch_norm", "batch_norm_inference", "normalize_along_dim"};
const std::vector<Direction> vjp{Direction::vjp};
const std::vector<Direction> any{Direction::forward, Direction::vjp, Direction::jvp};
const std::vector<Direction> forward{Direction::forward};

const std::vector<Mutant>& table() {
  constexpr bool canonical = true;
  static const std::vector<Mutant> mutants_by_family{
      {"eps_outside_sqrt", "EPS-OUT",
       "adds epsilon to the root instead of its radicand", canonical, every, any},
      {"eps_dropped", "EPS-0", "divides without epsilon", canonical, every, any},
      {"eps_fixed_at_1e_5", "EPS-HARD", "has an epsilon of its own, 1e-5", canonical,
       every, any},
      {"eps_fixed_at_1e_6", "EPS-HARD", "has an epsilon of its own, 1e-6", canonical,
       every, any},
      {"eps_fixed_at_1e_12", "EPS-HARD", "has an epsilon of its own, 1e-12", canonical,
       every, any},
      {"eps_of_dtype", "EPS-HARD", "takes the ulp of 1 in x's dtype for epsilon",
       canonical, every, any},
      {"eps_from_axis", "EPS-HARD", "takes the axis, -1, for epsilon", canonical,
       over_axes, any},
      {"eps_in_storage_dtype", "EPS-LOWP", "rounds epsilon to x's dtype", canonical,
       every, any},
      {"variance_in_storage_dtype", "EPS-LOWP",
       "rounds variance + epsilon to x's dtype before the root", !canonical, rooted,
       any},
      {"eps_scaled_by_largest", "EPS-SCALED",
       "divides x by its largest magnitude and adds epsilon to that", !canonical,
       rooted, any},
      {"divided_by_square", "RSTD-POW", "divides by (variance + epsilon)^2", !canonical,
       rooted, any},
      {"multiplied_by_std", "RSTD-POW", "multiplies by what it should divide by",
       !canonical, every, any},
      {"eps_added_to_count", "RSTD-POW", "adds epsilon to n instead of the variance",
       !canonical, rooted, any},
      {"single_pass_variance", "VAR1P",
       "takes the variance as E[x^2] - E[x]^2, which cancels", !canonical,
       with_variance, any},
      {"single_pass_variance_clamped", "VAR1P",
       "takes E[x^2] - E[x]^2, and 0 where that is negative", !canonical, with_variance,
       any},
      {"single_pass_variance_cut", "VAR1P",
       "takes E[x^2] - E[x]^2, and 0 where that is below 1e-6", !canonical,
       with_variance, any},
      {"unbiased_variance", "VAR-N1",
       "divides the sum of squares by n - 1 instead of n", canonical, with_variance,
       any},
      {"running_variance_biased",
       "RUNVAR",
       "stores the variance with divisor n where n - 1 is due",
       canonical,
       {"batch_norm"},
       forward},
      {"running_variance_unbiased",
       "RUNVAR",
       "stores the variance with divisor n - 1 where n is due",
       canonical,
       {"batch_norm"},
       forward},
      {"momentum_swapped",
       "MOM-SWAP",
       "weights old and new running statistics the other way round",
       canonical,
       {"batch_norm"},
       forward},
      {"batch_statistics_in_inference",
       "STATS-SRC",
       "normalizes by the statistics of x where others are given",
       canonical,
       {"batch_norm_inference"},
       forward},
      {"running_variance_corrected_with_eps",
       "RUNVAR",
       "stores the variance times n/(n - (1 + epsilon))",
       !canonical,
       {"batch_norm"},
       forward},
      {"running_variance_with_eps",
       "RUN-EPS-LEAK",
       "stores variance + epsilon",
       !canonical,
       {"batch_norm"},
       forward},
      {"running_statistics_frozen",
       "RUN-FROZEN",
       "does not update running statistics",
       !canonical,
       {"batch_norm"},
       forward},
      {"running_statistics_from_zero",
       "RUN-FROZEN",
       "updates running statistics as if they had been 0",
       !canonical,
       {"batch_norm"},
       forward},
      {"accumulated_in_storage_dtype", "ACC-LOWP", "adds up in x's dtype", !canonical,
       averaged, any},
      {"squared_in_storage_dtype", "ACC-LOWP", "squares in x's dtype", !canonical,
       averaged, any},
      {"count_in_float16", "ACC-LOWP", "divides by n in float16", !canonical, averaged,
       any},
      {"input_in_float16", "ACC-RANGE", "rounds x to float16 first", !canonical, every,
       any},
      {"accumulated_in_working_dtype", "ACC-RANGE",
       "adds up one by one and squares in float32 or float64", !canonical, averaged,
       any},
      {"root_of_count_rounded", "ACC-SERIAL", "takes 1/n for (1/sqrt(n) in bfloat16)^2",
       !canonical, averaged, any},
      {"count_reciprocal_rounded", "ACC-SERIAL",
       "multiplies the sum by 1/n, which is rounded", !canonical, with_variance, any},
      {"statistics_in_storage_dtype", "STAT-TRUNC", "keeps mean and rstd in x's dtype",
       !canonical, averaged, any},
      {"running_statistics_in_training",
       "STATS-SRC",
       "normalizes by the old running statistics in training",
       !canonical,
       {"batch_norm"},
       forward},
      {"updated_statistics_in_training",
       "STATS-SRC",
       "normalizes by the updated running statistics in training",
       !canonical,
       {"batch_norm"},
       forward},
      {"normalized_rounding_flipped", "CAST-ORDER",
       "rounds the normalized value before gamma where that is not due, or does not",
       canonical, with_gamma, forward},
      {"gamma_in_storage_dtype", "CAST-ORDER", "rounds 1 + gamma to x's dtype",
       !canonical, with_gamma, any},
      {"affine_folded", "AFFINE-FOLD", "computes x a + b with a and b rounded",
       !canonical, with_shift, forward},
      {"gamma_before_scale", "AFFINE-FOLD",
       "multiplies by gamma before it divides, which may overflow", !canonical,
       with_gamma, forward},
      {"gamma_offset_flipped", "GAMMA-OFS", "takes 1 + gamma for gamma, or the reverse",
       canonical, with_gamma, any},
      {"last_axis_only", "AXIS", "reduces over the last of several axes", canonical,
       over_axes, any},
      {"one_axis_too_many", "AXIS", "reduces over the axis before the first one, too",
       canonical, over_axes, any},
      {"first_axis_for_last", "AXIS", "reduces over axis 0 where the last one is due",
       canonical, over_axes, any},
      {"next_dim", "AXIS", "takes the dimension after the one that is named", canonical,
       along_dim, any},
      {"samples_pooled",
       "AXIS",
       "reduces over the samples, too",
       canonical,
       {"group_norm", "instance_norm"},
       any},
      {"samples_apart",
       "AXIS",
       "reduces over each sample by itself",
       canonical,
       {"batch_norm"},
       any},
      {"places_apart",
       "AXIS",
       "does not reduce over space",
       canonical,
       {"group_norm", "batch_norm"},
       any},
      {"groups_ignored",
       "AXIS",
       "reduces over all groups at once",
       canonical,
       {"group_norm"},
       any},
      {"channels_apart",
       "AXIS",
       "reduces over each channel of a group by itself",
       canonical,
       {"group_norm"},
       any},
      {"parameters_transposed", "AXIS",
       "reads gamma and beta as if their first axis varied fastest", canonical,
       over_axes, any},
      {"mean_left_in", "MEAN", "does not subtract the mean", canonical, with_variance,
       any},
      {"mean_taken_out",
       "MEAN",
       "subtracts a mean where none is due",
       canonical,
       {"rms_norm"},
       any},
      {"sum_for_mean_square",
       "MEAN",
       "divides by the root of the sum of squares",
       canonical,
       {"rms_norm"},
       any},
      {"parameters_of_group",
       "GB-GROUP",
       "takes gamma and beta of the group's number instead of the channel's",
       canonical,
       {"group_norm"},
       any},
      {"parameters_interleaved",
       "GB-GROUP",
       "counts channels across the groups instead of within each",
       canonical,
       {"group_norm"},
       any},
      {"empty_lanes_counted", "LANES",
       "counts lanes of zeros that fill up the last eight", !canonical, with_variance,
       any},
      {"rows_wrapped", "IDX32",
       "takes the statistics of group number i mod 256 for group i", !canonical,
       averaged, any},
      {"dx_without_mean", "DX-PARTIAL", "does not subtract the mean of w from dx",
       !canonical, with_variance, vjp},
      {"dx_without_projection", "DX-PARTIAL", "does not subtract the part along x-hat",
       !canonical, averaged, vjp},
      {"dx_of_scale_only", "DX-PARTIAL", "takes w/s for dx, as in inference",
       !canonical, averaged, vjp},
      {"dx_of_training",
       "DX-MODE",
       "takes dx of training where statistics are given",
       !canonical,
       {"batch_norm_inference"},
       vjp},
      {"dx_gamma_twice", "DX-W", "has gamma twice in the part along x-hat", !canonical,
       averaged, vjp},
      {"dx_gamma_missing", "DX-W", "has no gamma in the part along x-hat", !canonical,
       averaged, vjp},
      {"parameter_gradients_zero", "DG-LOST", "returns 0 for dgamma and dbeta",
       !canonical, with_gamma, vjp},
      {"parameter_gradients_of_first_group", "DG-LOST",
       "adds up dgamma and dbeta over the first group only", !canonical, with_gamma,
       vjp},
      {"parameter_gradients_without_tail", "DG-LOST",
       "drops groups after the last four in dgamma and dbeta", !canonical, with_gamma,
       vjp},
      {"normalized_from_y", "XHAT-FROM-Y", "takes (y - beta)/gamma for x-hat in dgamma",
       !canonical, with_gamma, vjp},
      {"root_at_zero", "SQRT0", "differentiates the root at 0, which gives NaN",
       !canonical, every, vjp},
      {"floor_lost_in_backward",
       "LP-ZERO",
       "divides dx by the norm that forward saved before its floor",
       !canonical,
       {"lp_normalize", "weight_norm"},
       vjp},
      {"shard_of_nothing", "MERGE", "divides by the size of a shard that may be empty",
       !canonical, with_variance, any},
      {"shards_averaged", "MERGE",
       "merges shards of different sizes as if they were equal", !canonical,
       with_variance, any},
      {"shards_without_difference", "MERGE",
       "merges variances without the difference of the means", !canonical,
       with_variance, any},
      {"shards_unbiased", "MERGE", "merges variances of shards with divisor n - 1",
       !canonical, with_variance, any},
      {"eps_inside_sqrt", "LP-FLOOR", "adds epsilon to the radicand", canonical, norms,
       any},
      {"eps_as_floor", "LP-FLOOR", "takes epsilon for the least norm", canonical, norms,
       any},
      {"eps_as_floor_of_square", "LP-FLOOR", "takes epsilon for the least square",
       canonical, norms, any},
      {"eps_squared", "LP-FLOOR", "squares epsilon", canonical, norms, any},
  };
  return mutants_by_family;
}

/// A question as the mutant understands it.
struct Mutated {
  Question question;
  CanonicalForm form;
};

[[noreturn]] void refuse(const Mutant& mutant, const std::string& why) {
  throw std::invalid_argument("mutant " + std::string(mutant.name) + " " + why);
}

Mutated mutated(const Mutant& mutant, const Question& asked) {
  const Deviation* deviation = find_deviation(mutant.name);
  if (deviation == nullptr) refuse(mutant, "is none of the formula");
  bool has_changed = false;
  Attributes attributes = asked.attributes();
  if (deviation->of_attributes != nullptr) {
    has_changed = deviation->of_attributes(attributes, asked);
  }
  Question question(asked.op(), asked.direction(), std::move(attributes),
                    asked.inputs(), asked.zero_scale_gradient());
  Partition partition =
      partition_of(question.op(), question.attributes(), question.x().shape());
  if (deviation->of_partition != nullptr) {
    has_changed = deviation->of_partition(partition, question);
  }
  CanonicalForm form = lower(question, partition);
  if (deviation->of_form != nullptr) has_changed = deviation->of_form(form, question);
  if (!has_changed) refuse(mutant, "changes nothing of this question");
  return {std::move(question), std::move(form)};
}

template <typename Value>
bool has(const std::vector<Value>& values, const Value& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

}  // namespace

std::span<const Mutant> mutants() { return table(); }

const Mutant* find_mutant(std::string_view mutant_name) {
  const auto found =
      std::find_if(table().begin(), table().end(),
                   [&](const Mutant& mutant) { return mutant.name == mutant_name; });
  return found == table().end() ? nullptr : &*found;
}

bool applies(const Mutant& mutant, const Question& question) {
  return has<std::string_view>(mutant.operators, question.op().name) &&
         has(mutant.directions, question.direction());
}

Tensor answer_as(const Mutant& mutant, const Question& question,
                 std::string_view output) {
  if (!applies(mutant, question)) refuse(mutant, "does not apply to this question");
  const auto [asked, form] = mutated(mutant, question);
  const Quantity quantity = quantity_of(asked, output);
  const bool is_of_group =
      !is_elementwise(quantity) && !is_gradient_of_parameter(quantity);
  if (is_of_group && form.map.groups() != lower(question).map.groups()) {
    refuse(mutant, "has no " + std::string(output) + " of that shape");
  }
  const Format format = question.output_formats(output).front();
  const Shape shape = question.output_shape(output);
  Tensor answer(format, shape);
  const std::vector<Truth> truths =
      truths_of(asked, form, quantity, format,
                static_cast<std::size_t>(element_count(shape)), Levels::all);
  for (std::size_t i = 0; i < truths.size(); ++i) {
    answer.set(static_cast<std::int64_t>(i), truths[i].rounded);
  }
  return answer;
}

}  // namespace truenorm
