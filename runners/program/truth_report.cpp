// SPDX-License-Identifier: Apache-2.0
// Asking the oracle, once for each output.
#include "runners/program/truth_report.hpp"

namespace truenorm {

OutputTruth output_truth(const Question& question, const std::string& output) {
  const Format format = question.output_formats(output).front();
  return {output, format, question.output_shape(output),
          truth(question, output, format), truth_texts(question, output)};
}

}  // namespace truenorm
