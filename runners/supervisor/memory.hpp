// SPDX-License-Identifier: Apache-2.0
// How much memory processes hold, and how much there is.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace truenorm {

/// The resident sets of every process of the group, added up (a page that two of them
/// share counts twice).
[[nodiscard]] std::uint64_t resident_bytes_of_group(pid_t group);

/// The machine's memory, or what its control group allows of it.
[[nodiscard]] std::uint64_t machine_memory_bytes();

}  // namespace truenorm
