// SPDX-License-Identifier: Apache-2.0
// The filter for gradients of parameters, which are sums across groups.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "oracle/filter/group_filter.hpp"

namespace truenorm::filter {

/// dgamma or dbeta of a whole question.
///
/// values   The groups are cut into stretches that do not depend on the threads; each
///          sums what its groups add to the parameters, and the sums are joined in order
class GradientFilter {
 public:
  /// values   question and form outlive this; it computes all sums at once
  GradientFilter(const Question& question, const CanonicalForm& form, Quantity quantity,
                 Need need, double unit_roundoff, const Format& compute);

  /// The gradient of a parameter; nothing if a group that meets it has no certain scale.
  [[nodiscard]] std::optional<Bounded> value(std::int64_t parameter) const;
  /// values   of a gradient that has a value; Need::scores
  [[nodiscard]] Sensitivity sensitivity(std::int64_t parameter) const;
  [[nodiscard]] bool leaves_range(std::int64_t parameter) const;
  /// The largest of all groups; none where no group has any.
  [[nodiscard]] std::optional<long double> conditioning() const {
    return sums_.conditioning;
  }

 private:
  struct GradientTerms;
  /// What a stretch of groups adds to each parameter.
  struct Sums {
    std::vector<double> hi;
    std::vector<double> lo;
    std::vector<double> error;
    std::vector<double> sensitivity;
    std::vector<std::uint8_t> marks;
    std::optional<long double> conditioning;

    [[nodiscard]] GradientArrays arrays();
    void merge(Sums& other);
  };

  [[nodiscard]] Sums sums_of(std::int64_t begin, std::int64_t end) const;
  void add_group(std::int64_t group, GroupFilter& filter, GradientTerms& chunk,
                 Sums& sums) const;
  void mark(std::int64_t group, std::uint8_t mark, Sums& sums) const;

  const Question& question_;
  const CanonicalForm& form_;
  Quantity quantity_;
  Need need_;
  double unit_roundoff_;
  Format compute_;
  GroupReader reader_;
  std::size_t parameters_;
  std::int64_t terms_;  ///< elements that meet a parameter
  Sums sums_;
};

}  // namespace truenorm::filter
