// SPDX-License-Identifier: Apache-2.0
// Paths relative to the running program.
#include "runners/program/installation.hpp"

namespace truenorm {

std::filesystem::path installation_prefix() {
  return std::filesystem::canonical("/proc/self/exe").parent_path().parent_path();
}

std::filesystem::path installed_cases() {
  return installation_prefix() / "share" / "truenorm" / "cases";
}

std::filesystem::path installed_runners() {
  return installation_prefix() / "share" / "truenorm" / "runners";
}

std::filesystem::path installed_programs() {
  return installation_prefix() / "libexec" / "truenorm";
}

}  // namespace truenorm
