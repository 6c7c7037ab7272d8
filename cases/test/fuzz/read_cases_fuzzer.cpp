// SPDX-License-Identifier: Apache-2.0
// Fuzzes the reader of case files with arbitrary text.
#include <cstdint>

#include "cases/test/fuzz/invariants.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace truenorm;
  // Few elements, so that the time goes into the reading and not into large tensors.
  constexpr std::int64_t limit_elements = 1 << 15;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Reading reading =
      read_cases(text, "f.yaml", "f.yaml", {.limit_elements = limit_elements});
  check_diagnostics(reading.diagnostics);
  for (const TestCase& test : reading.tests) {
    if (test.outputs.empty() || test.id.empty() || test.id.size() > 100) std::abort();
  }
  return 0;
}
