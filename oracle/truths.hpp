// SPDX-License-Identifier: Apache-2.0
// Whole outputs of a canonical form, which a mutant may have changed.
#pragma once

#include <cstddef>
#include <vector>

#include "oracle/canonical.hpp"
#include "oracle/truth.hpp"

namespace truenorm {

/// The truths of an output of `size` elements, row-major.
///
/// values   `form` is lower(question), or a mutant of it
[[nodiscard]] std::vector<Truth> truths_of(const Question& question,
                                           const CanonicalForm& form, Quantity quantity,
                                           const Format& format, std::size_t size,
                                           Levels levels);

}  // namespace truenorm
