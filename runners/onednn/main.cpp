// SPDX-License-Identifier: Apache-2.0
// The onednn runner: oneDNN's normalization primitives on the CPU.
#include <iostream>
#include <oneapi/dnnl/dnnl.hpp>
#include <string>

#include "runners/onednn/operators.hpp"
#include "runners/sdk/cpp/runner.hpp"

namespace {

using namespace truenorm;

sdk::Description description() {
  const dnnl_version_t* version = dnnl_version();
  sdk::Description d;
  d.name = "onednn";
  d.version = TRUENORM_VERSION;
  d.library = "oneDNN";
  d.library_version = std::to_string(version->major) + '.' +
                      std::to_string(version->minor) + '.' +
                      std::to_string(version->patch);
  d.attribute_dtype = "float32";
  // oneDNN gives the variance, not its root.
  d.operators = {
      {"layer_norm", {{"bfloat16", "float32"}, {"forward"}, {"y", "mean"}}},
      {"batch_norm_inference", {{"bfloat16", "float32"}, {"forward"}, {"y"}}},
  };
  return d;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) {
    std::cerr << "onednn has no variant '" << argv[1] << "'\n";
    return 2;
  }
  return sdk::serve(description(), onednn::answer);
}
