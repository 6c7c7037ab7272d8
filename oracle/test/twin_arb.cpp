// SPDX-License-Identifier: Apache-2.0
// SPEC 2 and 3 in ball arithmetic, with a rounding of its own.
#include "oracle/test/twin_arb.hpp"

#include <arb.h>
#include <flint/fmpq.h>

#include <cmath>
#include <limits>
#include <map>
#include <string>

namespace truenorm::twin {
namespace {

class Ball {
 public:
  Ball() { arb_init(ball_); }
  explicit Ball(double value) : Ball() { arb_set_d(ball_, value); }
  Ball(const Ball& other) : Ball() { arb_set(ball_, other.ball_); }
  Ball& operator=(const Ball& other) {
    arb_set(ball_, other.ball_);
    return *this;
  }
  ~Ball() { arb_clear(ball_); }

  arb_ptr get() { return ball_; }
  [[nodiscard]] arb_srcptr get() const { return ball_; }

 private:
  arb_t ball_;
};

class BigInteger {
 public:
  BigInteger() { fmpz_init(integer_); }
  ~BigInteger() { fmpz_clear(integer_); }
  BigInteger(const BigInteger&) = delete;
  BigInteger& operator=(const BigInteger&) = delete;

  fmpz* get() { return integer_; }

 private:
  fmpz_t integer_;
};

/// RN of a finite arf, from its significand and exponent.
double rounded(const Format& format, const arf_t value) {
  if (arf_is_zero(value) != 0) return 0;
  BigInteger significand;
  BigInteger wide_exponent;
  arf_get_fmpz_2exp(significand.get(), wide_exponent.get(), value);
  const double sign = fmpz_sgn(significand.get()) < 0 ? -1.0 : 1.0;
  fmpz_abs(significand.get(), significand.get());
  const auto top = static_cast<slong>(fmpz_bits(significand.get())) - 1;
  BigInteger binade;
  fmpz_add_si(binade.get(), wide_exponent.get(), top);
  if (fmpz_cmp_si(binade.get(), format.emax) > 0) {
    return sign * std::numeric_limits<double>::infinity();
  }
  if (fmpz_cmp_si(binade.get(), format.emin - format.precision_bits - 1) < 0) return 0;
  const slong exponent = fmpz_get_si(wide_exponent.get());
  const slong ulp =
      std::max<slong>(exponent + top, format.emin) - format.precision_bits + 1;
  // Two more bits: a half and, sticky, whatever lies below.
  const slong dropped = ulp - 2 - exponent;
  BigInteger quarters;
  if (dropped <= 0) {
    fmpz_mul_2exp(quarters.get(), significand.get(), static_cast<ulong>(-dropped));
  } else {
    fmpz_fdiv_q_2exp(quarters.get(), significand.get(), static_cast<ulong>(dropped));
    BigInteger rest;
    fmpz_fdiv_r_2exp(rest.get(), significand.get(), static_cast<ulong>(dropped));
    if (fmpz_is_zero(rest.get()) == 0 && fmpz_is_even(quarters.get()) != 0) {
      fmpz_add_ui(quarters.get(), quarters.get(), 1);
    }
  }
  const ulong low = fmpz_fdiv_ui(quarters.get(), 8);
  fmpz_fdiv_q_2exp(quarters.get(), quarters.get(), 2);
  // The odd bit, the half, the sticky one: up from 011, 110 and 111.
  if (low == 3 || low == 6 || low == 7) fmpz_add_ui(quarters.get(), quarters.get(), 1);
  const double result = std::ldexp(fmpz_get_d(quarters.get()), static_cast<int>(ulp));
  const double beyond = std::ldexp(1.0, format.emax);
  return result / 2 >= beyond ? sign * std::numeric_limits<double>::infinity()
                              : sign * result;
}

/// RN of every number in the ball, if that is one float.
std::optional<double> rounded(const Format& format, const Ball& ball, long bits) {
  if (arb_is_finite(ball.get()) == 0) return std::nullopt;
  arf_t low;
  arf_t high;
  arf_init(low);
  arf_init(high);
  arb_get_lbound_arf(low, ball.get(), bits);
  arb_get_ubound_arf(high, ball.get(), bits);
  const double from = rounded(format, low);
  const double to = rounded(format, high);
  arf_clear(low);
  arf_clear(high);
  if (from != to) return std::nullopt;
  return from;
}

using Coordinates = std::vector<std::int64_t>;

Coordinates coordinates_of(const Shape& shape, std::int64_t element) {
  Coordinates result(shape.size());
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    result[axis] = element % shape[axis];
    element /= shape[axis];
  }
  return result;
}

/// The question's formula at one working precision.
class BallFormula {
 public:
  BallFormula(const Question& question, long bits) : question_(question), bits_(bits) {
    fmpq_t eps;
    fmpq_init(eps);
    fmpq_set_str(eps, question.real("eps").str().c_str(), 10);
    arb_set_fmpq(eps_.get(), eps, bits_);
    fmpq_clear(eps);
  }

  std::vector<Ball> evaluate(std::string_view output) {
    return question_.op().name == "batch_norm_inference" ? given(output)
                                                         : measured(output);
  }

 private:
  struct Sums {
    std::vector<std::int64_t> members;
    Ball mean;
    Ball scale;
  };

  /// `root` is what takes a spread to its square root.
  Ball scale_of(const Ball& spread, void (*root)(arb_t, const arb_t, slong)) const {
    const std::string& mode = question_.choice("eps_mode");
    Ball scale;
    if (mode == "inside") {
      arb_add(scale.get(), spread.get(), eps_.get(), bits_);
      arb_sqrt(scale.get(), scale.get(), bits_);
    } else if (mode == "outside") {
      root(scale.get(), spread.get(), bits_);
      arb_add(scale.get(), scale.get(), eps_.get(), bits_);
    } else if (mode == "floor") {
      root(scale.get(), spread.get(), bits_);
      arb_max(scale.get(), scale.get(), eps_.get(), bits_);
    } else {
      arb_max(scale.get(), spread.get(), eps_.get(), bits_);
      arb_sqrt(scale.get(), scale.get(), bits_);
    }
    return scale;
  }

  [[nodiscard]] Ball gamma(std::int64_t at) const {
    const Tensor* tensor = question_.input("gamma");
    if (tensor == nullptr) return Ball(1);
    Ball result((*tensor)[at]);
    arb_add_si(result.get(), result.get(), question_.integer("gamma_offset"), bits_);
    return result;
  }

  [[nodiscard]] Ball beta(std::int64_t at) const {
    const Tensor* tensor = question_.input("beta");
    return Ball(tensor == nullptr ? 0.0 : (*tensor)[at]);
  }

  [[nodiscard]] Ball affine(double x, const Ball& mean, const Ball& scale,
                            std::int64_t parameter) const {
    Ball y(x);
    arb_sub(y.get(), y.get(), mean.get(), bits_);
    arb_div(y.get(), y.get(), scale.get(), bits_);
    if (question_.flag("round_normalized")) {
      const auto nearest = rounded(question_.x().format(), y, bits_);
      if (nearest && std::isfinite(*nearest)) {
        arb_set_d(y.get(), *nearest);
      } else {
        arb_indeterminate(y.get());
      }
    }
    arb_mul(y.get(), y.get(), gamma(parameter).get(), bits_);
    arb_add(y.get(), y.get(), beta(parameter).get(), bits_);
    return y;
  }

  std::vector<Ball> measured(std::string_view output) {
    const Tensor& x = question_.x();
    const std::vector<std::int64_t>& axes = question_.axes("axes");
    // Groups by the coordinates that they share; the order of the keys is row-major.
    std::map<Coordinates, Sums> groups;
    for (std::int64_t i = 0; i < x.size(); ++i) {
      Coordinates shared = coordinates_of(x.shape(), i);
      for (const std::int64_t axis : axes) shared[static_cast<std::size_t>(axis)] = 0;
      groups[shared].members.push_back(i);
    }
    for (auto& [shared, group] : groups) measure(group);

    std::vector<Ball> result;
    if (output == "y") {
      for (std::int64_t i = 0; i < x.size(); ++i) {
        Coordinates shared = coordinates_of(x.shape(), i);
        std::int64_t parameter = 0;
        for (const std::int64_t axis : axes) {
          std::int64_t& coordinate = shared[static_cast<std::size_t>(axis)];
          parameter =
              parameter * x.shape()[static_cast<std::size_t>(axis)] + coordinate;
          coordinate = 0;
        }
        const Sums& group = groups.at(shared);
        result.push_back(affine(x[i], group.mean, group.scale, parameter));
      }
      return result;
    }
    for (const auto& [shared, group] : groups) {
      Ball statistic = group.mean;
      if (output == "rstd") arb_inv(statistic.get(), group.scale.get(), bits_);
      result.push_back(statistic);
    }
    return result;
  }

  void measure(Sums& group) {
    const Tensor& x = question_.x();
    const auto count = static_cast<slong>(group.members.size());
    if (question_.op().name == "layer_norm") {
      for (const std::int64_t i : group.members) {
        arb_add(group.mean.get(), group.mean.get(), Ball(x[i]).get(), bits_);
      }
      arb_div_si(group.mean.get(), group.mean.get(), count, bits_);
    }
    Ball spread;
    for (const std::int64_t i : group.members) {
      Ball centered(x[i]);
      arb_sub(centered.get(), centered.get(), group.mean.get(), bits_);
      arb_addmul(spread.get(), centered.get(), centered.get(), bits_);
    }
    arb_div_si(spread.get(), spread.get(), count, bits_);
    group.scale = scale_of(spread, arb_sqrtpos);
  }

  std::vector<Ball> given(std::string_view output) {
    const Tensor& x = question_.x();
    std::size_t channel_axis = x.shape().size() - 1;
    if (question_.choice("layout") == "channels_first") {
      channel_axis = question_.flag("batched") ? 1 : 0;
    }
    std::vector<Ball> means;
    std::vector<Ball> scales;
    for (std::int64_t channel = 0; channel < x.shape()[channel_axis]; ++channel) {
      means.emplace_back((*question_.input("mean"))[channel]);
      Ball spread((*question_.input("variance"))[channel]);
      if (question_.flag("clamp_variance")) {
        arb_max(spread.get(), spread.get(), Ball(0).get(), bits_);
      }
      scales.push_back(scale_of(spread, arb_sqrt));
    }
    std::vector<Ball> result;
    if (output == "y") {
      for (std::int64_t i = 0; i < x.size(); ++i) {
        const std::int64_t channel = coordinates_of(x.shape(), i)[channel_axis];
        const auto at = static_cast<std::size_t>(channel);
        result.push_back(affine(x[i], means[at], scales[at], channel));
      }
      return result;
    }
    for (std::size_t at = 0; at < scales.size(); ++at) {
      const auto channel = static_cast<std::int64_t>(at);
      Ball folded;
      arb_div(folded.get(), gamma(channel).get(), scales[at].get(), bits_);
      if (output == "offset") {
        arb_mul(folded.get(), folded.get(), means[at].get(), bits_);
        arb_sub(folded.get(), beta(channel).get(), folded.get(), bits_);
      }
      result.push_back(folded);
    }
    return result;
  }

  const Question& question_;
  long bits_;
  Ball eps_;
};

}  // namespace

std::vector<std::optional<double>> rounded_by_balls(const Question& question,
                                                    std::string_view output,
                                                    const Format& format,
                                                    long limit_bits) {
  const auto count =
      static_cast<std::size_t>(element_count(question.output_shape(output)));
  std::vector<std::optional<double>> result(count);
  std::size_t decided = 0;
  for (long bits = 128; bits <= limit_bits && decided < count; bits *= 2) {
    const std::vector<Ball> balls = BallFormula(question, bits).evaluate(output);
    for (std::size_t i = 0; i < count; ++i) {
      if (result[i]) continue;
      result[i] = rounded(format, balls.at(i), bits);
      if (result[i]) ++decided;
    }
  }
  return result;
}

}  // namespace truenorm::twin
