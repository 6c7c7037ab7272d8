// SPDX-License-Identifier: Apache-2.0
// Questions of nasty classes, large ones too, each the same for the same recipe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "oracle/question.hpp"
#include "oracle/test/nasty_values.hpp"

namespace truenorm::twin {

/// What gamma and beta look like.
enum class AffineClass {
  absent,
  tame,
  wild,        ///< gammas of 0, 1e8, both signs
  cancelling,  ///< beta = -RN(gamma x-hat) of one of the elements that it meets
};

[[nodiscard]] std::string_view name(AffineClass affine_class);

/// What makes a question, and makes it again.
struct Recipe {
  std::uint64_t seed = 0;
  RowClass row_class = RowClass::normal;
  std::string operator_name;
  Direction direction = Direction::forward;
  Format x_format = float32;
  std::int64_t most_elements = 1;
};

struct NastyQuestion {
  Question question;
  AffineClass affine_class;
  DirectionClass direction_class;
};

/// values   all inputs are finite, x has at least one element. Groups have 1 to
///          most_elements elements; parameters often have another format than x
[[nodiscard]] NastyQuestion nasty_question(const Recipe& recipe);

}  // namespace truenorm::twin
