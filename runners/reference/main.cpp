// SPDX-License-Identifier: Apache-2.0
// The reference runner: textbook algorithms, one a variant.
#include <algorithm>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runners/reference/operators.hpp"
#include "runners/sdk/cpp/runner.hpp"

namespace {

using namespace truenorm;

sdk::Description description() {
  const std::vector<std::string> dtypes{"float8_e4m3fn", "float8_e5m2", "float16",
                                        "bfloat16",      "float32",     "float64"};
  const std::vector<std::string> directions{"forward", "vjp", "jvp"};
  const auto offered = [&](std::vector<std::string> outputs) {
    outputs.insert(outputs.end(), {"y", "dx", "tangent_y"});
    return sdk::OperatorSupport{dtypes, directions, std::move(outputs)};
  };
  sdk::Description d;
  d.name = "reference";
  d.version = TRUENORM_VERSION;
  d.library = "truenorm reference";
  d.library_version = TRUENORM_VERSION;
  d.operators = {
      {"layer_norm", offered({"mean", "rstd", "dgamma", "dbeta"})},
      {"rms_norm", offered({"rstd", "dgamma", "dbeta"})},
      {"group_norm", offered({"mean", "rstd", "dgamma", "dbeta"})},
      {"instance_norm", offered({"mean", "rstd", "dgamma", "dbeta"})},
      {"batch_norm", offered({"mean", "variance", "rstd", "running_mean",
                              "running_variance", "dgamma", "dbeta"})},
      {"batch_norm_inference",
       offered({"scale", "offset", "dmean", "dvariance", "dgamma", "dbeta"})},
      {"normalize_along_dim", offered({"dgamma", "dbeta"})},
      {"weight_norm", offered({"norm", "dgamma"})},
      {"lp_normalize", offered({})},
  };
  return d;
}

}  // namespace

int main(int argc, char** argv) {
  const auto methods = reference::methods();
  const std::string_view variant = argc > 1 ? argv[1] : methods.front().name;
  const auto method = std::find_if(methods.begin(), methods.end(),
                                   [&](const auto& m) { return m.name == variant; });
  if (method == methods.end()) {
    std::cerr << "reference has no variant '" << variant << "'; it has";
    for (const auto& m : methods) std::cerr << ' ' << m.name;
    std::cerr << '\n';
    return 2;
  }
  return sdk::serve(description(), method->answer);
}
