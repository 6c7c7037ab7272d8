// SPDX-License-Identifier: Apache-2.0
// Memory as Linux reports it in /proc and /sys.
#include "runners/supervisor/memory.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>

namespace truenorm {
namespace {

namespace fs = std::filesystem;

struct ProcessStatus {
  pid_t group = 0;
  std::uint64_t resident_pages = 0;
};

/// source   proc(5), /proc/[pid]/stat: fields 5 (pgrp) and 24 (rss)
ProcessStatus read_status(const fs::path& process) {
  std::ifstream file(process / "stat");
  std::string line;
  std::getline(file, line);
  // Field 2 is the program's name in parentheses, which may hold anything.
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields(line.substr(name_end + 1));
  std::string skipped;
  ProcessStatus status;
  fields >> skipped >> skipped >> status.group;
  for (int field = 6; field < 24; ++field) fields >> skipped;
  fields >> status.resident_pages;
  return fields ? status : ProcessStatus{};
}

bool is_process(const fs::path& entry) {
  const std::string name = entry.filename();
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char character) {
    return character >= '0' && character <= '9';
  });
}

}  // namespace

std::uint64_t resident_bytes_of_group(pid_t group) {
  std::uint64_t pages = 0;
  std::error_code error;
  for (fs::directory_iterator entry("/proc", error), end; !error && entry != end;
       entry.increment(error)) {
    if (!is_process(entry->path())) continue;
    const ProcessStatus status = read_status(entry->path());
    if (status.group == group) pages += status.resident_pages;
  }
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::uint64_t machine_memory_bytes() {
  const auto physical = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
                        static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  // "max" where there is no limit, which leaves `allowed` as it is.
  std::uint64_t allowed = 0;
  std::ifstream("/sys/fs/cgroup/memory.max") >> allowed;
  return allowed > 0 ? std::min(physical, allowed) : physical;
}

}  // namespace truenorm
