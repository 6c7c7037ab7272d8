// SPDX-License-Identifier: Apache-2.0
// Which group and which parameter an element of x meets, from the table of SPEC 3.
#pragma once

#include <cstdint>
#include <vector>

#include "oracle/question.hpp"

namespace truenorm::twin {

struct Place {
  std::int64_t group = 0;  ///< of batch_norm_inference, the channel
  std::int64_t parameter =
      0;  ///< in gamma and beta; of no meaning where there are none
};

/// The place of every element of x, row-major.
///
/// values   groups are numbered as the statistics of SPEC 3 are
[[nodiscard]] std::vector<Place> places_of(const Question& question);

}  // namespace truenorm::twin
