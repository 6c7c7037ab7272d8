// SPDX-License-Identifier: Apache-2.0
// SPEC 5.4-5.6: the bounds that bounds.hpp computes are those of the layer's own
// values.
#include <cmath>
#include <limits>

#include "oracle/bounds.hpp"
#include "oracle/law_case.hpp"

namespace truenorm {
namespace {

bool is_affine(const LawCase& laws) {
  return laws.form().location == Location::given && !laws.form().rounds_normalized;
}

/// An exact end as a number; NaN where there is none.
RootSum end_of(const std::optional<ExactBounds>& bounds, BoundEnd end) {
  if (!bounds) return RootSum(std::numeric_limits<double>::quiet_NaN());
  return end == BoundEnd::low ? bounds->low : bounds->high;
}

Question with_x(const Question& question, Tensor x) {
  Tensors inputs = question.inputs();
  inputs.insert_or_assign("x", std::move(x));
  return {question.op(), question.direction(), question.attributes(),
          std::move(inputs)};
}

/// The layer along a direction of x alone.
Question along(const Question& forward, Tensor direction) {
  Tensors inputs = forward.inputs();
  inputs.insert_or_assign("tangent_x", std::move(direction));
  return {forward.op(), Direction::jvp, forward.attributes(), std::move(inputs)};
}

/// Small dyadic numbers, whose sums and small products no float64 rounds.
Tensor made(const Shape& shape, std::string_view name) {
  return made_tensor(float64, shape, name);
}

/// left + factor * right, exactly for made tensors.
Tensor combined(const Tensor& left, double factor, const Tensor& right) {
  Tensor sum(float64, left.shape());
  for (std::int64_t i = 0; i < sum.size(); ++i) {
    sum.set(i, left[i] + factor * right[i]);
  }
  return sum;
}

/// From the number below each x to that above; around 0 where x or those are not
/// finite.
Box around(const Tensor& x) {
  Box box{Tensor(float64, x.shape()), Tensor(float64, x.shape())};
  for (std::int64_t i = 0; i < x.size(); ++i) {
    const double center = std::fabs(x[i]) < largest_finite(float64) ? x[i] : 0;
    box.low.set(i, next_down(float64, center));
    box.high.set(i, next_up(float64, center));
  }
  return box;
}

Box made_box(const Shape& shape) {
  const Tensor center = made(shape, "center");
  Tensor width = made(shape, "width");
  for (std::int64_t i = 0; i < width.size(); ++i) width.set(i, std::fabs(width[i]));
  return {combined(center, -1, width), combined(center, 1, width)};
}

/// Calls `visit` with each element that the layer has a value for.
template <typename Visit>
void for_each_element(const LawCase& laws, const Question& forward,
                      const Visit& visit) {
  for (std::size_t g = 0; g < laws.groups().size(); ++g) {
    const auto channel = static_cast<std::int64_t>(g);
    if (!laws.groups()[g].is_regular || !laws.is_finite(forward, channel)) continue;
    for (std::int64_t i = 0; i < laws.group_size(); ++i) {
      visit(laws.form().map.element(channel, i));
    }
  }
}

/// The ends of the bounds are the values at the corners, in their order.
void demand_corners(Claims& claims, std::int64_t at,
                    const std::optional<ExactBounds>& bounds, const RootSum& at_low,
                    const RootSum& at_high) {
  const RootSum low = end_of(bounds, BoundEnd::low);
  const RootSum high = end_of(bounds, BoundEnd::high);
  const bool is_swapped = !is_equal(low, at_low);
  claims.equal({"lower end of element", at}, low, is_swapped ? at_high : at_low);
  claims.equal({"upper end of element", at}, high, is_swapped ? at_low : at_high);
  claims.at_most({"ends of element", at}, low, high);
}

void prove_interval(LawCase& laws, const Question& forward, const Box& box) {
  const auto bounds = exact_bounds(forward, BoundKind::interval, box);
  const std::vector<RootSum> at_low = laws.told(with_x(forward, box.low), "y");
  const std::vector<RootSum> at_high = laws.told(with_x(forward, box.high), "y");
  Claims claims = laws.claims("interval_bounds", "the box's ends are y at its corners");
  for_each_element(laws, forward, [&](std::int64_t at) {
    const auto index = static_cast<std::size_t>(at);
    demand_corners(claims, at, bounds[index], at_low[index], at_high[index]);
  });
  laws.keep(claims);
}

void prove_interior(LawCase& laws, const Question& forward) {
  const Shape& shape = forward.x().shape();
  const Box box = made_box(shape);
  const auto bounds = exact_bounds(forward, BoundKind::interval, box);
  const std::vector<RootSum> y = laws.told(with_x(forward, made(shape, "center")), "y");
  Claims claims =
      laws.claims("interval_bounds", "y of a point of the box is in bounds");
  for_each_element(laws, forward, [&](std::int64_t at) {
    const auto index = static_cast<std::size_t>(at);
    claims.at_most({"lower end of element", at}, end_of(bounds[index], BoundEnd::low),
                   y[index]);
    claims.at_most({"upper end of element", at}, y[index],
                   end_of(bounds[index], BoundEnd::high));
  });
  laws.keep(claims);
}

/// The forward question with an x that cannot keep a channel from being finite.
Question with_finite_x(const LawCase& laws) {
  const Question forward = laws.forward();
  return with_x(forward, made(forward.x().shape(), "x"));
}

}  // namespace

void prove_interval_bounds(LawCase& laws) {
  if (!is_affine(laws)) return;
  const Question forward = with_finite_x(laws);
  prove_interval(laws, forward, around(laws.question().x()));
  prove_interval(laws, forward, made_box(forward.x().shape()));
  prove_interior(laws, forward);
}

void prove_affine_bounds(LawCase& laws) {
  if (!is_affine(laws)) return;
  const Question forward = with_finite_x(laws);
  const Shape& shape = forward.x().shape();
  constexpr std::int64_t count = 2;
  Shape coefficients_shape = shape;
  coefficients_shape.push_back(count);
  const Tensor coefficients = made(coefficients_shape, "coefficients");
  const Tensor constants = made(shape, "constants");
  const Tensor point = made({count}, "point");
  Tensor x = constants;
  for (std::int64_t i = 0; i < coefficients.size(); ++i) {
    x.set(i / count, x[i / count] + coefficients[i] * point[i % count]);
  }
  const std::vector<RootSum> y = laws.told(with_x(forward, std::move(x)), "y");
  const auto mapped_coefficients = exact_bounds(forward, BoundKind::affine_coefficients,
                                                {coefficients, coefficients});
  const auto mapped_constants =
      exact_bounds(forward, BoundKind::affine_constants, {constants, constants});
  Claims claims = laws.claims("affine_bounds", "y(A u + c) = A' u + c'");
  for_each_element(laws, forward, [&](std::int64_t at) {
    const auto index = static_cast<std::size_t>(at);
    RootSum sum = end_of(mapped_constants[index], BoundEnd::low);
    for (std::int64_t k = 0; k < count; ++k) {
      const auto entry = static_cast<std::size_t>(at * count + k);
      sum += end_of(mapped_coefficients[entry], BoundEnd::high) * element(point, k);
    }
    claims.equal({"element", at}, y[index], sum);
  });
  laws.keep(claims);
}

void prove_derivative_bounds(LawCase& laws) {
  if (!is_affine(laws)) return;
  const Question forward = with_finite_x(laws);
  const Shape& shape = forward.x().shape();
  const Box slopes = made_box(shape);
  const auto first = exact_bounds(forward, BoundKind::first_derivative, slopes);
  const std::vector<RootSum> at_low =
      laws.told(along(forward, slopes.low), "tangent_y");
  const std::vector<RootSum> at_high =
      laws.told(along(forward, slopes.high), "tangent_y");
  // On a curve x(t) = x + a t + b t^2 the second difference from t = -1 to 1 is x'' = 2
  // b, and that of y is y'', the layer being of first degree.
  const Tensor& x = forward.x();
  const Tensor a = made(shape, "slope");
  const Tensor b = made(shape, "curvature");
  const Tensor straight[] = {combined(x, -1, a), combined(x, 1, a)};
  const Tensor curvature = combined(b, 1, b);
  const auto second =
      exact_bounds(forward, BoundKind::second_derivative, {curvature, curvature});
  const auto y_of = [&](const Tensor& point) {
    return laws.told(with_x(forward, point), "y");
  };
  const std::vector<RootSum> y = y_of(x);
  const std::vector<RootSum> behind = y_of(straight[0]);
  const std::vector<RootSum> ahead = y_of(straight[1]);
  const std::vector<RootSum> curved_behind = y_of(combined(straight[0], 1, b));
  const std::vector<RootSum> curved_ahead = y_of(combined(straight[1], 1, b));
  Claims corners = laws.claims("derivative_bounds", "the ends are JVPs at the corners");
  Claims hessian = laws.claims("derivative_bounds", "along a line y'' = 0");
  Claims curve = laws.claims("derivative_bounds", "along a curve y'' = scale x''");
  for_each_element(laws, forward, [&](std::int64_t at) {
    const auto i = static_cast<std::size_t>(at);
    demand_corners(corners, at, first[i], at_low[i], at_high[i]);
    const RootSum twice = Rational(2) * y[i];
    hessian.equal({"element", at}, behind[i] + ahead[i] - twice, RootSum());
    curve.equal({"element", at}, curved_behind[i] + curved_ahead[i] - twice,
                end_of(second[i], BoundEnd::low));
  });
  laws.keep(corners);
  laws.keep(hessian);
  laws.keep(curve);
}

}  // namespace truenorm
