// SPDX-License-Identifier: Apache-2.0
// S of SPEC 8 a second time, from the exact twin's values and long double sums.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "oracle/test/twin_rational.hpp"

namespace truenorm::twin {

/// S of an output element, and whether one of its caps acts.
struct Reach {
  long double S = 0;
  bool is_capped = false;
};

/// The symbols of SPEC 8 for one group, under its own names.
struct Symbols {
  std::vector<std::size_t> members;
  long double r = 0;  ///< 0 where s is 0 or no number
  long double f = 1;
  long double M = 0;
  long double kappa = 1;
  long double rho = 0;
  bool rho_is_capped = false;
  long double V = 0;
  long double q = 0;
  long double mu = 0;
  long double m = 1;               ///< the divisor of <.>m
  long double mean_magnitude = 0;  ///< <|x|>
  long double q_plus_eps = 0;
  long double sum_of_squares = 0;  ///< of x
  bool has_numbers = false;        ///< mean and spread are numbers, and s is one, not 0
};

/// |.| of what an element of x meets; 0 for what is absent or no number.
struct Magnitudes {
  long double x = 0;
  long double x_hat = 0;
  long double gamma = 1;  ///< with gamma_offset
  long double beta = 0;
  Reach X;
};

/// The sums of SPEC 8's S of dx for one group, with w or the tangent of x for v.
struct ProductSums {
  long double mean = 0;         ///< <|v|>; 0 where there is no mean
  long double products = 0;     ///< <|v x-hat|>m
  long double errors = 0;       ///< <|v| X>m
  long double projection = 0;   ///< |<v x-hat>m|
  bool is_capped = false;       ///< any X of the group is
  std::vector<Extended> image;  ///< of v: dx, or the tangent of x-hat
};

/// Every S of a question.
class AttainableTwin {
 public:
  /// values   question and evaluation outlive this
  AttainableTwin(const Question& question, const Evaluation& evaluation,
                 long double unit_roundoff);

  /// values   the element's true value is a number
  [[nodiscard]] Reach reach(std::string_view output, std::size_t index) const;
  /// Half an ulp of the rounded x-hat, times |gamma|; 0 where nothing is rounded.
  [[nodiscard]] long double rounding_on_the_way(std::string_view output,
                                                std::size_t index) const;
  [[nodiscard]] const std::vector<Symbols>& groups() const { return groups_; }
  /// The groups that an output element is made from.
  [[nodiscard]] std::vector<std::size_t> sources(std::string_view output,
                                                 std::size_t index) const;

 private:
  [[nodiscard]] Symbols symbols_of(std::size_t number,
                                   std::vector<std::size_t> members) const;
  void add_means(const Group& group, Symbols& s) const;
  void add_rho(Symbols& s) const;
  [[nodiscard]] Reach error_of_normalized(const Symbols& s,
                                          const Magnitudes& element) const;
  [[nodiscard]] ProductSums product_sums(const Symbols& s, const Group& group,
                                         const std::vector<Extended>& v) const;

  [[nodiscard]] Reach of_y(std::size_t at) const;
  [[nodiscard]] Reach of_statistic(std::string_view output, std::size_t number) const;
  [[nodiscard]] Reach of_fold(std::string_view output, std::size_t channel) const;
  [[nodiscard]] Reach of_running(std::string_view output, std::size_t number) const;
  [[nodiscard]] Reach of_product(const Symbols& s, const ProductSums& sums,
                                 std::size_t at, long double v,
                                 long double entry) const;
  [[nodiscard]] Reach of_dx(std::size_t at) const;
  [[nodiscard]] Reach of_dgamma(std::size_t parameter) const;
  [[nodiscard]] Reach of_dbeta(std::size_t parameter) const;
  [[nodiscard]] Reach of_given(std::string_view output, std::size_t channel) const;
  [[nodiscard]] Reach of_tangent(std::size_t at) const;
  [[nodiscard]] Reach of_normalized_tangent(std::size_t at, long double entry) const;
  [[nodiscard]] Extended normalized_tangent(std::size_t at) const;
  /// ½ lambda r^2 (X + (4 + kappa)|x-hat|), a term of dvariance's S.
  [[nodiscard]] long double variance_term(const Symbols& s,
                                          const Magnitudes& element) const;

  [[nodiscard]] bool has_input(std::string_view name) const;
  /// An input's element; 0 without the input.
  [[nodiscard]] Extended input_at(std::string_view name, std::size_t at) const;
  [[nodiscard]] long double magnitude_at(std::string_view name, std::size_t at) const;
  [[nodiscard]] bool is_outside() const;

  const Question& question_;
  const Evaluation& evaluation_;
  long double u_;
  std::vector<Symbols> groups_;
  std::vector<Magnitudes> elements_;
  std::vector<ProductSums> sums_;                   ///< by group, where v exists
  std::vector<std::vector<std::size_t>> meetings_;  ///< the elements of a parameter
  std::vector<std::size_t> place_in_group_;
};

}  // namespace truenorm::twin
