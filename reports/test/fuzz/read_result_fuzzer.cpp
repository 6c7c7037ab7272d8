// SPDX-License-Identifier: Apache-2.0
// Fuzzes the reader of results.jsonl, a line at a time. What can be read must be the same
// when it is written and read again.
#include <cstdint>
#include <cstdlib>
#include <stdexcept>

#include "reports/results_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace truenorm;
  Record record;
  try {
    record = parse_json_line({reinterpret_cast<const char*>(data), size});
  } catch (const std::invalid_argument&) {
    return 0;
  }
  // Whatever was accepted is written again, and what was written is accepted.
  const std::string line = json_line(record);
  if (json_line(parse_json_line(line)) != line) std::abort();
  return 0;
}
