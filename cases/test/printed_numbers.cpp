// SPDX-License-Identifier: Apache-2.0
// Runs the command and reads its lines.
#include "cases/test/printed_numbers.hpp"

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <stdexcept>

namespace truenorm {

PrintedNumbers printed_by(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
  PrintedNumbers printed;
  std::array<char, 64> line{};
  while (std::fgets(line.data(), line.size(), pipe) != nullptr) {
    printed.numbers.push_back(std::strtoull(line.data(), nullptr, 16));
  }
  const int status = pclose(pipe);
  printed.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return printed;
}

}  // namespace truenorm
