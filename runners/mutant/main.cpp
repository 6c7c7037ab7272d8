// SPDX-License-Identifier: Apache-2.0
// The mutant runner: answers that deviate from the truth on purpose, one way a variant.
#include <algorithm>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "oracle/mutants.hpp"
#include "runners/mutant/question_of.hpp"
#include "runners/mutant/single_pass.hpp"
#include "runners/sdk/cpp/runner.hpp"

namespace {

using namespace truenorm;

sdk::Description description_of(const Mutant& mutant) {
  std::vector<std::string> dtypes;
  for (const Format& format : formats()) dtypes.emplace_back(format.name);
  sdk::Description d;
  d.name = "mutant";
  d.version = TRUENORM_VERSION;
  d.library = std::string(mutant.name);
  d.library_version = TRUENORM_VERSION;
  for (const std::string_view op_name : mutant.operators) {
    std::vector<std::string> outputs;
    for (const OutputSpec& output : find_operator(op_name)->outputs) {
      outputs.push_back(output.name);
    }
    d.operators.emplace(op_name, sdk::OperatorSupport{dtypes, {"forward"}, outputs});
  }
  return d;
}

/// A mutant of the floats rather than of the formula.
Tensor answer_in_floats(const Mutant& mutant, const Question& question,
                        std::string_view output) {
  if (mutant.name == "single_pass_variance") {
    return mutant::single_pass_layer_norm(question, output);
  }
  throw sdk::Unsupported("this runner does not know how " + std::string(mutant.name) +
                         " computes");
}

sdk::Tensors answer(const Mutant& mutant, const sdk::Request& request) {
  const auto& ops = mutant.operators;
  if (std::find(ops.begin(), ops.end(), request.op) == ops.end()) {
    throw sdk::Unsupported(std::string(mutant.name) + " is no mutant of " + request.op);
  }
  const Question question = mutant::question_of(request);
  sdk::Tensors outputs;
  try {
    for (const std::string& output : request.outputs) {
      const Tensor tensor = mutant.is_canonical
                                ? answer_as(mutant, question, output)
                                : answer_in_floats(mutant, question, output);
      outputs.emplace(output, mutant::to_sdk(tensor));
    }
  } catch (const std::invalid_argument& error) {
    // The question already has what the mutant would change.
    throw sdk::Unsupported(error.what());
  }
  return outputs;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view variant = argc > 1 ? argv[1] : "";
  const Mutant* mutant = find_mutant(variant);
  if (mutant == nullptr) {
    std::cerr << "no mutant '" << variant << "'; there are";
    for (const Mutant& each : mutants()) std::cerr << ' ' << each.name;
    std::cerr << '\n';
    return 2;
  }
  return sdk::serve(description_of(*mutant), [mutant](const sdk::Request& request) {
    return answer(*mutant, request);
  });
}
