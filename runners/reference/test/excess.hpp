// SPDX-License-Identifier: Apache-2.0
// How far a computed group lies from the reals, in units of what is attainable: SPEC 8's
// excess, evaluated with numbers of 100 digits.
#pragma once

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <optional>
#include <vector>

#include "oracle/format.hpp"
#include "runners/reference/normalization.hpp"

namespace truenorm::reference {

using Real = boost::multiprecision::number<
    boost::multiprecision::cpp_bin_float<100, boost::multiprecision::digit_base_10,
                                         void, std::int64_t, -4'000'000, 4'000'000>>;

/// One group; an absent parameter has no operation. Every value is a T.
template <typename T>
struct GroupCase {
  std::vector<T> x;
  std::vector<T> gamma;  ///< empty: absent
  std::vector<T> beta;
  double eps = 0;
  Location location = Location::mean;
  EpsMode eps_mode = EpsMode::inside;
};

struct GroupExcess {
  double y = 0;  ///< the largest of the elements
  double mean = 0;
  double rstd = 0;
  bool is_special = false;  ///< s = 0 or the root of a negative: nothing is measured
  std::size_t worst = 0;
};

/// What a Textbook answers to the case.
template <typename T>
struct GroupAnswer {
  std::vector<T> y;
  T mean = 0;
  T rstd = 0;
};

template <typename Textbook>
[[nodiscard]] GroupAnswer<typename Textbook::Float> answer_of(
    const GroupCase<typename Textbook::Float>& c) {
  using Number = typename Textbook::Number;
  const auto statistics = Textbook::statistics(c.x, c.location);
  const Number scale =
      scale_of(statistics.spread, root_of(statistics.spread, Power::two),
               Epsilon<Number>::of(c.eps), c.eps_mode);
  GroupAnswer<typename Textbook::Float> answer;
  answer.mean = rounded(Number(statistics.mean + statistics.mean_tail));
  answer.rstd = rounded(Number(Number(1) / scale));
  for (std::size_t i = 0; i < c.x.size(); ++i) {
    Affine<Number> affine;
    if (!c.gamma.empty()) affine.factor = Number(c.gamma[i]);
    if (!c.beta.empty()) affine.beta = Number(c.beta[i]);
    answer.y.push_back(rounded(affine(normalized(Number(c.x[i]), statistics, scale))));
  }
  return answer;
}

/// |actual - truth| / (ulp(truth) / 2 + unit * slack) in the format; infinity for a NaN.
[[nodiscard]] double excess_of(const Format& format, double actual, const Real& truth,
                               const Real& slack);

template <typename T>
[[nodiscard]] GroupExcess excess_of(const GroupCase<T>& c,
                                    const GroupAnswer<T>& answer);

extern template GroupExcess excess_of(const GroupCase<float>&,
                                      const GroupAnswer<float>&);
extern template GroupExcess excess_of(const GroupCase<double>&,
                                      const GroupAnswer<double>&);

}  // namespace truenorm::reference
