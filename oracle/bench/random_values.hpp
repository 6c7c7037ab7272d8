// SPDX-License-Identifier: Apache-2.0
// The benchmark's numbers: near normal, and the same on every machine.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace truenorm::bench {

/// mean + deviation * z[i], where z is a sum of twelve uniform numbers, less 6.
///
/// values   z is an exact multiple of 2^-32, so the sum is exact up to a mean of 2^20
/// source   the generator of case files (`random: normal`), keyed by the name alone
[[nodiscard]] std::vector<double> normal_values(std::string_view name,
                                                std::int64_t count, double mean,
                                                double deviation);

}  // namespace truenorm::bench
