// SPDX-License-Identifier: Apache-2.0
// How far a central difference is off. Along a direction, an element of y is a function f
// of one number t, analytic where |t| < T, with |f| <= M there. Cauchy's estimate bounds
// its derivative by M / T, the magnitude, and f''' / 6 on [-h, h] by M / (T - h)^3. With
// h = 2^-66 T,
//   |(f(h) - f(-h)) / 2h - f'(0)| <= h^2 M / (T - h)^3 < 2^-131 M / T.
// Where |x| < 2^20 sqrt(z), the roundings in f stay below 2^-370 |gamma| and 2^-398 M, and M is
// taken to be at least 2^-150 |gamma|: divided by h they are below 2^-131 M / T too. So
// the tolerance is 2^-130 M / T.
//
// T: let z > 0 be what the root is taken of. Along t, q moves by 2t<c, xdot> / m +
// t^2 |xdot|^2 / m at most, and is_smooth lets pass only |c|^2 <= 2 m z, so that
// |t| |xdot| <= sqrt(m z) / 8 moves z by no more than (2 sqrt(2) / 8 + 1 / 64) z < z / 2.
// A given q may move by z / 2. A root of what is within z / 2 of z has a real part of at
// least sqrt(z / 2); so |s| stays above s / sqrt(2), a positive eps added or not.
#include "oracle/test/difference.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace truenorm::twin {
namespace {

Real real_of(const Rational& value) {
  const Real numerator(boost::multiprecision::numerator(value).str());
  return numerator / Real(boost::multiprecision::denominator(value).str());
}

/// An element of a tensor; 0 where the point has none.
Real element(const Point& point, std::string_view input, std::size_t i) {
  const auto found = point.find(input);
  return found == point.end() ? Real(0) : found->second[i];
}

Point moved(const Point& point, const Point& direction, const Real& t) {
  Point result = point;
  for (const auto& [input, tangents] : direction) {
    Reals& tensor = result.find(input)->second;
    for (std::size_t i = 0; i < tensor.size(); ++i) tensor[i] += t * tangents[i];
  }
  return result;
}

/// The Euclidean norm of what a direction does to the x of a group.
Real norm_of(const Point& direction, const std::vector<std::size_t>& members) {
  Real sum = 0;
  for (const std::size_t i : members) {
    const Real tangent = element(direction, "x", i);
    sum += tangent * tangent;
  }
  return sqrt(sum);
}

Real larger(const Real& a, const Real& b) { return a > b ? a : b; }

/// Whether two numbers are far apart beside the steps of the differences.
bool is_far(const Real& a, const Real& b) {
  return abs(a - b) > two_to(-20) * (abs(a) + abs(b));
}

}  // namespace

Real two_to(int exponent) { return ldexp(Real(1), exponent); }

ForwardMap::ForwardMap(const Question& question)
    : question_(question),
      places_(places_of(question)),
      eps_(real_of(question.real("eps"))) {
  static const std::array<std::string, 5> names{"x", "gamma", "beta", "mean",
                                                "variance"};
  for (const std::string& name : names) {
    const Tensor* tensor = question.input(name);
    if (tensor == nullptr) continue;
    Reals& values = point_[name];
    for (std::int64_t i = 0; i < tensor->size(); ++i) values.emplace_back((*tensor)[i]);
  }
  groups_ = groups_at(point_);
}

bool ForwardMap::is_smooth() const {
  for (std::size_t at = 0; at < groups_.size(); ++at) {
    if (!is_smooth(groups_[at], at)) return false;
  }
  return true;
}

std::vector<Difference> ForwardMap::along(const Point& direction) const {
  const Real T = radius_along(direction);
  const Real h = two_to(-66) * T;
  const Reals after = evaluate(moved(point_, direction, h));
  const Reals before = evaluate(moved(point_, direction, -h));
  std::vector<Difference> result;
  for (std::size_t i = 0; i < after.size(); ++i) {
    result.push_back({(after[i] - before[i]) / (2 * h), bound(i, direction, T) / T});
  }
  return result;
}

void ForwardMap::normalize(Group& group, std::size_t at, const Point& point) const {
  const OperatorSpec& op = question_.op();
  const Reals& x = point.find("x")->second;
  const auto n = static_cast<unsigned long>(group.members.size());
  group.divisor = op.name == "weight_norm" || op.name == "lp_normalize" ? 1 : n;
  if (op.location == Location::given) {
    group.mean = element(point, "mean", at);
    group.spread = element(point, "variance", at);
    if (is_clamped()) group.spread = larger(group.spread, 0);
  } else {
    if (op.location == Location::mean) {
      // Divided once, so that the mean of a constant is that constant.
      for (const std::size_t i : group.members) group.mean += x[i];
      group.mean /= n;
    }
    for (const std::size_t i : group.members) {
      group.spread += (x[i] - group.mean) * (x[i] - group.mean) / group.divisor;
    }
  }
  const std::string& mode = question_.choice("eps_mode");
  const Real& q = group.spread;
  if (mode == "inside") group.scale = sqrt(q + eps_);
  if (mode == "outside") group.scale = sqrt(q) + eps_;
  if (mode == "floor") group.scale = larger(sqrt(q), eps_);
  if (mode == "floor_inside") group.scale = sqrt(larger(q, eps_));
  group.argument = mode == "outside" && q > 0 ? q : group.scale * group.scale;
}

std::vector<ForwardMap::Group> ForwardMap::groups_at(const Point& point) const {
  std::vector<Group> groups;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const auto at = static_cast<std::size_t>(places_[i].group);
    if (at >= groups.size()) groups.resize(at + 1);
    groups[at].members.push_back(i);
  }
  for (std::size_t at = 0; at < groups.size(); ++at) normalize(groups[at], at, point);
  return groups;
}

bool ForwardMap::is_smooth(const Group& group, std::size_t at) const {
  if (!(group.scale > 0)) return false;
  const Reals& x = point_.find("x")->second;
  const bool is_near =
      std::all_of(group.members.begin(), group.members.end(), [&](std::size_t i) {
        return abs(x[i]) + abs(group.mean) < two_to(20) * sqrt(group.argument);
      });
  if (!is_near) return false;
  const Real& q = group.spread;
  const std::string& mode = question_.choice("eps_mode");
  const Real given = element(point_, "variance", at);
  if (is_clamped() && abs(given) < two_to(-20) * group.argument) return false;
  // A clamped variance stays 0, and one that is computed stays positive.
  const bool has_root = q > 0 || (is_clamped() && given < 0) ||
                        (mode == "floor" && question_.op().location != Location::given);
  if (mode == "inside") return q <= 2 * (q + eps_);
  if (mode == "outside") return eps_ >= 0 && has_root;
  if (mode == "floor") return eps_ >= 0 && has_root && is_far(q, eps_ * eps_);
  return eps_ >= 0 && is_far(q, eps_);
}

bool ForwardMap::is_clamped() const {
  return question_.op().find_attribute("clamp_variance") != nullptr &&
         question_.flag("clamp_variance");
}

/// gamma with its offset, as an element of y meets it.
Real ForwardMap::gamma(const Point& point, std::size_t i) const {
  if (!point.contains("gamma")) return 1;
  const auto at = static_cast<std::size_t>(places_[i].parameter);
  return element(point, "gamma", at) + question_.integer("gamma_offset");
}

Reals ForwardMap::evaluate(const Point& point) const {
  const std::vector<Group> groups = groups_at(point);
  Reals y;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const Group& group = groups[static_cast<std::size_t>(places_[i].group)];
    const Real normalized = (element(point, "x", i) - group.mean) / group.scale;
    const auto at = static_cast<std::size_t>(places_[i].parameter);
    y.push_back(normalized * gamma(point, i) + element(point, "beta", at));
  }
  return y;
}

/// T: in gamma, beta and the given mean y is linear, and any T will do.
Real ForwardMap::radius_along(const Point& direction) const {
  std::optional<Real> T;
  const auto allow = [&T](const Real& tangent, const Real& most) {
    if (tangent == 0) return;
    const Real allowed = most / abs(tangent);
    if (!T || allowed < *T) T = allowed;
  };
  for (std::size_t at = 0; at < groups_.size(); ++at) {
    const Group& group = groups_[at];
    allow(norm_of(direction, group.members), sqrt(group.divisor * group.argument) / 8);
    allow(element(direction, "mean", at), group.scale);
    allow(element(direction, "variance", at), group.argument / 2);
  }
  return T.value_or(1);
}

/// M of an element of y; 0 where the direction does not meet it.
Real ForwardMap::bound(std::size_t i, const Point& direction,
                       const Real& radius) const {
  const auto at_group = static_cast<std::size_t>(places_[i].group);
  const auto at = static_cast<std::size_t>(places_[i].parameter);
  const Group& group = groups_[at_group];
  const Real of_x = norm_of(direction, group.members);
  const Real of_mean = abs(element(direction, "mean", at_group));
  const Real of_gamma = abs(element(direction, "gamma", at));
  const Real of_beta = abs(element(direction, "beta", at));
  const bool meets = of_x + of_mean + of_gamma + of_beta > 0 ||
                     element(direction, "variance", at_group) != 0;
  if (!meets) return 0;
  const Real c =
      abs(element(point_, "x", i) - group.mean) + radius * of_x + radius * of_mean;
  const Real normalized = sqrt(Real(2)) * c / group.scale + two_to(-150);
  return normalized * (abs(gamma(point_, i)) + radius * of_gamma) +
         abs(element(point_, "beta", at)) + radius * of_beta;
}

}  // namespace truenorm::twin
