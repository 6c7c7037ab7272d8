// SPDX-License-Identifier: Apache-2.0
// What an operator's name and attributes say of its spread and scale.
#include "runners/reference/problem.hpp"

namespace truenorm::reference {

Spread spread_of(const sdk::Request& request) {
  if (request.op == "rms_norm") return Spread::mean_square;
  if (request.op == "weight_norm" || request.op == "lp_normalize") {
    return Spread::sum_of_powers;
  }
  return request.op == "batch_norm_inference" ? Spread::given : Spread::variance;
}

Power power_of(const sdk::Request& request) {
  if (request.op != "lp_normalize") return Power::two;
  const std::string p = request.choice("p");
  if (p == "1") return Power::one;
  if (p == "2") return Power::two;
  if (p == "inf") return Power::infinity;
  throw sdk::Failure("unknown p '" + p + "'");
}

EpsMode eps_mode_of(const sdk::Request& request) {
  const std::string mode = request.choice("eps_mode");
  if (mode == "inside") return EpsMode::inside;
  if (mode == "outside") return EpsMode::outside;
  if (mode == "floor") return EpsMode::floor;
  if (mode == "floor_inside") return EpsMode::floor_inside;
  throw sdk::Failure("unknown eps_mode '" + mode + "'");
}

const sdk::Tensor& required_input(const sdk::Request& request, std::string_view name) {
  const sdk::Tensor* tensor = request.input(name);
  if (tensor == nullptr) {
    throw sdk::Failure(request.op + " needs the input " + std::string(name));
  }
  return *tensor;
}

}  // namespace truenorm::reference
