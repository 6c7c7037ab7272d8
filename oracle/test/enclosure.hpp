// SPDX-License-Identifier: Apache-2.0
// SPEC 2 to 4 over intervals, a group at a time and a handful of operations an element.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "oracle/test/interval.hpp"
#include "oracle/test/reading.hpp"

namespace truenorm::twin {

/// Why an element has no enclosure.
enum class Gap {
  none,
  scale,      ///< s is not known to be positive
  undefined,  ///< no number, whatever the precision
  kink,       ///< which side of a floor the root is on is not known
  rounding,   ///< the rounding of x-hat on the way is not known, or overflows
};

/// One output of a question at one precision.
///
/// values   every input is finite, and no group is empty. The reading must outlive this
class Enclosure {
 public:
  Enclosure(const Reading& reading, std::string_view output, long precision_bits);

  /// Encloses an element, row-major in the output, in `value`. What elements of a group
  /// share is computed when the group changes.
  [[nodiscard]] Gap enclose(std::size_t index);
  [[nodiscard]] const Interval& value() const { return value_; }

 private:
  enum class Kind {
    y,
    dx,
    tangent_y,
    mean,
    variance,
    rstd,
    norm,
    scale,
    offset,
    running_mean,
    running_variance,
    dgamma,
    dbeta,
    dmean,
    dvariance,
  };

  [[nodiscard]] static Kind kind_of(std::string_view output);
  [[nodiscard]] bool is_of_parameter() const { return kind_ >= Kind::dgamma; }
  [[nodiscard]] bool needs_scale() const;
  [[nodiscard]] std::size_t group_of(std::size_t element) const {
    return reading_.members.of_element[element].group;
  }
  [[nodiscard]] std::size_t parameter_of(std::size_t element) const {
    return reading_.members.of_element[element].parameter;
  }

  [[nodiscard]] const Number& number(double value) {
    number_.set(value);
    return number_;
  }

  void load(std::size_t group);
  void measure_location(std::size_t group);
  void measure_spread(std::size_t group);
  [[nodiscard]] Gap measure_scale();
  [[nodiscard]] Gap measure_share();
  void average_direction(std::size_t group);

  [[nodiscard]] Gap enclose_y(std::size_t i);
  [[nodiscard]] Gap enclose_tangent(std::size_t i);
  [[nodiscard]] Gap enclose_statistic(std::size_t group);
  void enclose_running(std::string_view input, Interval& batch, std::size_t group);

  void normalize(std::size_t i);
  [[nodiscard]] Gap round_normalized();
  void set_direction(std::size_t i);
  void project(std::size_t i);
  [[nodiscard]] Gap set_along_variance(std::size_t i);
  void multiply_by_gamma(Interval& factor, std::size_t parameter);

  void sum_over_parameters();
  [[nodiscard]] Gap set_term(std::size_t i);

  const Reading& reading_;
  Kind kind_;
  Location location_;
  Interval eps_;
  Number number_;  ///< what an operation takes a double as
  Number other_number_;

  std::size_t loaded_;  ///< a group, or one more than there are
  Gap scale_gap_ = Gap::none;
  Gap share_gap_ = Gap::none;
  bool is_clamped_ = false;  ///< a given variance that the clamp replaced
  Interval mean_;
  Interval spread_;          ///< q
  Interval root_;            ///< of q+
  Interval scale_;           ///< s
  Interval rstd_;            ///< 1/s
  Interval share_;           ///< lambda of SPEC 4
  Interval mean_direction_;  ///< of w, or of the tangent of x
  Interval share_along_;     ///< lambda/m times the sum of that, times x-hat

  Interval normalized_;  ///< x-hat
  Interval direction_;   ///< w, or the tangent of x
  Interval term_;
  Interval factor_;
  Interval value_;

  std::vector<Interval> sums_;  ///< of gradients of parameters
  std::vector<Gap> sum_gaps_;
};

}  // namespace truenorm::twin
