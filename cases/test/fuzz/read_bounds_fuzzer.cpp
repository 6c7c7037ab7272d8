// SPDX-License-Identifier: Apache-2.0
// Fuzzes the reader of claimed bounds with arbitrary text, against one layer.
#include <cstdint>

#include "cases/bounds_reader.hpp"
#include "cases/test/fuzz/invariants.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace truenorm;
  static const Reading layers = read_cases(
      "truenorm: 1\n"
      "cases:\n"
      "- case: a\n"
      "  op: batch_norm_inference\n"
      "  dtype: [float32, float64]\n"
      "  inputs: {x: [[0, 0]], mean: [1, 2], variance: [4, 9], gamma: [2, -3]}\n",
      "f.yaml", "f.yaml");
  if (layers.tests.size() != 2) std::abort();
  constexpr std::int64_t limit_elements = 1 << 15;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_diagnostics(
      read_bounds(text, "b.yaml", layers.tests, std::nullopt, limit_elements)
          .diagnostics);
  return 0;
}
