// SPDX-License-Identifier: Apache-2.0
// The two passes once more, for numbers that live on the heap: nothing is allocated in
// the loops, as the manuals of MPFR and Arb advise.
#pragma once

#include "oracle/bench/problem.hpp"

namespace truenorm::bench {

/// values   Arithmetic has a Number and operations r = a op b that write into r; a
///          `double` operand is exact. round(a, precision_bits) gives the nearest double
template <typename Arithmetic>
class InPlace {
 public:
  using Number = typename Arithmetic::Number;

  InPlace(const Problem<double>& problem, Answer<double>& answer)
      : problem_(problem), layout_(problem.layout), answer_(answer) {}

  void compute() {
    const bool is_forward = problem_.direction == Direction::forward;
    const std::size_t sums = is_forward ? 0 : problem_.gamma.size();
    std::vector<Number> dgamma(sums);
    std::vector<Number> dbeta(sums);
    for (auto* all : {&dgamma, &dbeta}) {
      for (Number& sum : *all) arithmetic_.set(sum, 0);
    }
    for (std::int64_t group = 0; group < layout_.groups; ++group) {
      find_statistics(group);
      if (is_forward) {
        forward(group);
      } else {
        backward(group, dgamma, dbeta);
      }
    }
    for (std::size_t i = 0; i < sums; ++i) {
      answer_.dgamma[i] = rounded(dgamma[i]);
      answer_.dbeta[i] = rounded(dbeta[i]);
    }
  }

 private:
  const Problem<double>& problem_;
  const Layout& layout_;
  Answer<double>& answer_;
  Arithmetic arithmetic_;
  Number mean_;
  Number rstd_;
  Number normalized_;
  Number w_;
  Number term_;
  Number mean_w_;
  Number mean_wx_;

  double rounded(const Number& a) {
    return arithmetic_.round(a, problem_.precision_bits);
  }

  /// Calls visit(element, parameter) for each element of a group.
  template <typename Visit>
  void for_each(std::int64_t group, const Visit& visit) {
    for (std::int64_t run = 0; run < layout_.runs; ++run) {
      const std::int64_t start = layout_.start(group, run);
      const std::int64_t parameter = layout_.parameter(group, run);
      for (std::int64_t i = 0; i < layout_.run_length; ++i) {
        visit(static_cast<std::size_t>(start + i),
              static_cast<std::size_t>(parameter + i * layout_.element_step));
      }
    }
  }

  void find_statistics(std::int64_t group) {
    const auto size = static_cast<double>(layout_.group_size());
    arithmetic_.set(mean_, 0);
    if (problem_.centring == Centring::by_mean) {
      for_each(group, [&](std::size_t i, std::size_t) {
        arithmetic_.add(mean_, mean_, problem_.x[i]);
      });
      arithmetic_.divide(mean_, mean_, size);
    }
    arithmetic_.set(rstd_, 0);
    for_each(group, [&](std::size_t i, std::size_t) {
      arithmetic_.subtract(term_, problem_.x[i], mean_);
      arithmetic_.add_product(rstd_, term_, term_);
    });
    arithmetic_.divide(rstd_, rstd_, size);
    arithmetic_.add(rstd_, rstd_, problem_.eps);
    arithmetic_.invert_root(rstd_, rstd_);
  }

  void normalize(double x) {
    arithmetic_.subtract(normalized_, x, mean_);
    arithmetic_.multiply(normalized_, normalized_, rstd_);
  }

  void forward(std::int64_t group) {
    for_each(group, [&](std::size_t i, std::size_t parameter) {
      normalize(problem_.x[i]);
      arithmetic_.multiply(term_, normalized_, problem_.gamma[parameter]);
      arithmetic_.add(term_, term_, problem_.beta[parameter]);
      answer_.y[i] = rounded(term_);
    });
  }

  void set_w(std::size_t i, std::size_t parameter) {
    arithmetic_.set(w_, problem_.dy[i]);
    arithmetic_.multiply(w_, w_, problem_.gamma[parameter]);
  }

  void backward(std::int64_t group, std::vector<Number>& dgamma,
                std::vector<Number>& dbeta) {
    const auto size = static_cast<double>(layout_.group_size());
    arithmetic_.set(mean_w_, 0);
    arithmetic_.set(mean_wx_, 0);
    for_each(group, [&](std::size_t i, std::size_t parameter) {
      normalize(problem_.x[i]);
      set_w(i, parameter);
      arithmetic_.add(mean_w_, mean_w_, w_);
      arithmetic_.add_product(mean_wx_, w_, normalized_);
      arithmetic_.multiply(term_, normalized_, problem_.dy[i]);
      arithmetic_.add(dgamma[parameter], dgamma[parameter], term_);
      arithmetic_.add(dbeta[parameter], dbeta[parameter], problem_.dy[i]);
    });
    arithmetic_.divide(mean_wx_, mean_wx_, size);
    arithmetic_.divide(mean_w_, mean_w_, size);
    if (problem_.centring == Centring::none) arithmetic_.set(mean_w_, 0);
    for_each(group, [&](std::size_t i, std::size_t parameter) {
      normalize(problem_.x[i]);
      set_w(i, parameter);
      arithmetic_.multiply(term_, normalized_, mean_wx_);
      arithmetic_.subtract(w_, w_, mean_w_);
      arithmetic_.subtract(w_, w_, term_);
      arithmetic_.multiply(w_, w_, rstd_);
      answer_.dx[i] = rounded(w_);
    });
  }
};

}  // namespace truenorm::bench
