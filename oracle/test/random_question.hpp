// SPDX-License-Identifier: Apache-2.0
// Random questions that look for trouble: every attribute, wide exponents, cancellation.
#pragma once

#include <cstdint>
#include <functional>

#include "oracle/question.hpp"
#include "oracle/test/random_values.hpp"

namespace truenorm::twin {

/// The same question for the same seed.
///
/// values   x in the given format; parameters, gradients and tangents in their own, often
///          another one. Derivatives are asked where they are defined: of p = 2, without
///          round_normalized
[[nodiscard]] Question random_question(std::uint64_t seed, const Format& x_format,
                                       Content content, std::string_view operator_name,
                                       Direction direction);

/// A forward question on the operator.
[[nodiscard]] Question random_question(std::uint64_t seed, const Format& x_format,
                                       Content content, std::string_view operator_name);

/// A forward question on any operator.
[[nodiscard]] Question random_question(std::uint64_t seed, const Format& x_format,
                                       Content content);

/// base_count times the environment's TRUENORM_TEST_MULTIPLIER.
[[nodiscard]] std::int64_t scaled_count(std::int64_t base_count);

/// Calls `examine` with a seed at a time, and with the number of elements examined as its
/// result, until the total reaches `element_count`.
void for_seeds_until(std::int64_t element_count, std::uint64_t first_seed,
                     const std::function<std::int64_t(std::uint64_t seed)>& examine);

/// The whole question in one line, exact, for the message of a failing test.
[[nodiscard]] std::string text_of(const Question& question);

}  // namespace truenorm::twin
