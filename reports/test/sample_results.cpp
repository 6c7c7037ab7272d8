// SPDX-License-Identifier: Apache-2.0
// Prints the fixed run in a format, or tells which lines the reader takes.
#include <iostream>
#include <stdexcept>
#include <string>

#include "reports/junit.hpp"
#include "reports/results_file.hpp"
#include "reports/test/sample_records.hpp"

namespace {

void print_lines() {
  for (const truenorm::Record& record : truenorm::sample_records()) {
    std::cout << truenorm::json_line(record) << '\n';
  }
  std::cout << truenorm::json_line(truenorm::sample_result()) << '\n';
}

/// Of each line of stdin, "taken" or why it is refused.
void judge_lines() {
  std::string line;
  while (std::getline(std::cin, line)) {
    try {
      static_cast<void>(truenorm::parse_json_line(line));
      std::cout << "taken\n";
    } catch (const std::invalid_argument& error) {
      std::cout << error.what() << '\n';
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string format = argc == 2 ? argv[1] : "";
  if (format == "lines") {
    print_lines();
  } else if (format == "judge") {
    judge_lines();
  } else if (format == "junit") {
    std::cout << truenorm::junit_xml(truenorm::sample_records(),
                                     truenorm::Strictness::strict);
  } else {
    std::cerr << "usage: sample_results lines | judge | junit\n";
    return 2;
  }
}
