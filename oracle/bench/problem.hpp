// SPDX-License-Identifier: Apache-2.0
// A row's data as a peer reads it: plain arrays, and the arrays that it answers with.
#pragma once

#include <vector>

#include "oracle/bench/layout.hpp"

namespace truenorm::bench {

enum class Centring { by_mean, none };

template <typename Real>
struct Problem {
  Layout layout;
  Direction direction;
  Centring centring;
  int precision_bits;  ///< of the format that an answer is rounded to
  double eps;
  std::vector<Real> x;
  std::vector<Real> gamma;
  std::vector<Real> beta;  ///< zeros where the operator is asked without one
  std::vector<Real> dy;    ///< of a vjp only
};

/// What the direction asks for; the rest stays empty.
template <typename Real>
struct Answer {
  std::vector<Real> y;
  std::vector<Real> dx;
  std::vector<Real> dgamma;
  std::vector<Real> dbeta;

  Answer() = default;
  explicit Answer(const Problem<Real>& problem) {
    const auto parameters = static_cast<std::size_t>(problem.layout.parameters);
    if (problem.direction == Direction::forward) {
      y.resize(problem.x.size());
    } else {
      dx.resize(problem.x.size());
      dgamma.resize(parameters);
      dbeta.resize(parameters);
    }
  }
};

}  // namespace truenorm::bench
