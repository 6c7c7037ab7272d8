// SPDX-License-Identifier: Apache-2.0
// The reference runner: textbook algorithms, one a variant.
#include <algorithm>
#include <iostream>
#include <string_view>

#include "runners/reference/operators.hpp"
#include "runners/sdk/cpp/runner.hpp"

namespace {

using namespace truenorm;

sdk::Description description() {
  const std::vector<std::string> dtypes{"float16", "bfloat16", "float32", "float64"};
  sdk::Description d;
  d.name = "reference";
  d.version = TRUENORM_VERSION;
  d.library = "truenorm reference";
  d.library_version = TRUENORM_VERSION;
  d.operators = {
      {"layer_norm", {dtypes, {"forward"}, {"y", "mean", "rstd"}}},
      {"rms_norm", {dtypes, {"forward"}, {"y", "rstd"}}},
      {"batch_norm_inference", {dtypes, {"forward"}, {"y", "scale", "offset"}}},
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
