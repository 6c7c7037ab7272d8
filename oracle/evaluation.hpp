// SPDX-License-Identifier: Apache-2.0
// The evaluator: takes each element through the levels of SPEC 7 until it is settled.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "oracle/decide.hpp"
#include "oracle/group.hpp"
#include "oracle/refine.hpp"
#include "oracle/special.hpp"
#include "oracle/truth.hpp"

namespace truenorm {

/// One output of a question, group by group.
///
/// A filter in floating-point arithmetic with a proven bound belongs before `refine`: it
/// would fill in most truths when a group is loaded, and leave the rest to `settle`.
class Evaluation {
 public:
  /// values   `form` is lower(question), or a mutant of it; both must outlive this
  Evaluation(const Question& question, const CanonicalForm& form, Quantity quantity,
             const Format& format);

  [[nodiscard]] std::int64_t groups() const { return form_.map.groups(); }
  /// How many elements of the output a group has: its own elements for y, else one.
  [[nodiscard]] std::int64_t elements_per_group() const;

  /// The row-major index in the output of a group's element i.
  [[nodiscard]] std::int64_t output_index(std::int64_t group, std::int64_t i) const;

  /// Makes a group the current one, of which all that follows speaks.
  void load(std::int64_t group);
  [[nodiscard]] std::int64_t current_group() const { return current_; }

  [[nodiscard]] Truth settle(std::int64_t i);
  /// The true element to 30 significant digits.
  [[nodiscard]] std::string decimal(std::int64_t i);

  [[nodiscard]] const Group& group() const { return group_; }
  /// x of the element i; 0 for outputs of a whole group.
  [[nodiscard]] double x(std::int64_t i) const;
  [[nodiscard]] Affine affine(std::int64_t i) const;
  /// Whether mean and spread are numbers; `summary` then tells them.
  [[nodiscard]] bool has_finite_statistics() const {
    return mean_is_finite_ && spread_is_finite_;
  }
  [[nodiscard]] ScaleSign scale_sign() const { return scale_sign_; }
  [[nodiscard]] GroupSummary summary();
  /// The normalized value of an element of a group with finite statistics and s != 0,
  /// settled in x's format.
  [[nodiscard]] Truth settle_normalized(std::int64_t i);

 private:
  void load_statistics(std::int64_t group);
  void find_scale_sign();
  [[nodiscard]] RefinedGroup& refined(std::size_t doublings);
  [[nodiscard]] const DecidedGroup& decided();
  [[nodiscard]] bool uses_mean() const {
    return quantity_ != Quantity::rstd && quantity_ != Quantity::scale;
  }
  [[nodiscard]] bool uses_scale() const { return quantity_ != Quantity::mean; }
  /// Whether all that the element is made of is finite.
  [[nodiscard]] bool has_finite_inputs(std::int64_t i) const;
  [[nodiscard]] bool has_regular_scale() const {
    return spread_is_finite_ &&
           (scale_sign_ == ScaleSign::negative || scale_sign_ == ScaleSign::positive);
  }
  [[nodiscard]] bool is_special(std::int64_t i) const;
  [[nodiscard]] double special_of(std::int64_t i);
  [[nodiscard]] Truth settle_value(std::int64_t i);
  [[nodiscard]] Truth settle_special(std::int64_t i);
  [[nodiscard]] Truth settle_rounded(std::int64_t i);
  /// y from its rounded normalized value.
  [[nodiscard]] Rational affine_of(double normalized, std::int64_t i) const;

  const Question& question_;
  const CanonicalForm& form_;
  Quantity quantity_;
  Format format_;
  std::int64_t current_ = -1;
  Group group_;
  SpecialGroup special_;
  ScaleSign scale_sign_ = ScaleSign::unknown;
  bool mean_is_finite_ = true;
  bool spread_is_finite_ = true;
  /// False for a variance of -Inf too, that a bound makes a finite spread of.
  bool given_variance_is_finite_ = true;
  std::vector<std::unique_ptr<RefinedGroup>> refined_;
  std::unique_ptr<DecidedGroup> decided_;
};

}  // namespace truenorm
