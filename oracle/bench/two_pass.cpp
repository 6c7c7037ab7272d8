// SPDX-License-Identifier: Apache-2.0
// The fastest honest peer: a textbook's loops in binary64, left to the compiler.
#include <algorithm>
#include <cmath>

#include "oracle/bench/peers.hpp"

namespace truenorm::bench {
namespace {

struct Statistics {
  double mean;
  double rstd;
};

/// Calls visit(start, parameter) for each run of a group.
template <typename Visit>
void for_each_run(const Layout& layout, std::int64_t group, const Visit& visit) {
  for (std::int64_t run = 0; run < layout.runs; ++run) {
    visit(layout.start(group, run), layout.parameter(group, run));
  }
}

template <typename Real>
Statistics statistics(const Problem<Real>& problem, std::int64_t group) {
  const Layout& layout = problem.layout;
  const auto size = static_cast<double>(layout.group_size());
  double mean = 0;
  if (problem.centring == Centring::by_mean) {
    for_each_run(layout, group, [&](std::int64_t start, std::int64_t) {
      const Real* x = problem.x.data() + start;
      for (std::int64_t i = 0; i < layout.run_length; ++i) mean += x[i];
    });
    mean /= size;
  }
  double square = 0;
  for_each_run(layout, group, [&](std::int64_t start, std::int64_t) {
    const Real* x = problem.x.data() + start;
    for (std::int64_t i = 0; i < layout.run_length; ++i) {
      const double deviation = x[i] - mean;
      square += deviation * deviation;
    }
  });
  return {mean, 1 / std::sqrt(square / size + problem.eps)};
}

// The step from one parameter to the next is known to the compiler: it vectorises.
template <int element_step, typename Real>
void forward(const Problem<Real>& problem, Answer<Real>& answer) {
  const Layout& layout = problem.layout;
  for (std::int64_t group = 0; group < layout.groups; ++group) {
    const Statistics s = statistics(problem, group);
    for_each_run(layout, group, [&](std::int64_t start, std::int64_t parameter) {
      const Real* x = problem.x.data() + start;
      const Real* gamma = problem.gamma.data() + parameter;
      const Real* beta = problem.beta.data() + parameter;
      Real* y = answer.y.data() + start;
      for (std::int64_t i = 0; i < layout.run_length; ++i) {
        y[i] = static_cast<Real>((x[i] - s.mean) * s.rstd * gamma[i * element_step] +
                                 beta[i * element_step]);
      }
    });
  }
}

template <int element_step, typename Real>
void backward(const Problem<Real>& problem, Answer<Real>& answer) {
  const Layout& layout = problem.layout;
  const auto size = static_cast<double>(layout.group_size());
  std::vector<double> dgamma(problem.gamma.size());
  std::vector<double> dbeta(problem.gamma.size());
  for (std::int64_t group = 0; group < layout.groups; ++group) {
    const Statistics s = statistics(problem, group);
    double sum_w = 0;
    double sum_wx = 0;
    for_each_run(layout, group, [&](std::int64_t start, std::int64_t parameter) {
      const Real* x = problem.x.data() + start;
      const Real* dy = problem.dy.data() + start;
      const Real* gamma = problem.gamma.data() + parameter;
      for (std::int64_t i = 0; i < layout.run_length; ++i) {
        const double normalized = (x[i] - s.mean) * s.rstd;
        const double w = static_cast<double>(dy[i]) * gamma[i * element_step];
        sum_w += w;
        sum_wx += w * normalized;
        dgamma[static_cast<std::size_t>(parameter + i * element_step)] +=
            dy[i] * normalized;
        dbeta[static_cast<std::size_t>(parameter + i * element_step)] += dy[i];
      }
    });
    const double mean_w = problem.centring == Centring::by_mean ? sum_w / size : 0;
    const double mean_wx = sum_wx / size;
    for_each_run(layout, group, [&](std::int64_t start, std::int64_t parameter) {
      const Real* x = problem.x.data() + start;
      const Real* dy = problem.dy.data() + start;
      const Real* gamma = problem.gamma.data() + parameter;
      Real* dx = answer.dx.data() + start;
      for (std::int64_t i = 0; i < layout.run_length; ++i) {
        const double normalized = (x[i] - s.mean) * s.rstd;
        const double w = static_cast<double>(dy[i]) * gamma[i * element_step];
        dx[i] = static_cast<Real>(s.rstd * (w - mean_w - normalized * mean_wx));
      }
    });
  }
  const auto rounded = [](double value) { return static_cast<Real>(value); };
  std::transform(dgamma.begin(), dgamma.end(), answer.dgamma.begin(), rounded);
  std::transform(dbeta.begin(), dbeta.end(), answer.dbeta.begin(), rounded);
}

template <int element_step, typename Real>
void directed(const Problem<Real>& problem, Answer<Real>& answer) {
  if (problem.direction == Direction::forward) {
    forward<element_step>(problem, answer);
  } else {
    backward<element_step>(problem, answer);
  }
}

template <typename Real>
void stepped(const Problem<Real>& problem, Answer<Real>& answer) {
  if (problem.layout.element_step == 1) {
    directed<1>(problem, answer);
  } else {
    directed<0>(problem, answer);
  }
}

}  // namespace

void two_pass(const Problem<float>& problem, Answer<float>& answer) {
  stepped(problem, answer);
}

void two_pass(const Problem<double>& problem, Answer<double>& answer) {
  stepped(problem, answer);
}

}  // namespace truenorm::bench
