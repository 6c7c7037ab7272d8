// SPDX-License-Identifier: Apache-2.0
// SPEC 4 over exact numbers: gradients and tangents, as its formulas are printed.
#pragma once

#include "oracle/test/twin_members.hpp"
#include "oracle/test/twin_rational.hpp"

namespace truenorm::twin {

/// values   `result` has the groups and elements of a vjp question
void add_gradients(const Question& question, const Members& members,
                   Evaluation& result);

/// values   `result` has the groups and elements of a jvp question
void add_tangent(const Question& question, const Members& members, Evaluation& result);

}  // namespace truenorm::twin
