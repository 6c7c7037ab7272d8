// SPDX-License-Identifier: Apache-2.0
// A complete runner: rms_norm over the last axis, computed in double.
#include <cmath>

#include "runners/sdk/cpp/runner.hpp"

using namespace truenorm::sdk;

Tensors rms_norm(const Request& request) {
  const Tensor& x = *request.input("x");
  const auto last_axis = static_cast<std::int64_t>(x.shape.size()) - 1;
  if (request.axes("axes") != std::vector{last_axis} || request.input("gamma") ||
      request.choice("eps_mode") != "inside") {
    throw Unsupported("only the last axis, without gamma, eps inside");
  }
  std::vector<double> y = to_doubles(x);
  const auto n = static_cast<std::size_t>(x.shape.back());
  for (std::size_t row = 0; row < y.size(); row += n) {
    double sum = 0;
    for (std::size_t i = row; i < row + n; ++i) sum += y[i] * y[i];
    const double scale = std::sqrt(sum / static_cast<double>(n) + request.real("eps"));
    for (std::size_t i = row; i < row + n; ++i) y[i] /= scale;
  }
  return {{"y", from_doubles(x.dtype, x.shape, y)}};
}

int main() {
  Description me{"example", "1", "none", "1"};
  me.operators["rms_norm"] = {{"float16", "float32", "float64"}, {"forward"}, {"y"}};
  return serve(me, rms_norm);
}
