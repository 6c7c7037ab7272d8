// SPDX-License-Identifier: Apache-2.0
// The short texts around what a test is about.
#include "cases/test/reading.hpp"

#include <iterator>
#include <stdexcept>
#include <utility>

namespace truenorm {

Reading read(const std::string& yaml) { return read_cases(yaml, "f.yaml", "f.yaml"); }

Reading read_selection(const std::vector<std::string>& arguments,
                       const std::filesystem::path& home) {
  Reading whole;
  read_selection(arguments, home, {}, [&](Reading read) {
    std::move(read.tests.begin(), read.tests.end(), std::back_inserter(whole.tests));
    std::move(read.diagnostics.begin(), read.diagnostics.end(),
              std::back_inserter(whole.diagnostics));
  });
  return whole;
}

std::string complaints(const Reading& reading) {
  std::string lines;
  for (const Diagnostic& diagnostic : reading.diagnostics) {
    lines += text(diagnostic) + "\n";
  }
  return lines;
}

std::string case_file(const std::string& further) {
  return "truenorm: 1\n"
         "defaults: {op: layer_norm, dtype: float32, inputs: {x: [1, 2]}}\n"
         "cases:\n"
         "- case: a\n"
         "  " +
         further + "\n";
}

std::string tensor_file(const std::string& tensor, const std::string& dtypes) {
  return "truenorm: 1\n"
         "defaults: {op: layer_norm, dtype: " +
         dtypes +
         "}\n"
         "cases:\n"
         "- case: a\n"
         "  inputs:\n"
         "    x: " +
         tensor + "\n";
}

TestCase only_test(const std::string& yaml) {
  const Reading reading = read(yaml);
  if (reading.tests.size() != 1 || reading.has_errors()) {
    throw std::runtime_error("not one test: " + complaints(reading));
  }
  return reading.tests.front();
}

std::vector<std::uint64_t> bits_of(const Tensor& tensor) {
  std::vector<std::uint64_t> bits;
  for (std::int64_t i = 0; i < tensor.size(); ++i) bits.push_back(tensor.bits(i));
  return bits;
}

std::vector<std::uint64_t> x_bits(const std::string& tensor, const std::string& dtype) {
  return bits_of(only_test(tensor_file(tensor, dtype)).question.x());
}

}  // namespace truenorm
