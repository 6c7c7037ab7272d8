// SPDX-License-Identifier: Apache-2.0
// The questions that belong together in a law: forward, in reverse, along tangents.
#pragma once

#include <string_view>
#include <vector>

#include "oracle/question.hpp"

namespace truenorm {

/// What a law needs that a question does not give: multiples of 1/4 in [-2, 2] but 0,
/// which every format holds; the same for the same name and shape.
[[nodiscard]] Tensor made_tensor(const Format& format, const Shape& shape,
                                 std::string_view name);

/// Whether the operator has derivatives with the question's attributes (SPEC 4).
[[nodiscard]] bool has_derivatives(const Question& question);

/// The question forward, without what belongs to a derivative.
[[nodiscard]] Question forward_of(const Question& question);

/// The question in reverse, or along tangents.
///
/// values   dy and tangents that the question does not give are made, in the formats of
///          x and of what they belong to. has_derivatives(question)
[[nodiscard]] Question vjp_of(const Question& question);
[[nodiscard]] Question jvp_of(const Question& question);

/// All of these that exist: what a library is asked, so that its answers can be
/// related.
[[nodiscard]] std::vector<Question> law_questions(const Question& question);

}  // namespace truenorm
