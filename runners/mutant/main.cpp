// SPDX-License-Identifier: Apache-2.0
// The mutant runner: answers that deviate from the truth on purpose, one way a variant.
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "oracle/mutants.hpp"
#include "runners/mutant/answers.hpp"
#include "runners/mutant/question_of.hpp"
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
    sdk::OperatorSupport support{dtypes, {}, {}};
    for (const Direction direction : mutant.directions) {
      support.directions.emplace_back(name(direction));
      for (const OutputSpec& output : find_operator(op_name)->outputs_of(direction)) {
        support.outputs.push_back(output.name);
      }
    }
    d.operators.emplace(op_name, std::move(support));
  }
  return d;
}

sdk::Tensors answer_to(const Mutant& mutant, const sdk::Request& request) {
  const Question question = mutant::question_of(request);
  sdk::Tensors outputs;
  std::string refusal = "nothing was asked for";
  for (const std::string& output : request.outputs) {
    try {
      outputs.emplace(output, mutant::to_sdk(mutant::answer(mutant, question, output)));
    } catch (const std::invalid_argument& error) {
      // The question already has what the mutant would change, or has no such output then.
      refusal = error.what();
    }
  }
  if (outputs.empty()) throw sdk::Unsupported(refusal);
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
    return answer_to(*mutant, request);
  });
}
