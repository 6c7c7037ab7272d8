// SPDX-License-Identifier: Apache-2.0
// SPEC 8's formulas, written down once more and independently of the oracle.
#include "runners/reference/test/excess.hpp"

#include <algorithm>
#include <limits>
#include <type_traits>

namespace truenorm::reference {
namespace {

Real unit_of(const Format& format) {
  return ldexp(Real(1), format == float64 ? -53 : -24);
}

Real scale_in_reals(const Real& spread, const Real& eps, EpsMode mode) {
  switch (mode) {
    case EpsMode::inside:
      return sqrt(Real(spread + eps));
    case EpsMode::outside:
      return sqrt(spread) + eps;
    case EpsMode::floor:
      return std::max(Real(sqrt(spread)), eps);
    case EpsMode::floor_inside:
      return sqrt(std::max(spread, eps));
  }
  return spread;
}

}  // namespace

double excess_of(const Format& format, double actual, const Real& truth,
                 const Real& slack) {
  if (std::isnan(actual)) return std::numeric_limits<double>::infinity();
  int ulp_exponent = format.emin - format.precision_bits + 1;
  if (truth != 0) {
    const auto exponent = static_cast<int>(ilogb(truth));
    ulp_exponent =
        std::clamp(exponent, format.emin, format.emax) - format.precision_bits + 1;
  }
  // An infinity counts as the number where the next binade would begin, unless the truth
  // lies beyond it.
  const Real overflow = ldexp(Real(1), format.emax + 1);
  if (std::isinf(actual) && abs(truth) >= overflow && (actual > 0) == (truth > 0))
    return 0;
  const Real value =
      std::isinf(actual) ? Real(copysign(overflow, Real(actual))) : Real(actual);
  const Real allowed = ldexp(Real(1), ulp_exponent - 1) + unit_of(format) * slack;
  return static_cast<double>(Real(abs(value - truth) / allowed));
}

template <typename T>
GroupExcess excess_of(const GroupCase<T>& c, const GroupAnswer<T>& answer) {
  const Format& format = std::is_same_v<T, double> ? float64 : float32;
  const bool has_mean = c.location == Location::mean;
  const Real n = c.x.size();
  const Real unit = unit_of(format);
  const Real eps(c.eps);

  Real mean = 0;
  Real mean_abs = 0;
  for (const T x : c.x) {
    mean += Real(x) / n;
    mean_abs += abs(Real(x)) / n;
  }
  const bool is_constant =
      std::all_of(c.x.begin(), c.x.end(), [&](T x) { return x == c.x[0]; });
  if (is_constant) mean = Real(c.x[0]);
  if (!has_mean) mean = 0;
  std::vector<Real> centered;
  Real q = 0;
  for (const T x : c.x) {
    centered.push_back(Real(x) - mean);
    q += centered.back() * centered.back() / n;
  }
  const bool has_root = c.eps_mode != EpsMode::inside || q + eps > 0;
  const Real s = has_root ? scale_in_reals(q, eps, c.eps_mode) : Real(0);
  GroupExcess result;
  if (s == 0) {
    result.is_special = true;
    return result;
  }

  const Real r = 1 / s;
  const Real f = 1 - 1 / n;
  const Real m = has_mean ? Real(3 * f * mean_abs) : Real(0);
  const Real kappa = (q + abs(eps)) / (q + eps);
  const Real cap = 1 / (3 * unit);
  Real product = 0;
  for (std::size_t i = 0; i < c.x.size(); ++i) {
    product += abs(r * centered[i] * Real(c.x[i])) / n;
  }
  Real rho = 0;
  if (c.eps_mode == EpsMode::outside) {
    rho = (q == 0 ? Real(0) : Real(product / sqrt(q))) + kappa / 2 + r * m;
  } else {
    rho = r * product + kappa / 2 + 2 * unit * (r * m) * (r * m);
  }
  const Real uncapped_rho = rho;
  rho = std::min(rho, cap);

  Real v = 4 * q + 4 * unit * m * m;
  for (std::size_t i = 0; i < c.x.size(); ++i) {
    const Real x_abs = abs(Real(c.x[i]));
    v += 2 * abs(centered[i]) * (x_abs + m) / n;
    const Real normal = centered[i] * r;
    const Real first = has_mean ? Real(r * (f * x_abs + m)) : Real(r * x_abs);
    const Real x_slack =
        std::min(Real(first + rho * abs(normal)), Real((1 + abs(normal)) * cap));
    const Real gamma = c.gamma.empty() ? Real(1) : Real(c.gamma[i]);
    const Real beta = c.beta.empty() ? Real(0) : Real(c.beta[i]);
    const Real slack = abs(gamma) * (x_slack + abs(normal)) + abs(beta);
    const double excess =
        excess_of(format, answer.y[i], Real(normal * gamma + beta), slack);
    if (excess >= result.y) {
      result.y = excess;
      result.worst = i;
    }
  }
  result.mean = has_mean ? excess_of(format, answer.mean, mean, 4 * f * mean_abs) : 0;
  const Real rstd_slack =
      c.eps_mode == EpsMode::outside
          ? Real(r * (uncapped_rho + 1))
          : Real(r * (std::min(Real(v / (2 * (q + eps))), cap) + 1));
  result.rstd = excess_of(format, answer.rstd, r, rstd_slack);
  return result;
}

template GroupExcess excess_of(const GroupCase<float>&, const GroupAnswer<float>&);
template GroupExcess excess_of(const GroupCase<double>&, const GroupAnswer<double>&);

}  // namespace truenorm::reference
